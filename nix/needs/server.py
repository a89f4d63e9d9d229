"""What a server is, to the program that starts it: a command, and how to talk to it."""

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals
from typing import ClassVar

from needs import linux

HOST = "127.0.0.1"
"""The address that all servers listen on: loopback, and nothing else."""


@dataclass(frozen=True)
class Place:
    """Where one server is: its program, its data, its address.

    `prefix` has the server's bin, `directory` is the server's own, `ports` are by purpose, and
    `secret` is a password that was made for this place.
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
    """What it listens for: each gets a port of its own."""

    stop_signal: ClassVar[Signals] = SIGTERM
    """What makes it finish its work and end."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def prepare(self) -> None:
        """Make what it needs to start: its data if there are none, its configuration."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that serves in the foreground."""

    def companions(self) -> Sequence[Sequence[str]]:
        """Return commands that have to run before and beside that one."""
        return []

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether it is ready for clients. May raise OSError in place of False."""

    @abstractmethod
    def variables(self) -> dict[str, str]:
        """Return the environment variables from which a service learns where it is."""

    def environment(self) -> dict[str, str]:
        """Return the environment that it runs in: nothing of the user's."""
        bin_directory = str(self.place.prefix / "bin")
        return {"HOME": str(self.place.directory), "LC_ALL": "C", "PATH": bin_directory}

    def spawn(self, command: Sequence[str], directory: Path) -> "subprocess.Popen[bytes]":
        """Start a program in a directory, its output in the log; it dies with this process."""
        return subprocess.Popen(
            command,
            cwd=directory,
            env=self.environment(),
            start_new_session=True,
            preexec_fn=linux.die_with_parent,  # noqa: PLW1509 - this process has one thread
        )

    def run(self, *command: str) -> None:
        """Run a program to its end, its output in the log; it dies with this process.

        Raises subprocess.CalledProcessError when it fails.
        """
        with self.spawn(command, self.place.directory) as running:
            status = running.wait()
        if status:
            raise subprocess.CalledProcessError(status, command)


def url(scheme: str, user: str, place: Place, path: str) -> str:
    """Return the address of a server, for a user whose password is the place's secret."""
    return f"{scheme}://{user}:{place.secret}@{HOST}:{place.ports['main']}/{path}"
