"""The manifests of the workspace's members: what a build backend reads of them."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from please_cli.workspace import Member

# nix/python/manifests.nix has the same.
_NAMES = ("pyproject.toml", "setup.py", "setup.cfg", "README", "README.*")


def find(member: Member) -> Iterator[Path]:
    """Yield the paths of a member's manifests, in order."""
    for name in _NAMES:
        yield from sorted(path for path in member.path.glob(name) if path.is_file())


def digests(member: Member) -> dict[str, str]:
    """Return the hex SHA-256 of a member's manifests, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in find(member)}


def copy(member: Member, to: Path) -> None:
    """Copy a member's manifests into the directory `to`, with empty packages in place of code."""
    # setuptools looks for the packages.
    for package in (member.path / member.module, *(member.path / member.module).rglob("*/")):
        copied = to / package.relative_to(member.path)
        copied.mkdir(parents=True)
        (copied / "__init__.py").touch()
    for path in find(member):
        shutil.copy(path, to)
