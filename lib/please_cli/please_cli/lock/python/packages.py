"""nix/lock/python.json: every Python package of the workspace, at one version, host-free."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from please_cli import workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document, Lockfile
from please_cli.lock.python import artifacts, extras, graph, metadata, resolver, sdist
from please_cli.lock.python.declares import declares
from please_cli.lock.python.indexes import Indexes

Packages = dict[str, dict[str, Any]]


def versions(document: Document) -> dict[str, str]:
    """Return the version of each package of a lock, "local" for a local one that has none."""
    return {
        name: package.get("version", "local") if "local" in package else package["version"]
        for name, package in document.get("packages", {}).items()
    }


LOCKFILE = Lockfile("nix/lock/python.json", "./please lock", 2, versions)
"""An entry a line is a package."""


def lock(root: Path, before: Document, upgrades: Iterable[str] = ()) -> Document:
    """Return the lock of the workspace at `root`, with the versions of the lock `before`.

    `upgrades` are names that may move. Raises UserError for a name that is not locked, and
    when there is no solution.
    """
    pinned = pins(before)
    workspace.check_packages(workspace.members(root), pinned)
    wanted = [canonicalize_name(name) for name in upgrades]
    for name in wanted:
        if name not in pinned:
            raise UserError(_unknown(name, pinned))
    uv_lock = resolver.resolve(root, Indexes.configured(), pinned, wanted)
    return convert(uv_lock, before, wanted, metadata.read(root))


def pins(document: Document) -> dict[str, str]:
    """Return the version of each package of a lock that comes from an index."""
    return {
        name: package["version"]
        for name, package in document.get("packages", {}).items()
        if "local" not in package
    }


def convert(
    uv_lock: Mapping[str, Any],
    before: Document,
    upgrades: Iterable[str],
    members: Mapping[str, metadata.Metadata],
) -> Document:
    """Return the lock that says what a uv.lock says, and the metadata of members by directory.

    Raises UserError for a package that cannot be locked: two versions, not from an index, no
    file for a system, a build requirement that is not locked.
    """
    resolved = extras.complete(_one_version(uv_lock["package"]))
    nodes = {name: _node(package) for name, package in resolved.items()}
    systems = graph.reachable(nodes)
    packages: Packages = {}
    for name in sorted(systems):
        node, package = nodes[name], resolved[name]
        known = {} if name in upgrades else before.get("packages", {}).get(name, {})
        entry = {"version": package["version"]} if "version" in package else {}
        if "local" in node:
            entry |= {"local": node["local"], "declares": declares(package)}
            entry |= members.get(node["local"], {})
        else:
            files = artifacts.choose(package, systems[name], _digests(known))
            entry |= files
            if "sdist" in files:
                entry["build"] = _build(package, files["sdist"], known)
        packages[name] = _ordered(entry, node)
    _check_builds(packages)
    return {"packages": packages}


def _one_version(packages: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for package in packages:
        name = package["name"]
        if name in found:
            versions = " and ".join(sorted([found[name]["version"], package["version"]]))
            raise UserError(
                f"{name} would have two versions, {versions}, one for each system; ask for one "
                "that both have in the manifest that names it"
            )
        found[name] = package
    return found


def _node(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a lock entry that is about other packages."""
    provided = package.get("metadata", {}).get("provides-extras", [])
    optional = package.get("optional-dependencies", {})
    node: dict[str, Any] = {
        "requires": graph.edges(package.get("dependencies", [])),
        "extras": {
            name: graph.edges(optional.get(name, [])) for name in sorted({*provided, *optional})
        },
        "groups": {
            name: graph.edges(dependencies)
            for name, dependencies in sorted(package.get("dev-dependencies", {}).items())
        },
    }
    source = package["source"]
    if local := source.keys() & {"editable", "virtual", "directory"}:
        node["local"] = source[local.pop()]
    elif "registry" not in source:
        raise UserError(
            f"{package['name']} comes from {', '.join(source)}, but only packages of an index "
            "can be locked; change [tool.uv.sources] or the requirement"
        )
    return node


def _ordered(entry: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    about_others = {key: node[key] for key in ("requires", "extras", "groups") if node[key]}
    from_manifests: dict[str, Any] = {
        key: entry.pop(key) for key in ("declares", "manifests", "metadata") if key in entry
    }
    return {**entry, "requires": [], **about_others, **from_manifests}


def _digests(entry: Mapping[str, Any]) -> frozenset[str]:
    files = [entry.get("wheel"), *entry.get("wheels", {}).values(), entry.get("sdist")]
    return frozenset(file["sha256"] for file in files if file)


def _build(
    package: Mapping[str, Any],
    artifact: artifacts.Artifact,
    known: Mapping[str, Any],
) -> list[str]:
    if known.get("sdist") == artifact and "build" in known:
        return list(known["build"])
    return sdist.build_requires(artifacts.address(package["sdist"]), artifact)


def _check_builds(packages: Packages) -> None:
    for name, package in packages.items():
        for requirement in package.get("build", []):
            if requirement not in packages:
                raise UserError(
                    f"{name} has no wheel and is built with {requirement}, which is not locked; "
                    f'add "{requirement}" to the `build` group in pyproject.toml'
                )


def _unknown(name: str, pinned: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(name, pinned)
    hint = f"did you mean {' or '.join(close)}?" if close else "see the names there"
    return f"cannot upgrade {name!r}: no such package in nix/lock/python.json; {hint}"
