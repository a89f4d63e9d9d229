"""The services and libraries of a checkout: found by directory, listed nowhere.

A member is a directory in lib/ or src/ that has a pyproject.toml. Other directories, such as those
that a change of branches leaves behind, and hidden ones are no members. nix/workspace.nix has the
same rule, and checks the same things.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from please_cli import pyproject
from please_cli.errors import UserError

KINDS = {"lib": "library", "src": "service"}
"""The directories that hold members, and what a member of each is."""

ROOT = "PLEASE_ROOT"
"""The environment variable that names the checkout."""

RESOLVE = "default"
"""The resolve of a member that names none."""

TOOLCHAIN = "toolchain"
"""The attribute of default.nix that is not a member."""

_MANIFEST = "pyproject.toml"

# A project's name (PEP 508), but with a letter first, as modules have it.
_NAME = re.compile(r"[A-Za-z]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def normalize(name: str) -> str:
    """Return a project's name in the one form that the lock has (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class Member:
    """A service or a library: a directory with a pyproject.toml, named like its project."""

    path: Path
    kind: str

    @property
    def directory(self) -> str:
        """The path in the checkout, such as src/treestatus."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def name(self) -> str:
        """The attribute of default.nix: the directory's name, with _ for each dot."""
        return self.path.name.replace(".", "_")

    @property
    def key(self) -> str:
        """The project in the lock: the directory's name, normalised as in PEP 503."""
        return normalize(self.path.name)

    @property
    def module(self) -> str:
        """What Python imports."""
        return self.key.replace("-", "_")

    @property
    def command(self) -> str:
        """What serves a service, in `bin` of its app.

        Raises UserError when pyproject.toml cannot be read.
        """
        return str(pyproject.services(self.path / _MANIFEST).get("command", self.module))

    @property
    def place(self) -> str:
        """Where the application of a service is, as `flask --app` takes it.

        Raises UserError when pyproject.toml cannot be read.
        """
        return str(pyproject.services(self.path / _MANIFEST).get("app", f"{self.module}.flask"))

    def resolves(self) -> list[str]:
        """Return the resolves that its manifest names; the first is its own.

        Raises UserError when pyproject.toml cannot be read.
        """
        table = pyproject.services(self.path / _MANIFEST)
        found = table.get("resolves", [table.get("resolve", RESOLVE)])
        return [str(name) for name in found] if isinstance(found, list) else [str(found)]

    def description(self) -> str:
        """Return what its manifest says it is, empty when that is silent.

        Raises UserError when pyproject.toml cannot be read.
        """
        return str(self.project().get("description", ""))

    def project(self) -> dict[str, Any]:
        """Return the table [project] of its manifest, or an empty one.

        Raises UserError when pyproject.toml cannot be read, or is not TOML.
        """
        manifest = self.path / _MANIFEST
        project = pyproject.load(manifest).get("project", {})
        if not isinstance(project, dict):
            raise UserError(f"{manifest}: project is not a table; correct it")
        return project


def root() -> Path:
    """Return the checkout: what PLEASE_ROOT says, or the one that this directory is in.

    Raises UserError when there is none.
    """
    if named := os.environ.get(ROOT):
        return Path(named).resolve()
    here = Path.cwd()
    for directory in (here, *here.parents):
        # Not by the lock, which may have been lost.
        if (directory / "nix/default.nix").is_file() and (directory / "default.nix").is_file():
            return directory
    raise UserError(f"{here} is not in a checkout; change to one, or set {ROOT} to its path")


def members(root: Path) -> list[Member]:
    """Return the members of the checkout at `root`: libraries, then services, each by name.

    Raises UserError for a directory that cannot be a member, such as one of two with one name.
    """
    found = _found(root)
    return [_check(member, found) for member in found]


def find(root: Path, name: str) -> Member:
    """Return the member called `name`, in any spelling that PEP 503 takes for the same.

    Raises UserError, with the names of all, when no member has it, or if the member breaks a rule.
    """
    found = _found(root)
    for member in found:
        if member.key == normalize(name):
            return _check(member, found)
    for kind in KINDS:
        if _NAME.fullmatch(name) and (root / kind / name).is_dir():
            raise UserError(
                f"{kind}/{name} has no pyproject.toml, so it is no member of the workspace; write "
                "one (docs/moving-in.md)"
            )
    names = ", ".join(sorted(member.name for member in found)) or "none yet"
    raise UserError(f"no service or library {name!r}; there are: {names}")


def attribute(root: Path, path: str) -> str:
    """Return the attribute path of default.nix for one that begins with a member, or `toolchain`.

    A member may have dots in its name: `acme.shop.tests` is `acme_shop.tests` where the member
    acme.shop is. Raises UserError when there is no such member.
    """
    words = path.split(".")
    if words[0] == TOOLCHAIN:
        return path
    found = _found(root)
    splits = [(".".join(words[:count]), words[count:]) for count in range(1, len(words) + 1)]
    directories = {member.path.name for member in found}
    keys = {member.key for member in found}
    # A directory's own name counts more than another spelling: shop_tests is not shop.tests.
    exact = [split for split in reversed(splits) if split[0] in directories]
    similar = [split for split in splits if normalize(split[0]) in keys]
    name, rest = next(iter([*exact, *similar, splits[0]]))
    return ".".join([find(root, name).name, *rest])


def check_packages(members: Iterable[Member], packages: Iterable[str]) -> None:
    """Check that no member has the name of a package of the index; `packages` are normalised.

    Raises UserError for one that has: it would be taken for that package.
    """
    known = set(packages)
    for member in members:
        if member.key in known:
            raise UserError(
                f"{member.directory} has the name of {member.key}, a package of the index in the "
                "lock; rename the directory and its project"
            )


def _found(root: Path) -> list[Member]:
    return [
        Member(path, kind)
        for directory, kind in KINDS.items()
        for path in sorted((root / directory).glob("*"))
        if path.is_dir() and not path.name.startswith(".") and os.path.lexists(path / _MANIFEST)
    ]


def _check(member: Member, found: Iterable[Member]) -> Member:
    """Return a member, one of those found. Raises UserError when it breaks a rule."""
    twins = [other.directory for other in found if other.key == member.key]
    if member.path.is_symlink():
        raise UserError(
            f"{member.directory} is a symbolic link, but a member is a directory of the checkout; "
            "put the directory itself there"
        )
    if not _NAME.fullmatch(member.path.name):
        raise UserError(
            f"{member.directory}: the name of a member has letters, digits, -, _ and ., a letter "
            "first, and a letter or digit last (PEP 508); rename the directory"
        )
    if len(twins) > 1:
        raise UserError(
            f"{' and '.join(twins)} are both the project {member.key} (PEP 503); rename one of them"
        )
    if member.name == TOOLCHAIN:
        raise UserError(
            f"{member.directory}: a member cannot be named {member.name}, which is an attribute of "
            "default.nix; rename the directory"
        )
    named = str(member.project().get("name", member.path.name))
    if normalize(named) != member.key:
        raise UserError(
            f"{member.path / _MANIFEST} names the project {named}, but a project has the name of "
            f"its directory, {member.path.name}; rename one of them"
        )
    return member
