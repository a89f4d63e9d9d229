"""The command `needs`, with the platform's servers, in a directory of a test's own."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from needs.record import Record
from toolchain import build

LIMIT = 60.0
"""How long to wait for what has to happen, in seconds."""


class Needs:
    """Calls of the command, for some servers of the platform."""

    def __init__(self, directory: Path, names: Sequence[str]) -> None:
        self.directory = directory
        self.prefixes = {name: build(f"toolchain.needs.servers.{name}") for name in names}
        self.program = build("toolchain.needs.program") / "bin/needs"
        self.environment = {
            "PATH": os.environ["PATH"],
            "NEEDS_DIRECTORY": str(directory),
            "NEEDS_OWNER": str(os.getpid()),
            "NEEDS_SERVERS": " ".join(f"{name}={path}" for name, path in self.prefixes.items()),
        }

    def record(self, name: str) -> Record:
        """Return the record of a server."""
        return Record(self.directory / name)

    def call(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run the command to its end."""
        return subprocess.run(
            [self.program, *arguments],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def __call__(self, *arguments: str) -> str:
        """Run the command and return what it prints. Raises AssertionError if it fails."""
        done = self.call(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def variables(self) -> dict[str, str]:
        """Return what services are told."""
        found: dict[str, str] = json.loads(self("variables", "--json"))
        return found


@contextmanager
def needing(*names: str) -> Iterator[Needs]:
    """Yield the command; the servers have ended afterwards."""
    # pytest's own directories are the user's alone, and root's servers are not root's.
    with tempfile.TemporaryDirectory(prefix="needs-test-", dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        needs = Needs(Path(directory), names)
        try:
            yield needs
        finally:
            needs("stop")


def eventually(happened: Callable[[], bool]) -> None:
    """Wait for what happens without a word. Raises AssertionError if it does not."""
    limit = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < limit
        time.sleep(0.02)
