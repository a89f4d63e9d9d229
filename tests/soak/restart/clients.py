"""Clients of treestatus, which record every answer."""

import http.client
import json
import threading
import time

from ..serving import Address
from .answers import Answer

LIMIT = 60
"""How long an answer may take, in seconds."""


class Client(threading.Thread):
    """Makes trees, and reads each of them.

    Attributes:
        answers: All answers.
        confirmed: The trees that the service confirmed.
        stopped: Set it to end the thread.
    """

    def __init__(self, address: Address, number: int) -> None:
        super().__init__()
        self.answers: list[Answer] = []
        self.confirmed: set[str] = set()
        self.stopped = threading.Event()
        self._connection = http.client.HTTPConnection(*address, timeout=LIMIT)
        self._number = number

    def run(self) -> None:
        """Send requests until the thread is stopped."""
        made = 0
        while not self.stopped.is_set():
            made += 1
            name = f"tree-{self._number}-{made}"
            if self._send("PUT", name, 201, b'{"status": "open"}'):
                self.confirmed.add(name)
                self._send("GET", name, 200)
        self._connection.close()

    def _send(self, method: str, name: str, expected: int, body: bytes | None = None) -> bool:
        began = time.monotonic()
        status = None
        headers = {"Content-Type": "application/json"}
        path = f"/trees/{name}"
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            self._connection.close()
        is_right = status == expected
        span = (began, time.monotonic())
        self.answers.append(Answer(span, f"{method} {path}", status, is_right))
        return is_right


def trees(address: Address) -> set[str]:
    """Return the names of all trees that the service has."""
    connection = http.client.HTTPConnection(*address, timeout=LIMIT)
    connection.request("GET", "/trees")
    found: dict[str, object] = json.loads(connection.getresponse().read())["result"]
    connection.close()
    return set(found)
