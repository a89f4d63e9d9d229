"""The servers that tests run beside, started for one command."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.process import Finished, run


@dataclass(frozen=True)
class Servers:
    """The servers that a member's tests need: the command `needs`, and what it reads."""

    program: Path
    prefixes: str

    def run(
        self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]
    ) -> Finished:
        """Start new servers, run a command that is given their addresses, and end them."""
        # Root's servers run as another user, which has to enter this directory.
        with tempfile.TemporaryDirectory(prefix="needs-", dir="/tmp") as directory:
            Path(directory).chmod(0o711)
            variables = {"NEEDS_SERVERS": self.prefixes, "NEEDS_DIRECTORY": directory}
            wanted = {**environment, **variables}
            done = run([self.program, "run", "--", *command], cwd, wanted)
            usage = done.usage + run([self.program, "stop"], cwd, wanted).usage
        return Finished(usage, done.stdout, done.stderr)
