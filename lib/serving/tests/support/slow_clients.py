"""Clients that are as slow as they like: they hold connections, one thread for all of them."""

import select
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

Address = tuple[str, int]


@dataclass(frozen=True)
class Kind:
    """A kind of slow client.

    Attributes:
        first: What it sends at once.
        then: What it sends of, a byte at a time, again and again.
        reads: Whether it reads.
    """

    first: bytes = b""
    then: bytes = b""
    reads: bool = True


def unread(path: str) -> Kind:
    """Return the kind that asks for a large answer, and never reads it."""
    return Kind(first=f"GET {path} HTTP/1.1\r\nHost: shop\r\n\r\n".encode(), reads=False)


_BODY = b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "silent": Kind(),
        "head": Kind(first=b"GET / HTTP/1.1\r\nHost: shop\r\n", then=b"X-Slow: yes\r\n"),
        "body": Kind(first=_BODY, then=b"slow"),
        "answer, generated": unread("/generated"),
        "answer, constant": unread("/constant"),
        "answer, file": unread("/file"),
    }
)
"""All kinds, by name. The service has 50 MB at each of these paths."""


class SlowClients:
    """Holds connections until the server ends them.

    Args:
        address: The address of the server.
        kind: What they do.
        count: How many there are.
        pace: The seconds between two bytes that one of them sends.
    """

    def __init__(self, address: Address, kind: Kind, count: int, pace: float) -> None:
        self._kind = kind
        self._pace = pace
        self._sent = 0
        self._poll = select.poll()
        self._open: dict[int, socket.socket] = {}
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self._is_stopped = False
        for _ in range(count):
            client = socket.create_connection(address, timeout=30)
            client.sendall(kind.first)
            client.setblocking(False)
            self._open[client.fileno()] = client
            # The end of a connection is an event, whatever is asked for.
            self._poll.register(client, select.POLLIN if kind.reads else 0)
        self._thread.start()

    @property
    def open(self) -> int:
        """The number of connections that have not ended yet."""
        return len(self._open)

    def wait(self, seconds: float) -> None:
        """Wait until all have ended, but not longer."""
        self._thread.join(seconds)

    def close(self) -> None:
        """End them."""
        self._is_stopped = True
        self._thread.join()
        for client in self._open.values():
            client.close()

    def _hold(self) -> None:
        due = time.monotonic() + self._pace
        while self._open and not self._is_stopped:
            for descriptor, _ in self._poll.poll(100):
                self._read(descriptor)
            if time.monotonic() >= due:
                due = time.monotonic() + self._pace
                self._send()

    def _read(self, descriptor: int) -> None:
        client = self._open[descriptor]
        try:
            ended = not self._kind.reads or not client.recv(4096)
        except OSError:
            ended = True
        if ended:
            self._poll.unregister(descriptor)
            del self._open[descriptor]
            client.close()

    def _send(self) -> None:
        if then := self._kind.then:
            byte = then[self._sent % len(then) :][:1]
            self._sent += 1
            for client in self._open.values():
                with suppress(OSError):
                    client.send(byte)
