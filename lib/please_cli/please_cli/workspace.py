"""The services and libraries of a checkout: found by directory, listed nowhere."""

import ast
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from please_cli.errors import UserError

KINDS = {"lib": "library", "src": "service"}
"""The directories that hold members, and what a member of each is."""

MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
"""The files that say what a member needs."""


ROOT = "PLEASE_ROOT"
"""The environment variable that names the checkout."""


@dataclass(frozen=True)
class Member:
    """A service or a library: a directory with a manifest, named like the module in it."""

    path: Path
    kind: str

    @property
    def name(self) -> str:
        """The attribute of default.nix, the directory and the module."""
        return self.path.name

    def description(self) -> str:
        """Return what its manifest says it is, empty when that is silent.

        Raises UserError when pyproject.toml is not TOML.
        """
        return _pyproject_description(self.path) or _setup_description(self.path)


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
        if any((path / manifest).is_file() for manifest in MANIFESTS)
    ]


def find(root: Path, name: str) -> Member:
    """Return the member called `name`, written with - or _.

    Raises UserError, which lists what there is, when there is none.
    """
    known = members(root)
    for member in known:
        if member.name == name.replace("-", "_"):
            return member
    names = ", ".join(sorted(member.name for member in known)) or "none yet"
    raise UserError(f"no service or library {name!r}; there are: {names}")


def _pyproject_description(path: Path) -> str:
    manifest = path / "pyproject.toml"
    try:
        project = tomllib.loads(manifest.read_text(encoding="utf-8")).get("project", {})
    except FileNotFoundError:
        return ""
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{manifest}: not TOML: {error}; correct it") from error
    return str(project.get("description", ""))


def _setup_description(path: Path) -> str:
    """Return the description in a call of setup(), read without running it."""
    manifest = path / "setup.py"
    if not manifest.is_file():
        return ""
    try:
        tree = ast.parse(manifest.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise UserError(f"{manifest}:{error.lineno}: {error.msg}; correct it") from error
    return next(_described(tree), "")


def _described(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "description":
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
