"""Extras of members: uv sees through them to packages, but here each owns a module."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from please_cli.errors import UserError
from please_cli.lock.python.declares import without_extra

Packages = Mapping[str, Mapping[str, Any]]
"""The packages of a uv.lock, by name."""


def complete(packages: Packages) -> dict[str, dict[str, Any]]:
    """Return the packages with the dependencies on extras of members put back.

    uv leaves out an extra that asks for no package, and puts those that a member's extra asks for
    in place of the member's own. Raises UserError for an extra that a member does not have.
    """
    for name, package in packages.items():
        _check(name, package, packages)
    bare = {name: _bare(package) for name, package in packages.items()}
    return {name: _complete(package, bare) for name, package in packages.items()}


def _check(name: str, package: Mapping[str, Any], packages: Packages) -> None:
    metadata = package.get("metadata", {})
    requirements = [*metadata.get("requires-dist", [])]
    requirements += [item for group in metadata.get("requires-dev", {}).values() for item in group]
    for item in requirements:
        required = packages.get(item["name"], {})
        if "metadata" not in required:  # what is on an index may have extras that uv ignores
            continue
        provided = required["metadata"].get("provides-extras", [])
        for extra in item.get("extras", []):
            if extra not in provided:
                raise UserError(
                    f"{name} asks for {item['name']}[{extra}], but {item['name']} has no such "
                    f"extra, only {', '.join(provided) or 'none'}; correct the manifest of {name}"
                )


def _bare(package: Mapping[str, Any]) -> set[str]:
    provided = set(package.get("metadata", {}).get("provides-extras", []))
    return provided.difference(package.get("optional-dependencies", {}))


def _complete(package: Mapping[str, Any], bare: Mapping[str, set[str]]) -> dict[str, Any]:
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
