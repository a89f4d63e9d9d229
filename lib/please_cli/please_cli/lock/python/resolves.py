"""Resolves: sets of members that share one version of each package.

The workspace's pyproject.toml names them: `[tool.services.resolves.<name>]`, with `platform =
"trixie"` for one on another release of Debian than the usual one, and so on another Python. A
member says in which it is: `[tool.services] resolve = "tools"`, or, for a library,
`resolves = ["default", "tools"]`.

The dependency groups of a library, such as `test`, count in one of its resolves alone, its own:
`default`, or the first by name where it is not in `default`. nix/members.nix has the same rule.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from please_cli.errors import UserError
from please_cli.lock.debian import releases
from please_cli.lock.document import Document
from please_cli.lock.python import settings
from please_cli.lock.python.declares import Declares, required
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.metadata import core

DEFAULT = "default"
"""The resolve of a member that names none."""

PLATFORM = "bookworm"
"""The Debian release of a resolve that names none."""

# It is the name of a file.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Resolve:
    """A resolve by its name, the names of its members, the Debian release and its interpreter.

    `guests` are the members whose own resolve is another one.
    """

    name: str
    members: frozenset[str]
    platform: str
    python: Interpreter
    guests: frozenset[str] = frozenset()

    def asked(self, name: str, declared: Declares) -> Declares:
        """Return the part of what a member declares that counts here: no groups of a guest."""
        if name not in self.guests:
            return declared
        return {kind: found for kind, found in declared.items() if kind != "groups"}


def read(root: Path, members: Mapping[str, Document]) -> list[Resolve]:
    """Return the resolves of the checkout at `root`, by name.

    `members` is what the lock has of each (metadata.py). Raises UserError for a resolve that the
    workspace does not have, for a member that requires a member of another resolve, and for one
    that needs another Python.
    """
    known = platforms(root)
    pythons = {release: Interpreter.locked(root, release) for release in set(known.values())}
    chosen = {name: _chosen(root, entry, known) for name, entry in members.items()}
    resolves = []
    for each, release in known.items():
        inside = frozenset(name for name in members if each in chosen[name])
        guests = frozenset(name for name in inside if _own(chosen[name]) != each)
        resolves.append(Resolve(each, inside, release, pythons[release], guests))
    for resolve in resolves:
        for name in sorted(resolve.members):
            _check_python(resolve, members[name])
            _check_members(resolve, name, members, chosen)
    return resolves


def names(root: Path) -> list[str]:
    """Return the names of the resolves of the checkout at `root`, `default` included.

    Raises UserError as `platforms` does.
    """
    return list(platforms(root))


def platforms(root: Path) -> dict[str, str]:
    """Return the Debian release of each resolve of the checkout at `root`, by its sorted name.

    Raises UserError for a name that cannot be one, for unknown settings and releases.
    """
    table = settings.read(root / "pyproject.toml").get("resolves", {})
    if not isinstance(table, dict) or not all(isinstance(each, dict) for each in table.values()):
        raise UserError(
            "pyproject.toml: [tool.services] resolves is not a table of tables; write "
            "[tool.services.resolves.<name>]"
        )
    for name, found in table.items():
        where = f"pyproject.toml: [tool.services.resolves.{name}]"
        if not _NAME.fullmatch(name):
            raise UserError(
                f"pyproject.toml: [tool.services.resolves] has {name!r}; a name consists of "
                "lower-case letters, digits and single dashes"
            )
        if unknown := sorted(found.keys() - {"platform"}):
            raise UserError(
                f"{where} has no setting {', '.join(unknown)}, only platform; correct the name, or "
                "delete the line"
            )
        release = found.get("platform", PLATFORM)
        if release != PLATFORM and release not in releases.names(root):
            raise UserError(
                f"{where}: there is no platform {release!r}, only "
                f"{', '.join(releases.names(root))} ({releases.DIRECTORY}); correct the name"
            )
    return {
        name: table.get(name, {}).get("platform", PLATFORM) for name in sorted({DEFAULT, *table})
    }


def _chosen(root: Path, entry: Document, known: Iterable[str]) -> list[str]:
    """Return the resolves that a member is in."""
    directory = entry["directory"]
    where = f"{directory}/pyproject.toml: [tool.services]"
    table = settings.read(root / directory / "pyproject.toml")
    if "resolves" in table and not directory.startswith("lib/"):
        raise UserError(f"{where}: only a library can have `resolves`; a service has one `resolve`")
    if "resolve" in table and "resolves" in table:
        raise UserError(f"{where} has both `resolve` and `resolves`; remove one of them")
    found = table.get("resolves", [table.get("resolve", DEFAULT)])
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise UserError(f'{where}: `resolves` is not a list of names, such as ["{DEFAULT}"]')
    for name in found:
        if name not in known:
            raise UserError(
                f"{where}: there is no resolve {name!r}, only {', '.join(known)}; add "
                f"[tool.services.resolves.{name}] to the pyproject.toml of the workspace, or name "
                "another one"
            )
    return found


def _own(chosen: Collection[str]) -> str:
    """Return the resolve in which the groups of a member count."""
    return DEFAULT if DEFAULT in chosen else min(chosen)


def _check_python(resolve: Resolve, entry: Document) -> None:
    wanted = core(entry["metadata"])["Requires-Python"]
    if wanted and not SpecifierSet(wanted).contains(resolve.python.release, prereleases=True):
        raise UserError(
            f"{entry['directory']} needs Python {wanted}, but the resolve {resolve.name} has "
            f"{resolve.python.release} ({resolve.platform}); change `requires-python` in its "
            "pyproject.toml, or move it to a resolve with another `platform`"
        )


def _check_members(
    resolve: Resolve,
    name: str,
    members: Mapping[str, Document],
    chosen: Mapping[str, list[str]],
) -> None:
    directory = members[name]["directory"]
    for requirement in required(resolve.asked(name, members[name]["declares"])):
        target = str(canonicalize_name(requirement.name))
        if target not in members:
            continue
        entry = members[target]
        other = entry["directory"]
        if target not in resolve.members:
            also = (
                f"write resolves = {_array([*chosen[target], resolve.name])} in [tool.services] "
                f"of {other}/pyproject.toml"
                if other.startswith("lib/")
                else "move one of them with `resolve` in [tool.services] of its pyproject.toml"
            )
            raise UserError(
                f"{directory}, in the resolve {resolve.name}, requires {other}, which is only in "
                f"{', '.join(chosen[target])}; {also}"
            )
        provided = entry["declares"].get("extras", {})
        for extra in sorted(map(canonicalize_name, requirement.extras)):
            if extra not in provided:
                raise UserError(
                    f"{name} asks for {target}[{extra}], but {target} has no such extra, only "
                    f"{', '.join(provided) or 'none'}; correct the manifest of {name}"
                )
        if not requirement.specifier.contains(entry["version"], prereleases=True):
            raise UserError(
                f"{directory} requires {requirement.name}{requirement.specifier}, but {other} has "
                f"the version {entry['version']}; correct the pyproject.toml of one of them"
            )


def _array(names: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
