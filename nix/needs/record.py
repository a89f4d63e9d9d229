"""The directory of one server: what is kept of it from start to start, and who keeps it now."""

import fcntl
import json
import os
import random
import secrets
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from needs.errors import NeedsError
from needs.server import HOST, Place, Server

PORTS = range(10_000, 32_768)
"""Where ports are picked: below the range from which Linux gives clients theirs. From there, a
client that retries could take the port of a server that is down, or connect to itself."""

TAIL = 20
"""How many lines of a log an error shows."""


@dataclass(frozen=True)
class Record:
    """The files of one server in its own directory."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the server."""
        return self.path.name

    @property
    def log(self) -> Path:
        """What the server and its keeper print."""
        return self.path / "log"

    def was_started(self) -> bool:
        """Tell whether there was a first start."""
        return (self.path / "address.json").is_file()

    def place(self, prefix: Path) -> Place:
        """Return what was kept. Raises FileNotFoundError before the first start."""
        address = json.loads((self.path / "address.json").read_text())
        return Place(prefix, self.path, **address)

    def make_place(self, prefix: Path, server: type[Server]) -> Place:
        """Return what was kept, or pick ports and a password, once.

        Raises NeedsError if a port that was picked before is in use.
        """
        try:
            place = self.place(prefix)
        except FileNotFoundError:
            address = {"ports": _free_ports(server.ports), "secret": secrets.token_hex(16)}
            new = self.path / "address.json.new"
            new.write_text(json.dumps(address))
            new.replace(self.path / "address.json")
            return self.place(prefix)
        for port in place.ports.values():
            if not _is_free(port):
                raise NeedsError(
                    f"{self.name}: another program listens on port {port}, which {self.name} was "
                    f"given at its first start. End that program, or remove {self.path}: the "
                    "server then starts anew, without its data."
                )
        return place

    def tail(self) -> str:
        """Return the last lines of the log."""
        try:
            with self.log.open(errors="replace") as file:
                return "".join(deque(file, TAIL)).rstrip()
        except FileNotFoundError:
            return "(no log)"

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Be the keeper, and say so, while the context lasts.

        Raises BlockingIOError if there is one.
        """
        with self._lock.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
                yield
            finally:
                file.truncate(0)

    def retire(self) -> None:
        """Say that the keeper, which this process is, is about to end."""
        os.truncate(self._lock, 0)

    def is_kept(self) -> bool:
        """Tell whether there is a keeper, even one that is about to end."""
        try:
            with self._lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def keeper(self) -> int | None:
        """Return the process id of the keeper; None without one, or if it is about to end."""
        if not self.is_kept():
            return None
        text = self._lock.read_text()
        return int(text) if text else None

    @property
    def _lock(self) -> Path:
        return self.path / "lock"


def _free_ports(purposes: Sequence[str]) -> dict[str, int]:
    free = (port for port in random.sample(PORTS, len(PORTS)) if _is_free(port))
    return dict(zip(purposes, free, strict=False))


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        # As servers do; a connection that was closed a moment ago is no obstacle to them.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
        return True
