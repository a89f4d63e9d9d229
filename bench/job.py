"""What every measurement gets."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import checkout, toolchain
from bench.toolchain import Toolchain


@dataclass(frozen=True)
class Job:
    """The checkout to measure, the member to measure it with, and room for temporary files."""

    root: Path
    member: str
    scratch: Path
    environment: Mapping[str, str]

    def copy(self, name: str) -> Toolchain:
        """Return the toolchain of a new copy of the checkout."""
        return Toolchain(checkout.copy(self.root, self.scratch / name), self.environment)

    def bare(self) -> Toolchain:
        """Return, in place of a toolchain, one bare derivation."""
        directory = self.scratch / "bare"
        directory.mkdir(exist_ok=True)
        (directory / "default.nix").write_text(toolchain.BARE)
        return Toolchain(directory, self.environment)


def say(what: str) -> None:
    """Tell the person at the terminal what takes so long."""
    print(f"bench: {what}", file=sys.stderr, flush=True)
