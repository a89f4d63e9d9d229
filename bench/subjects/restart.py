"""Restarts PostgreSQL while a service is asked all the time, and counts what fails.

    python -m bench.subjects.restart RESTARTS

For an environment of its own; of bench it imports only what is beside it. `needs` must run
PostgreSQL for it. It serves treestatus as in production, whose clients write and read over kept
connections; every second restart is a kill. It prints JSON: how many requests there were while
PostgreSQL was there, how many of them failed, how many were answered with 503 because it was away,
how many with neither that nor the answer, and how many trees were confirmed and are lost.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from .databases import new_database

CLIENTS = 8
"""As many as the worker has threads."""
UP, AWAY = 3.0, 1.0
"""Seconds between restarts, and from the end to the start."""
LIMIT = 60
"""Seconds that an answer, or a start, may take."""

Address = tuple[str, int]
Span = tuple[float, float]
"""When something began and ended (time.monotonic)."""


@dataclass(frozen=True)
class Answer:
    """An answer, when it was asked for and had; without a status if there was none."""

    span: Span
    status: int | None
    is_right: bool


class Client(threading.Thread):
    """Makes trees, and reads each of them.

    :ivar confirmed: the trees that were confirmed.
    """

    def __init__(self, address: Address, number: int) -> None:
        super().__init__()
        self.answers: list[Answer] = []
        self.confirmed: set[str] = set()
        self.stopped = threading.Event()
        self._connection = http.client.HTTPConnection(*address, timeout=LIMIT)
        self._number = number

    def run(self) -> None:
        """Ask until it is stopped."""
        made = 0
        while not self.stopped.is_set():
            made += 1
            name = f"tree-{self._number}-{made}"
            if self._ask("PUT", name, 201, b'{"status": "open"}'):
                self.confirmed.add(name)
                self._ask("GET", name, 200)
        self._connection.close()

    def _ask(self, method: str, name: str, expected: int, body: bytes | None = None) -> bool:
        began = time.monotonic()
        status = None
        headers = {"Content-Type": "application/json"}
        try:
            self._connection.request(method, f"/trees/{name}", body, headers)
            response = self._connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            self._connection.close()
        self.answers.append(Answer((began, time.monotonic()), status, status == expected))
        return status == expected


def main(restarts: int) -> None:
    """Run it all."""
    variables = {**os.environ, "DATABASE_URL": new_database(os.environ["DATABASE_URL"])}
    flask = [sys.executable, "-m", "flask", "--app", "treestatus.flask"]
    subprocess.run([*flask, "db", "upgrade"], env=variables, check=True)
    with serving(variables) as address:
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
    answers = [answer for client in clients for answer in client.answers]
    while_up = [answer for answer in answers if any(is_in(answer.span, up) for up in ups)]
    result = {
        "requests": len(while_up),
        "failed": sum(not answer.is_right for answer in while_up),
        "refused": sum(answer.status == 503 for answer in answers),
        "wrong": sum(not answer.is_right and answer.status != 503 for answer in answers),
        "lost": len({name for client in clients for name in client.confirmed} - stored),
    }
    print(json.dumps(result))


@contextmanager
def serving(variables: Mapping[str, str]) -> Iterator[Address]:
    """Serve treestatus with one worker, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address: Address = free.getsockname()
    command = [sys.executable, "-m", "backend_common.serve", "treestatus"]
    process = subprocess.Popen([*command, "--port", str(address[1])], env=variables)
    deadline = time.monotonic() + LIMIT
    try:
        while True:
            try:
                socket.create_connection(address).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("treestatus does not serve; see above what it said")
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(LIMIT)


def spans(restarts: int) -> Iterator[Span]:
    """Restart PostgreSQL several times; yield from when to when it was there."""
    back = time.monotonic()
    for number in range(restarts):
        time.sleep(UP)
        yield back, time.monotonic()
        needs("kill" if number % 2 else "stop")
        time.sleep(AWAY)
        needs("start")
        back = time.monotonic()
    time.sleep(UP)
    yield back, time.monotonic()


def needs(action: str) -> None:
    """Do something to PostgreSQL; a start waits until it answers."""
    subprocess.run(["needs", action, "postgresql"], check=True)


def trees(address: Address) -> set[str]:
    """Return the names of all trees that are there."""
    connection = http.client.HTTPConnection(*address, timeout=LIMIT)
    connection.request("GET", "/trees")
    found: dict[str, object] = json.loads(connection.getresponse().read())["result"]
    connection.close()
    return set(found)


def is_in(inner: Span, outer: Span) -> bool:
    """Tell whether a span begins and ends within another."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


if __name__ == "__main__":
    main(int(sys.argv[1]))
