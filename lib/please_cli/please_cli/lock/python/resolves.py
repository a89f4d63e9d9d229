"""Resolves: sets of members that share one version of each package.

The workspace's pyproject.toml names them: `[tool.services.resolves.<name>]`, with `platform =
"trixie"` for one on another release of Debian than the usual one, and so on another Python. A
member says in which it is: `[tool.services] resolve = "next"`, or `resolves = ["default", "next"]`
for several. The first is its own: it is meant where no resolve is named.

A library is also a guest in each resolve where a member requires it: with the extras that are asked
for, and without its dependency groups, so that its tests bind no other member there.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from please_cli import pyproject, workspace
from please_cli.errors import UserError
from please_cli.lock.debian import releases
from please_cli.lock.document import Document
from please_cli.lock.python.declares import Declares, required
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.metadata import core

DEFAULT = workspace.RESOLVE
"""The resolve of a member that names none."""

TOOLS = "tools"
"""The resolve of the toolchain's own tools, which bind no member of another resolve.

Development shells have its linters. Where a resolve is on another platform, these come from a
resolve of their own for that, which needs no configuration: `tools-trixie`.
"""

PLATFORM = "bookworm"
"""The Debian release of a resolve that names none."""

# It is the name of a file.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Resolve:
    """A resolve by its name, the names of its members, the Debian release and its interpreter.

    `guests` are the members that do not name this resolve, with the extras that others ask for.
    """

    name: str
    members: frozenset[str]
    platform: str
    python: Interpreter
    guests: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def groups(self, declared: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Return the dependency groups of the workspace that count here, of those declared."""
        return dict(declared) if self.name in {TOOLS, f"{TOOLS}-{self.platform}"} else {}

    def asked(self, name: str, declared: Declares) -> Declares:
        """Return the part of what a member declares that counts here."""
        if name not in self.guests:
            return declared
        extras = declared.get("extras", {})
        return {
            "requires": declared["requires"],
            "extras": {extra: extras[extra] for extra in sorted(self.guests[name] & extras.keys())},
        }


def read(root: Path, members: Mapping[str, Document]) -> list[Resolve]:
    """Return the resolves of the checkout at `root`, by name.

    `members` is what the lock has of each (metadata.py). Raises UserError for a resolve that the
    workspace does not have, for a member that requires a member of another resolve, and for one
    that needs another Python.
    """
    known = platforms(root)
    pythons = {release: Interpreter.locked(root, release) for release in set(known.values())}
    own = {name: chosen(root, entry, known) for name, entry in members.items()}
    resolves = []
    for each, release in known.items():
        inside = frozenset(name for name in members if each in own[name])
        guests = _guests(inside, members)
        found = Resolve(each, inside | guests.keys(), release, pythons[release], guests)
        resolves.append(found)
    for resolve in resolves:
        for name in sorted(resolve.members):
            _check_python(resolve, members[name])
            _check_members(resolve, name, members, own)
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
    table = pyproject.services(root / "pyproject.toml").get("resolves", {})
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
    given = {name: table.get(name, {}).get("platform", PLATFORM) for name in {DEFAULT, *table}}
    others = {*given.values()} - {given[TOOLS]} if TOOLS in given else set()
    return dict(sorted({**{f"{TOOLS}-{other}": other for other in others}, **given}.items()))


def chosen(root: Path, entry: Document, known: Iterable[str]) -> list[str]:
    """Return the resolves that a member names; the first is its own.

    Raises UserError for something else than names of resolves.
    """
    directory = entry["directory"]
    where = f"{directory}/pyproject.toml: [tool.services]"
    table = pyproject.services(root / directory / "pyproject.toml")
    if "resolve" in table and "resolves" in table:
        raise UserError(f"{where} has both `resolve` and `resolves`; remove one of them")
    found = table.get("resolves", [table.get("resolve", DEFAULT)])
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise UserError(f'{where}: `resolves` is not a list of names, such as ["{DEFAULT}"]')
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise UserError(f"{where}: `resolves` has {', '.join(twice)} twice; remove one of them")
    for name in found:
        if name not in known:
            raise UserError(
                f"{where}: there is no resolve {name!r}, only {', '.join(known)}; add "
                f"[tool.services.resolves.{name}] to the pyproject.toml of the workspace, or name "
                "another one"
            )
    return found


def _guests(own: AbstractSet[str], members: Mapping[str, Document]) -> dict[str, frozenset[str]]:
    """Return the libraries that members of a resolve require, though they do not name it.

    By name, with the extras that are asked for, directly or by other guests.
    """
    found: dict[str, set[str]] = {}
    wanted = [each for name in own for each in required(members[name]["declares"])]
    while wanted:
        requirement = wanted.pop()
        name = str(canonicalize_name(requirement.name))
        if name in own or not members.get(name, {}).get("directory", "").startswith("lib/"):
            continue
        declared = members[name]["declares"]
        if name not in found:
            found[name] = set()
            wanted += map(Requirement, declared["requires"])
        for extra in {str(canonicalize_name(extra)) for extra in requirement.extras} - found[name]:
            found[name].add(extra)
            wanted += map(Requirement, declared.get("extras", {}).get(extra, []))
    return {name: frozenset(extras) for name, extras in sorted(found.items())}


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
    own: Mapping[str, list[str]],
) -> None:
    directory = members[name]["directory"]
    for requirement in required(resolve.asked(name, members[name]["declares"])):
        target = str(canonicalize_name(requirement.name))
        if target not in members:
            continue
        entry = members[target]
        other = entry["directory"]
        if target not in resolve.members:
            raise UserError(
                f"{directory}, in the resolve {resolve.name}, requires {other}, which is only in "
                f"{', '.join(own[target])}; write resolves = "
                f"{_array([*own[target], resolve.name])} in [tool.services] of "
                f"{other}/pyproject.toml, or move one of them with `resolve`"
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
