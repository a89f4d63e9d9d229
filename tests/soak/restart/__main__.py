"""Runs the campaign: `python -m soak.restart SHARE`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from ..servers import needs, new_database
from ..serving import serving
from .answers import Span, tally
from .clients import Client, trees

RESTARTS = 10
CLIENTS = 8
"""As many as the worker has threads."""
UP, AWAY = 3.0, 1.0
"""The seconds between two restarts, and between the stop and the start of one."""


def main(share: float) -> None:
    """Run a share of the restarts, and print the tally."""
    restarts = max(round(RESTARTS * share), 2)  # a stop and a kill
    variables = {**os.environ, "DATABASE_URL": new_database(os.environ["DATABASE_URL"])}
    flask = [sys.executable, "-m", "flask", "--app", "treestatus.flask"]
    subprocess.run([*flask, "db", "upgrade"], env=variables, check=True)
    with serving("treestatus", variables) as address:
        clients = [Client(address, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            ups = list(spans(restarts))
        finally:
            for client in clients:
                client.stopped.set()
                client.join()
        stored = trees(address)
    confirmed = {name for client in clients for name in client.confirmed}
    answers = [answer for client in clients for answer in client.answers]
    tally(answers, ups, CLIENTS * len(ups), len(confirmed - stored)).print()


def spans(restarts: int) -> Iterator[Span]:
    """Restart PostgreSQL several times; yield the spans in which it was up."""
    back = time.monotonic()
    for number in range(restarts):
        time.sleep(UP)
        yield back, time.monotonic()
        needs("kill" if number % 2 else "stop", "postgresql")
        time.sleep(AWAY)
        needs("start", "postgresql")
        back = time.monotonic()
    time.sleep(UP)
    yield back, time.monotonic()


if __name__ == "__main__":
    main(float(sys.argv[1]))
