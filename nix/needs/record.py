"""The directory of one server: what is kept from start to start, and which process supervises it.

Only the caller can write to it: root's servers run as another user, which has `home` alone.

    lock          the supervisor holds record locks on it
    address.json  ports and the password
    log           what the server and its supervisor print
    home          the servers' user's own: configuration, data
"""

import fcntl
import io
import json
import os
import secrets
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from needs import directories, linux, ports
from needs.errors import NeedsError
from needs.server import Place, Server

TAIL = 20
"""How many lines of a log an error shows."""

TAIL_SIZE = 64 * 1024
"""How much of the end of a log is read for them, in bytes."""

# The bytes of the lock file that are locked: while there is a supervisor; until it is about to end.
ALIVE, ACTIVE = 0, 1


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
        """The file with what the server and its supervisor print."""
        return self.path / "log"

    def make(self) -> None:
        """Make the directory. Raises NeedsError if it cannot be made, or others can change it."""
        directories.make(self.path)
        if (self.path / "data").exists():
            raise NeedsError(
                f"{self.path} was made by an earlier version of needs. Remove it: the server then "
                "starts anew, without its data."
            )
        directories.make_home(self.path / "home")

    def was_started(self) -> bool:
        """Return whether there was a first start."""
        try:
            self._open("address.json", os.O_RDONLY).close()
        except FileNotFoundError:
            return False
        return True

    def place(self, prefix: Path) -> Place:
        """Return the place that was kept. Raises FileNotFoundError before the first start."""
        with self._open("address.json", os.O_RDONLY) as file:
            address = json.load(file)
        return Place(prefix, self.path / "home", **address)

    def make_place(self, prefix: Path, server: type[Server]) -> Place:
        """Return the place that was kept, or pick ports and a password at the first start.

        Raises:
            NeedsError: another program uses a port that was picked before.
        """
        try:
            place = self.place(prefix)
        except FileNotFoundError:
            address = {"ports": ports.pick(server.ports), "secret": secrets.token_hex(16)}
            new = "address.json.new"
            with self._open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
                file.write(json.dumps(address).encode())
            (self.path / new).replace(self.path / "address.json")
            return self.place(prefix)
        for port in place.ports.values():
            if not ports.is_free(port):
                raise NeedsError(
                    f"{self.name}: another program listens on port {port}, which {self.name} was "
                    f"given at its first start. End that program, or remove {self.path}: the "
                    "server then starts anew, without its data."
                )
        return place

    def tail(self) -> str:
        """Return the last lines of the log, without control characters."""
        try:
            with self._open("log", os.O_RDONLY) as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL_SIZE))
                lines = file.read().decode(errors="replace").splitlines()[-TAIL:]
        except FileNotFoundError:
            return "(no log)"
        text = "\n".join(lines).rstrip()
        return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)

    def open_log(self) -> io.FileIO:
        """Return the log, open for what a server adds at its end."""
        return self._open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @contextmanager
    def supervised(self) -> Iterator["Supervision"]:
        """Be the supervisor while the context lasts.

        Raises:
            BlockingIOError: there is one already.
        """
        # A process loses its locks when it closes the file, however often it has it open.
        with self._open("lock", os.O_RDWR | os.O_CREAT) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, ALIVE)
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, ACTIVE)
            yield Supervision(file)

    def is_supervised(self) -> bool:
        """Return whether there is a supervisor, even one that is about to end."""
        return self._holder(ALIVE) is not None

    def supervisor(self) -> int | None:
        """Return the process id of the supervisor.

        Returns:
            None without one, or if it is about to end; 0 if it is in another PID namespace.
        """
        return self._holder(ACTIVE)

    def signal(self, number: signal.Signals) -> int | None:
        """Send a signal to the supervisor, and to no other process; return its process id.

        Returns:
            None if there is no supervisor to send it to.

        Raises:
            NeedsError: the supervisor is in another PID namespace.
        """
        pid = self.supervisor()
        if pid is None:
            return None
        if pid == 0:
            raise NeedsError(
                f"{self.name} was started in another container, from {self.path}: stop it there, "
                "or set NEEDS_DIRECTORY to another place."
            )
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            return None
        try:
            # The id may have become another process's before it was opened.
            if self.supervisor() == pid:
                signal.pidfd_send_signal(process, number)
                return pid
        except ProcessLookupError:
            return None
        finally:
            os.close(process)
        return None

    def _holder(self, byte: int) -> int | None:
        try:
            with self._open("lock", os.O_RDONLY) as file:
                return linux.lock_holder(file.fileno(), byte)
        except FileNotFoundError:
            return None

    def _open(self, name: str, flags: int) -> io.FileIO:
        """Open a file of the directory, without a buffer.

        Raises:
            FileNotFoundError: the file or the directory does not exist.
            NeedsError: another user may have made it.
        """
        directories.check(self.path)
        path = self.path / name
        try:
            # Without O_NONBLOCK, to open a FIFO waits for a process at its other end.
            descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        except FileNotFoundError:
            raise
        except OSError as error:
            what = f"cannot be opened: {error.strerror}; remove it, and start the server again"
            raise NeedsError(f"{path} {what}.") from None
        status = os.fstat(descriptor)
        mine = status.st_uid == os.geteuid() and not status.st_mode & 0o022
        if not (stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and mine):
            os.close(descriptor)
            what = "is not a file that only you can write; remove it, and start the server again"
            raise NeedsError(f"{path} {what}.")
        return io.FileIO(descriptor, "r" if flags & os.O_ACCMODE == os.O_RDONLY else "r+")


@dataclass(frozen=True)
class Supervision:
    """What a supervisor holds: the locks on a file."""

    file: io.FileIO

    def retire(self) -> None:
        """Let others know that the supervisor is about to end."""
        fcntl.lockf(self.file, fcntl.LOCK_UN, 1, ACTIVE)
