"""Who needs whom: uv's dependencies as node keys, `name` and `name[extra]`, for each system."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from please_cli.lock.python.interpreter import holds
from please_cli.lock.systems import SYSTEMS

Edges = list[str] | dict[str, list[str]]
"""Node keys, or node keys by system where the systems differ."""


def edges(dependencies: Iterable[Mapping[str, Any]]) -> Edges:
    """Return the node keys of dependencies as uv.lock writes them, markers evaluated."""
    by_system = {system: _keys(dependencies, system) for system in SYSTEMS}
    first = by_system[SYSTEMS[0]]
    return first if all(keys == first for keys in by_system.values()) else by_system


def on(found: Edges, system: str) -> list[str]:
    """Return the node keys for one system."""
    return found if isinstance(found, list) else found[system]


def reachable(packages: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the systems on which local packages need each package, by its name.

    `packages` are entries of the lock: `requires`, `extras`, `groups` and `local`.
    """
    systems: dict[str, list[str]] = {}
    for system in SYSTEMS:
        for name in sorted(_closure(packages, system)):
            systems.setdefault(name, []).append(system)
    return systems


def split(key: str) -> tuple[str, str]:
    """Split a node key into name and extra; that of a plain name is empty."""
    name, _, extra = key.rstrip("]").partition("[")
    return name, extra


def _keys(dependencies: Iterable[Mapping[str, Any]], system: str) -> list[str]:
    keys = set()
    for dependency in dependencies:
        if holds(dependency.get("marker", ""), system):
            name = dependency["name"]
            keys.add(name)
            keys.update(f"{name}[{extra}]" for extra in dependency.get("extra", []))
    return sorted(keys)


def _closure(packages: Mapping[str, Mapping[str, Any]], system: str) -> set[str]:
    wanted = list(_roots(packages, system))
    seen: set[str] = set()
    while wanted:
        key = wanted.pop()
        if key not in seen:
            seen.add(key)
            name, extra = split(key)
            package = packages[name]
            found = package["extras"].get(extra, []) if extra else package["requires"]
            wanted += on(found, system)
    return {split(key)[0] for key in seen}


def _roots(packages: Mapping[str, Mapping[str, Any]], system: str) -> Iterator[str]:
    for name, package in packages.items():
        if "local" in package:
            yield name
            for extra in package["extras"]:
                yield f"{name}[{extra}]"
            for group in package["groups"].values():
                yield from on(group, system)
