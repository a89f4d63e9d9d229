"""A resolve as uv.lock has it -> what nix/lock has of it, free of hosts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import artifacts, extras, graph, sdist
from please_cli.lock.python.files import Files
from please_cli.lock.python.metadata import ROOT
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.systems import SYSTEMS

Entry = dict[str, Any]
"""A package of the lock; with `systems`, entries by system, where these have different versions."""

# How uv.lock marks what comes from the checkout.
_CHECKOUT = {"editable", "virtual", "directory"}


@dataclass(frozen=True)
class Locked:
    """What is locked of a resolve.

    `packages` are entries of packages from an index, by name; `members` has for each member
    `requires`, `extras` and `groups`, as keys of the graph; and `groups` and `requires` are the
    workspace's own.
    """

    packages: dict[str, Entry]
    members: dict[str, Document]
    groups: dict[str, graph.Edges]
    requires: graph.Edges = field(default_factory=list)


@dataclass(frozen=True)
class Sources:
    """Where the packages of a resolve come from.

    `origins` is the name of the index of each package, `files` reads the files of any, and
    `extra_builds` has what packages need to be built beyond what they say (extra_builds.py).
    """

    origins: Mapping[str, str]
    files: Files
    extra_builds: Mapping[str, Sequence[str]] = field(default_factory=dict)


def convert(
    uv_lock: Mapping[str, Any],
    resolve: Resolve,
    known: Mapping[str, Entry],
    sources: Sources,
    reserved: Iterable[str] = (),
) -> Locked:
    """Return what a uv.lock says.

    `known` are packages of the lock before: of several files that serve, those that it has are
    kept. `reserved` are names that no index may provide: those of all members.

    Raises UserError for a package that cannot be locked: not from an index, no file for a system,
    or an sdist that cannot be read.
    """
    resolved = extras.complete(uv_lock["package"])
    for package in resolved:
        _check_source(package, resolve, reserved)
    by_system = {system: _on(resolved, resolve, system) for system in SYSTEMS}
    nodes = {
        system: {name: _node(package, resolve, [system]) for name, package in packages.items()}
        for system, packages in by_system.items()
    }
    roots = [ROOT, *sorted(resolve.members)]
    needed = {system: graph.closure(nodes[system], roots, system) for system in SYSTEMS}
    packages: dict[str, Entry] = {}
    for name in sorted(set().union(*needed.values()).difference(roots)):
        variants = {system: by_system[system][name] for system in SYSTEMS if name in needed[system]}
        packages[name] = _entry(variants, resolve, known.get(name, {}), sources)
    about = {name: _node(by_system[SYSTEMS[0]][name], resolve, SYSTEMS) for name in roots}
    root = about.pop(ROOT)
    members = {name: _compact(node) for name, node in about.items()}
    return Locked(packages, members, root["groups"], root["requires"])


def variants(entry: Entry) -> Mapping[str, Entry]:
    """Return the entries of a package by system; that for all systems as that for ""."""
    found: Mapping[str, Entry] = entry.get("systems", {"": entry})
    return found


def version(entry: Entry) -> str:
    """Return the version of a package, versions where the systems differ."""
    return "/".join(sorted({each["version"] for each in variants(entry).values()}))


def _on(
    packages: Iterable[Mapping[str, Any]], resolve: Resolve, system: str
) -> dict[str, Mapping[str, Any]]:
    """Return the packages on a system, by name."""
    found: dict[str, Mapping[str, Any]] = {}
    for package in packages:
        markers = package.get("resolution-markers", [""])
        if not any(resolve.python.holds(marker, system) for marker in markers):
            continue
        name = package["name"]
        if name in found:
            raise UserError(
                f"the resolve {resolve.name}: {name} would have two versions on {system}, "
                f"{found[name]['version']} and {package['version']}; ask for one of them in the "
                "manifest that names it"
            )
        found[name] = package
    return found


def _check_source(package: Mapping[str, Any], resolve: Resolve, reserved: Iterable[str]) -> None:
    name, source = package["name"], package["source"]
    if source.keys() & _CHECKOUT:
        return
    if "registry" not in source:
        raise UserError(
            f"{name} comes from {', '.join(source)}, but only packages of an index can be locked; "
            "change [tool.uv.sources] or the requirement"
        )
    if name in reserved:
        raise UserError(
            f"the resolve {resolve.name} would take {name} from the package index, but that is a "
            "member of the workspace in another resolve; add it to this one, or rename it"
        )


def _node(package: Mapping[str, Any], resolve: Resolve, systems: Iterable[str]) -> dict[str, Any]:
    """Return the part of a lock entry that is about other packages."""
    provided = package.get("metadata", {}).get("provides-extras", [])
    optional = package.get("optional-dependencies", {})

    def edges(dependencies: Iterable[Mapping[str, Any]]) -> graph.Edges:
        return graph.edges(dependencies, resolve.python.holds, systems)

    return {
        "requires": edges(package.get("dependencies", [])),
        "extras": {name: edges(optional.get(name, [])) for name in sorted({*provided, *optional})},
        "groups": {
            name: edges(dependencies)
            for name, dependencies in sorted(package.get("dev-dependencies", {}).items())
        },
    }


def _compact(node: Mapping[str, Any]) -> Document:
    filled = {key: node[key] for key in ("requires", "extras", "groups") if node[key]}
    return {"requires": [], **filled}


def _entry(
    by_system: Mapping[str, Mapping[str, Any]], resolve: Resolve, known: Entry, sources: Sources
) -> Entry:
    """Return the entry of a package, which is needed on the systems of `by_system`."""
    first, *others = by_system.values()
    if all(other is first for other in others):
        return _variant(first, resolve, sources, known, needed=by_system, systems=SYSTEMS)
    return {
        "systems": {
            system: _variant(package, resolve, sources, known, needed=[system], systems=[system])
            for system, package in by_system.items()
        }
    }


def _variant(
    package: Mapping[str, Any],
    resolve: Resolve,
    sources: Sources,
    known: Entry,
    *,
    needed: Iterable[str],
    systems: Iterable[str],
) -> Entry:
    """Return the entry of a package for some systems, with files for those that need it."""
    chosen = artifacts.choose(package, needed, resolve.python, sources.files, files(known))
    entry = {"version": package["version"], "index": sources.origins[package["name"]], **chosen}
    if "sdist" in chosen:
        entry["build"] = _build(package, resolve, known, chosen["sdist"], sources)
    return {**entry, **_compact(_node(package, resolve, systems))}


def files(entry: Entry) -> list[artifacts.Artifact]:
    """Return the files of a package, of all systems."""
    return [
        file
        for each in variants(entry).values()
        for file in (each.get("wheel"), *each.get("wheels", {}).values(), each.get("sdist"))
        if file
    ]


def _build(
    package: Mapping[str, Any],
    resolve: Resolve,
    known: Entry,
    artifact: artifacts.Artifact,
    sources: Sources,
) -> str:
    """Return what an sdist is built with, as builds.py names it."""
    extra = sources.extra_builds.get(package["name"], [])
    for entry in () if extra else variants(known).values():
        # A list is that of an earlier version, of names alone.
        if entry.get("sdist", {}).get("sha256") == artifact["sha256"] and isinstance(
            entry.get("build"), str
        ):
            return str(entry["build"])
    address = artifacts.address(package["sdist"])
    own = sdist.build_requires(address, artifact, resolve.python, sources.files)
    return ", ".join(sorted({*own, *sdist.spelled([*extra], resolve.python)}))
