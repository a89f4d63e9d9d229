"""Extras that ask for no package: uv leaves them out, but here each owns a module."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from please_cli.lock.python.declares import without_extra

Packages = Mapping[str, Mapping[str, Any]]
"""The packages of a uv.lock, by name."""


def complete(packages: Packages) -> dict[str, dict[str, Any]]:
    """Return the packages with the dependencies on such extras of local packages put back."""
    bare = {name: _bare(package) for name, package in packages.items()}
    return {name: _complete(package, bare) for name, package in packages.items()}


def _bare(package: Mapping[str, Any]) -> set[str]:
    provided = set(package.get("metadata", {}).get("provides-extras", []))
    return provided.difference(package.get("optional-dependencies", {}))


def _complete(package: Mapping[str, Any], bare: Mapping[str, set[str]]) -> dict[str, Any]:
    metadata = package.get("metadata", {})
    dependencies = list(package.get("dependencies", []))
    optional = {name: list(items) for name, items in _table(package, "optional-dependencies")}
    groups = {name: list(items) for name, items in _table(package, "dev-dependencies")}
    for extra, dependency in _missing(metadata.get("requires-dist", []), bare):
        (optional.setdefault(extra, []) if extra else dependencies).append(dependency)
    for group, items in metadata.get("requires-dev", {}).items():
        for _, dependency in _missing(items, bare):
            groups.setdefault(group, []).append(dependency)
    return {
        **package,
        "dependencies": dependencies,
        "optional-dependencies": optional,
        "dev-dependencies": groups,
    }


def _table(package: Mapping[str, Any], name: str) -> Iterable[tuple[str, list[Any]]]:
    found: Mapping[str, list[Any]] = package.get(name, {})
    return found.items()


def _missing(
    requirements: Iterable[Mapping[str, Any]], bare: Mapping[str, set[str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each dependency that uv left out, and the extra that has it ("" for none)."""
    for item in requirements:
        extras = sorted(bare.get(item["name"], set()).intersection(item.get("extras", [])))
        if extras:
            marker, owner = without_extra(item.get("marker", ""))
            yield owner, {"name": item["name"], "extra": extras, "marker": marker}
