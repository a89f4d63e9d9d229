"""A server, run as its users do."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

LIMIT = 60
"""The seconds that anything may take, on a machine that has other things to do."""

Address = tuple[str, int]


class Running:
    """The server of the service `shop`.

    Args:
        directory: Where the service is, and the working directory.
        arguments: The arguments of the command.
        variables: More variables of the environment.
        name: What is served, where it is not the service `shop`.
    """

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        variables: Mapping[str, str] | None = None,
        name: str = "shop",
    ) -> None:
        paths = os.pathsep.join(path for path in (str(directory), *sys.path) if path)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "serving", name, *arguments],
            env={**os.environ, "PYTHONPATH": paths, **(variables or {})},
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def until(self, pattern: str) -> "re.Match[str]":
        """Read lines of the log until one matches."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern} is not in {self.lines}")

    @cached_property
    def address(self) -> Address:
        """The address of the server, once it serves."""
        found = self.until(r"http://([\d.]+):(\d+)")
        self.until("Booting worker")
        return found[1], int(found[2])

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def stop(self, number: int = signal.SIGTERM) -> str:
        """End the server by a signal; return all that it logged."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> str:
        """Wait until the server ends; return all that it logged."""
        rest, _ = self.process.communicate(timeout=LIMIT)
        return "".join(self.lines) + rest

    def kill(self) -> None:
        """End all processes of the server."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)  # so that it replaces no worker
            for worker in self.workers:
                os.kill(worker, signal.SIGKILL)
            self.process.kill()
        self.process.communicate()


def connect(address: Address) -> socket.socket:
    """Connect to a server."""
    return socket.create_connection(address, timeout=LIMIT)


def read_all(client: socket.socket) -> bytes:
    """Read until the server ends the connection."""
    return b"".join(iter(lambda: client.recv(65536), b""))


def send(address: Address, request: bytes, *, ends: bool = True) -> bytes:
    """Send bytes on a connection of their own; return what comes until the server ends it.

    Args:
        address: The address of the server.
        request: What is sent.
        ends: Whether the client says that it sends nothing more.
    """
    with connect(address) as client:
        client.sendall(request)
        if ends:
            client.shutdown(socket.SHUT_WR)
        return read_all(client)


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of the answers in what a client read, which have nothing else like it."""
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]
