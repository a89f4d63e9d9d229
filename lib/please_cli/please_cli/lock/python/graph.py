"""Which package requires which: uv's dependencies as node keys, `name` and `name[extra]`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from please_cli.lock.systems import SYSTEMS

Edges = list[str] | dict[str, list[str]]
"""Node keys, or node keys by system where the systems differ."""

Holds = Callable[[str, str], bool]
"""Whether a marker is true on a system."""


def edges(
    dependencies: Iterable[Mapping[str, Any]], holds: Holds, systems: Iterable[str] = SYSTEMS
) -> Edges:
    """Return the node keys of dependencies as uv.lock writes them, markers evaluated."""
    by_system = {system: _keys(dependencies, holds, system) for system in systems}
    first = next(iter(by_system.values()))
    return first if all(keys == first for keys in by_system.values()) else by_system


def on(found: Edges, system: str) -> list[str]:
    """Return the node keys for one system."""
    return found if isinstance(found, list) else found[system]


def closure(nodes: Mapping[str, Mapping[str, Any]], roots: Iterable[str], system: str) -> set[str]:
    """Return the names of the packages that a system needs for `roots`.

    `nodes` are the packages on that system, by name, and have `requires`, `extras` and `groups`;
    of `roots`, names too, all extras and groups count.
    """
    wanted = [key for name in roots for key in _whole(name, nodes[name], system)]
    seen: set[str] = set()
    while wanted:
        key = wanted.pop()
        if key not in seen:
            seen.add(key)
            name, extra = split(key)
            node = nodes[name]
            wanted += on(node["extras"].get(extra, []) if extra else node["requires"], system)
    return {split(key)[0] for key in seen}


def split(key: str) -> tuple[str, str]:
    """Split a node key into name and extra; that of a plain name is empty."""
    name, _, extra = key.rstrip("]").partition("[")
    return name, extra


def _keys(dependencies: Iterable[Mapping[str, Any]], holds: Holds, system: str) -> list[str]:
    keys = set()
    for dependency in dependencies:
        if holds(dependency.get("marker", ""), system):
            name = dependency["name"]
            keys.add(name)
            keys.update(f"{name}[{extra}]" for extra in dependency.get("extra", []))
    return sorted(keys)


def _whole(name: str, node: Mapping[str, Any], system: str) -> Iterator[str]:
    yield name
    for extra in node["extras"]:
        yield f"{name}[{extra}]"
    for group in node["groups"].values():
        yield from on(group, system)
