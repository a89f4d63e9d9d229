"""The manifests of the workspace's members: what a build backend reads of them."""

import hashlib
import re
import shutil
from pathlib import Path

from please_cli.workspace import Member

# As nix/python/manifests.nix has it; without the copies that editors leave.
_NAME = re.compile(r"pyproject\.toml|setup\.(py|cfg)|MANIFEST\.in|README(\.[^~]*)?")


def find(member: Member) -> list[Path]:
    """Return the paths of a member's manifests, by name."""
    found = (path for path in member.path.iterdir() if _NAME.fullmatch(path.name))
    return sorted(path for path in found if path.is_file())


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
