"""What a server is, to the program that starts it: a command, and how to talk to it."""

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals
from typing import ClassVar

from needs import linux, user
from needs.errors import NeedsError

HOST = "127.0.0.1"
"""The address that all servers listen on: loopback, and nothing else."""


@dataclass(frozen=True)
class Place:
    """Where one server is: its program, its data, its address.

    Attributes:
        prefix: the directory with the server's bin.
        directory: the servers' user's own, which no other user can enter.
        ports: TCP ports by purpose.
        secret: a password that was made for this place.
    """

    prefix: Path
    directory: Path
    ports: Mapping[str, int]
    secret: str

    @property
    def data(self) -> Path:
        """The directory that the server keeps from one start to the next, and works in."""
        return self.directory / "data"


class Server(ABC):
    """One kind of server. A new one is a subclass in a module of its own in needs/servers."""

    ports: ClassVar[Sequence[str]] = ("main",)
    """The purposes that it listens for: each gets a port of its own."""

    stop_signal: ClassVar[Signals] = SIGTERM
    """The signal at which it finishes its work and ends."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def prepare(self) -> None:
        """Make its configuration, and its data at the first start; runs as the servers' user.

        Raises:
            NeedsError: it cannot be prepared.
            subprocess.CalledProcessError: a program failed.
        """

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that serves in the foreground."""

    def sidecars(self) -> Sequence[Sequence[str]]:
        """Return commands that have to run before and beside that one."""
        return []

    @abstractmethod
    def answers(self) -> bool:
        """Return whether it is ready for clients. May raise OSError in place of False."""

    @abstractmethod
    def variables(self) -> dict[str, str]:
        """Return the environment variables from which a service learns where it is."""

    def environment(self) -> dict[str, str]:
        """Return the environment that it runs in: nothing of the user's."""
        bin_directory = str(self.place.prefix / "bin")
        return {"HOME": str(self.place.directory), "LC_ALL": "C", "PATH": bin_directory}

    def spawn(
        self, command: Sequence[str], directory: Path, stdin: int = subprocess.DEVNULL
    ) -> "subprocess.Popen[bytes]":
        """Start a program of the servers' user; it dies with this process.

        Args:
            command: the program's path, and its arguments.
            directory: its working directory.
            stdin: its standard input, as subprocess has it.

        Raises:
            NeedsError: the servers' user cannot enter that directory.
        """

        def enter() -> None:
            # subprocess has become the servers' user by now: only now, because that user could
            # have put a link to any directory in its place, and because setuid clears this signal.
            linux.die_with_parent()
            os.chdir(directory)

        try:
            return subprocess.Popen(
                command,
                env=self.environment(),
                stdin=stdin,
                start_new_session=True,
                preexec_fn=enter,  # noqa: PLW1509 - this process has one thread
                **user.options(),
            )
        except subprocess.SubprocessError:
            raise NeedsError(
                f"{command[0]} cannot run in {directory}: the servers' user cannot enter it. "
                "Remove the server's directory (needs status): the server then starts anew."
            ) from None

    def run(self, *command: str, directory: Path | None = None, text: str = "") -> None:
        """Run a program of the servers' user to its end; it dies with this process.

        Args:
            command: the program's path, and its arguments.
            directory: its working directory; by default the place's own.
            text: what it reads from its standard input.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        with self.spawn(command, directory or self.place.directory, subprocess.PIPE) as running:
            running.communicate(text.encode())
        if running.returncode:
            raise subprocess.CalledProcessError(running.returncode, command)


def url(scheme: str, user: str, place: Place, path: str) -> str:
    """Return the address of a server, for a user whose password is the place's secret."""
    return f"{scheme}://{user}:{place.secret}@{HOST}:{place.ports['main']}/{path}"
