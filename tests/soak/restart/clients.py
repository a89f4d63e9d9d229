"""Clients of treestatus, which record every answer."""

import http.client
import json
import threading
import time

from ..serving import Address
from .answers import Answer

LIMIT = 60
"""How long an answer may take, in seconds."""

KEPT = 20
"""The trees that a client leaves alone: treestatus has a limit of trees."""


class Client(threading.Thread):
    """Makes trees, reads each of them, and deletes the older ones.

    Attributes:
        answers: All answers.
        confirmed: The trees that the service confirmed, and that nobody asked it to delete.
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
        there: list[str] = []
        while not self.stopped.is_set():
            made += 1
            name = f"tree-{self._number}-{made}"
            if self._send("PUT", name, (201,), b'{"status": "open"}'):
                self.confirmed.add(name)
                there.append(name)
                self._send("GET", name, (200,))
            if len(there) > KEPT:
                self.confirmed.discard(there[0])  # whatever comes of asking
                # It is gone, too, if it was deleted and the answer did not come.
                if self._send("DELETE", there[0], (204, 404)):
                    del there[0]
        self._connection.close()

    def _send(
        self, method: str, name: str, expected: tuple[int, ...], body: bytes | None = None
    ) -> bool:
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
        is_right = status in expected
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
