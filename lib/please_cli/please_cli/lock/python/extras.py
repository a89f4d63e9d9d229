"""Extras of members: uv sees through them to packages, but here each owns a module."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from please_cli.lock.python.declares import without_extra

Package = Mapping[str, Any]
"""A package of a uv.lock; a member of the workspace has `metadata`."""


def complete(packages: Iterable[Package]) -> list[dict[str, Any]]:
    """Return the packages with the dependencies on extras of members put back.

    uv leaves out an extra that asks for no package, and puts those that a member's extra asks for
    in place of the member's own.
    """
    packages = list(packages)
    bare = {package["name"]: _bare(package) for package in packages if "metadata" in package}
    return [_complete(package, bare) for package in packages]


def _bare(package: Package) -> set[str]:
    provided = set(package.get("metadata", {}).get("provides-extras", []))
    return provided.difference(package.get("optional-dependencies", {}))


def _complete(package: Package, bare: Mapping[str, set[str]]) -> dict[str, Any]:
    metadata = package.get("metadata", {})
    dependencies = list(package.get("dependencies", []))
    optional = {name: list(items) for name, items in _table(package, "optional-dependencies")}
    groups = {name: list(items) for name, items in _table(package, "dev-dependencies")}
    # Its own extras that another of its extras asks for, which uv replaces by what they ask for.
    bare = {**bare, package["name"]: set(metadata.get("provides-extras", []))}
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


def _table(package: Package, name: str) -> Iterable[tuple[str, list[Any]]]:
    found: Mapping[str, list[Any]] = package.get(name, {})
    return found.items()


def _missing(
    requirements: Iterable[Mapping[str, Any]], bare: Mapping[str, set[str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each dependency that uv left out, and the extra that has it, or ""."""
    for item in requirements:
        extras = sorted(bare.get(item["name"], set()).intersection(item.get("extras", [])))
        if extras:
            marker, owner = without_extra(item.get("marker", ""))
            yield owner, {"name": item["name"], "extra": extras, "marker": marker}
