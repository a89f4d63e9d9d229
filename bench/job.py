"""The input of every measurement."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import checkout, toolchain
from bench.toolchain import Toolchain


@dataclass(frozen=True)
class Job:
    """The checkout to measure, the member to build, and a directory for temporary files."""

    root: Path
    member: str
    scratch: Path
    environment: Mapping[str, str]

    def copy(self, name: str) -> Toolchain:
        """Return the toolchain of a new copy of the checkout."""
        return Toolchain(checkout.copy(self.root, self.scratch / name), self.environment)

    def bare(self) -> Toolchain:
        """Return a toolchain of one bare derivation."""
        directory = self.scratch / "bare"
        directory.mkdir(exist_ok=True)
        (directory / "default.nix").write_text(toolchain.BARE)
        return Toolchain(directory, self.environment)


def say(what: str) -> None:
    """Print a line about the progress on standard error."""
    print(f"bench: {what}", file=sys.stderr, flush=True)
