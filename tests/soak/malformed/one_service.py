"""Sends requests to one service, in this process.

    python -m soak.malformed.one_service SERVICE properties|documents REQUESTS PACKAGES

The directory PACKAGES has Schemathesis. It prints, as JSON, how many answers had which status,
which endpoints never got some kind of credentials, and the requests that failed.
"""

import json
import os
import re
import site
import sys
import tempfile
import warnings

from . import documents, properties, service
from .headers import Headers
from .sender import Request, Sender

SHOWN = 10
LONG = re.compile(r"(?<=[^\s']{100})[^\s']+")


def main(name: str, way: str, count: int) -> None:
    """Send `count` requests to the service `name`, and print the result."""
    app = service.make(name)
    requests = documents if way == "documents" else properties
    sender = Sender(app, requests.TOGETHER)
    sender.send(requests.strategies(app), Headers(app), count)
    result = {
        "requests": sender.statuses.total(),
        "statuses": dict(sorted(sender.statuses.items())),
        "unmet": sender.unmet(),
        "failed": len(sender.failed),
        "first": first(sender.failed),
    }
    print(json.dumps(result))


def first(failed: list[Request]) -> list[str]:
    """Return the first failed request for each error, with its long values shortened."""
    by_error = {request["error"] or request["status"]: request for request in reversed(failed)}
    return [LONG.sub("…", repr(request)) for request in list(by_error.values())[-SHOWN:]]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    site.addsitedir(sys.argv[4])  # at the end: the service gets the environment's own packages
    with tempfile.TemporaryDirectory() as directory:
        os.environ["STATE_DIRECTORY"] = directory
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
