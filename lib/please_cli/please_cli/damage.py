"""Store paths that were changed after they were built, and the command that repairs them.

An earlier version of the toolchain let Python write bytecode into the store where root ran an app.
Such a path can be neither copied nor, as part of an environment, built upon.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from please_cli import downloads, process

_MODIFIED = re.compile(r"path '(/nix/store/[^']+)' was modified!")

UNTOUCHED = 1
"""The time stamp, in seconds since 1970, that Nix gives to each file in the store."""


@dataclass(frozen=True)
class Damage:
    """Paths that are not what was built, and the command that builds them again in their place."""

    paths: Sequence[str]
    command: Sequence[str]

    @property
    def line(self) -> str:
        """What is wrong, and what to do."""
        return (
            "the store is damaged: paths that are needed here were changed after they were built; "
            "repair them as root with the last command below, then run this again"
        )

    @property
    def details(self) -> str:
        """The paths, a probable cause, and the command."""
        cause = (
            "(Earlier versions of this toolchain let Python write __pycache__ into the store when "
            "root ran an app.)"
        )
        return "\n".join([*self.paths, cause, shlex.join(self.command)])


def of_builds(derivations: Iterable[str], rebuild: Sequence[str]) -> Damage | None:
    """Return the damaged inputs of derivations, or None if all are whole.

    A hash is only computed of paths with files that were touched: builds fail for many reasons.
    `rebuild` is the nix-build command that needs them.
    """
    inputs = sorted({path for derivation in derivations for path in _inputs(derivation)})
    return of_paths([path for path in inputs if _was_touched(path)], rebuild)


def of_paths(paths: Sequence[str], rebuild: Sequence[str]) -> Damage | None:
    """Return the damage among valid paths, None if each is what was built."""
    modified = _MODIFIED.findall(_nix_store("--verify-path", *paths).stderr) if paths else []
    if not modified:
        return None
    if all(map(_has_deriver, modified)):
        return Damage(modified, ["nix-store", "--repair-path", *modified])
    # Evaluated again, it has all derivations, and puts the sources into the store again.
    return Damage(modified, [*rebuild, "--repair", "--no-out-link"])


def closure(path: Path) -> list[str]:
    """Return the store paths that a valid one needs at run time, itself included."""
    return _nix_store("--query", "--requisites", str(path)).stdout.split()


def _inputs(derivation: str) -> list[str]:
    """Return the valid paths that a derivation is built from, and what these need."""
    references = _nix_store("--query", "--references", derivation).stdout.split()
    derivations = [path for path in references if path.endswith(".drv")]
    direct = [path for path in references if not path.endswith(".drv")]
    if derivations:
        direct += _nix_store("--query", "--outputs", *derivations).stdout.split()
    invalid = _nix_store("--check-validity", "--print-invalid", *direct).stdout.split()
    valid = [path for path in direct if path not in invalid]
    return _nix_store("--query", "--requisites", *valid).stdout.split() if valid else []


def _was_touched(path: str) -> bool:
    """Tell whether a file in a store path has another time stamp than Nix gave it.

    True too for a path that is not on this machine, such as one in a remote store.
    """
    top = downloads.real(path)
    if not os.path.lexists(top) or top.lstat().st_mtime != UNTOUCHED:
        return True
    return any(
        Path(parent, name).lstat().st_mtime != UNTOUCHED
        for parent, directories, files in os.walk(top)
        for name in [*directories, *files]
    )


def _has_deriver(path: str) -> bool:
    """Tell whether the derivation that a path was built by is in the store."""
    deriver = _nix_store("--query", "--deriver", path).stdout.strip()
    return deriver.endswith(".drv") and _nix_store("--check-validity", deriver).returncode == 0


def _nix_store(*arguments: str) -> "subprocess.CompletedProcess[str]":
    pipe = subprocess.PIPE
    return process.run(["nix-store", *arguments], stdout=pipe, stderr=pipe)
