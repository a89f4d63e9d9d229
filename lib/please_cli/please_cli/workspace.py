"""The services and libraries of a checkout: found by directory, listed nowhere."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from please_cli.errors import UserError

KINDS = {"lib": "library", "src": "service"}
"""The directories that hold members, and what a member of each is."""

ROOT = "PLEASE_ROOT"
"""The environment variable that names the checkout."""

_MANIFEST = "pyproject.toml"


@dataclass(frozen=True)
class Member:
    """A service or a library: a directory with a pyproject.toml, named like the module in it."""

    path: Path
    kind: str

    @property
    def name(self) -> str:
        """The attribute of default.nix, and the directory."""
        return self.path.name

    @property
    def module(self) -> str:
        """What Python imports, and a service's own command."""
        return self.name.replace("-", "_")

    def description(self) -> str:
        """Return what its manifest says it is, empty when that is silent.

        Raises UserError when pyproject.toml is not TOML.
        """
        manifest = self.path / _MANIFEST
        try:
            project = tomllib.loads(manifest.read_text(encoding="utf-8")).get("project", {})
        except tomllib.TOMLDecodeError as error:
            raise UserError(f"{manifest}: not TOML: {error}; correct it") from error
        return str(project.get("description", ""))


def root() -> Path:
    """Return the checkout: what PLEASE_ROOT says, or the one that this directory is in.

    Raises UserError when there is none.
    """
    if named := os.environ.get(ROOT):
        return Path(named).resolve()
    here = Path.cwd()
    for directory in (here, *here.parents):
        if (directory / "nix/lock").is_dir() and (directory / "default.nix").is_file():
            return directory
    raise UserError(f"{here} is not in a checkout; change to one, or set {ROOT} to its path")


def members(root: Path) -> list[Member]:
    """Return the members of the checkout at `root`: libraries, then services, each by name."""
    return [
        Member(path, kind)
        for directory, kind in KINDS.items()
        for path in sorted((root / directory).glob("*"))
        if (path / _MANIFEST).is_file()
    ]


def find(root: Path, name: str) -> Member:
    """Return the member called `name`, written with - or _.

    Raises UserError, which lists what there is, when there is none.
    """
    known = members(root)
    for member in known:
        if member.module == name.replace("-", "_"):
            return member
    names = ", ".join(sorted(member.name for member in known)) or "none yet"
    raise UserError(f"no service or library {name!r}; there are: {names}")
