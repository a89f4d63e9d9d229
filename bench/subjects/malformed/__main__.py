"""The command line, and what it prints."""

import json
import os
import re
import site
import sys
import tempfile
import warnings

from . import documents, properties, service
from .headers import Headers
from .sending import Request, Sender

SHOWN = 10
LONG = re.compile(r"(?<=[^\s']{100})[^\s']+")


def main(name: str, way: str, count: int) -> None:
    """Send *count* requests to the service *name*, and print what came of them."""
    app = service.make(name)
    requests = documents if way == "documents" else properties
    sender = Sender(app, requests.TOGETHER)
    sender.send(requests.strategies(app), Headers(app), count)
    said = {
        "requests": sender.statuses.total(),
        "statuses": dict(sorted(sender.statuses.items())),
        "unmet": sender.unmet(),
        "failed": len(sender.failed),
        "first": first(sender.failed),
    }
    print(json.dumps(said))


def first(failed: list[Request]) -> list[str]:
    """Return, of requests that failed, the first for each error, without what is long in them."""
    by_error = {request["error"] or request["status"]: request for request in reversed(failed)}
    return [LONG.sub("…", repr(request)) for request in list(by_error.values())[-SHOWN:]]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for packages in sys.argv[4:]:
        site.addsitedir(packages)  # at the end: what is measured is the environment's own
    with tempfile.TemporaryDirectory() as directory:
        os.environ["STATE_DIRECTORY"] = directory
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
