"""Which index each package comes from, and that none changes its index unnoticed."""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from pip._internal.utils.urls import url_to_path

from please_cli.errors import UserError
from please_cli.lock.python import logins
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.package_index import Index
from please_cli.lock.python.packages import Entry, files, variants

_PORTS = {"http": 80, "https": 443}

FIRST = "index-url"
"""The index of a package whose lock was made before locks named it."""


def find(
    packages: Iterable[Mapping[str, Any]], indexes: Indexes, named: Mapping[str, Index]
) -> dict[str, str]:
    """Return the name of the index that each package of a uv.lock comes from.

    Args:
        packages: Its entries.
        indexes: Those that pip is configured for.
        named: Those of the workspace's manifest, by name.

    Raises:
        UserError: A package comes from an index that neither of them has.
    """
    packages = list(packages)
    by_source = {_normal(index.url): index.name for index in reversed(indexes.searched)}
    explicit = {_normal(index.url): index.name for index in named.values()}
    with_source = {
        canonicalize_name(requirement["name"])
        for package in packages
        for requirement in _requirements(package)
        if "index" in requirement
    }
    found = {}
    for package in packages:
        if registry := package.get("source", {}).get("registry"):
            source = _normal(registry)
            names = (
                [explicit, by_source] if package["name"] in with_source else [by_source, explicit]
            )
            name = next((known[source] for known in names if source in known), None)
            if name is None:
                raise UserError(
                    f"{package['name']} comes from an index that neither pip's configuration nor "
                    "the workspace's pyproject.toml names; name it there, [[tool.uv.index]]"
                )
            found[package["name"]] = name
    return found


def check(
    origins: Mapping[str, str],
    resolved: Iterable[Mapping[str, Any]],
    before: Mapping[str, Entry],
    gone: Mapping[str, str],
    accepted: Collection[str] = (),
) -> None:
    """Raise UserError for a package that would come from another index than before.

    Args:
        origins: The index of each package.
        resolved: The entries of uv.lock.
        before: The packages of the lock before.
        gone: The directories of members that the lock before has and the checkout has not.
        accepted: The names that may change their index.
    """
    offered: dict[str, set[str]] = {}
    for package in resolved:
        found = [*package.get("wheels", []), package.get("sdist", {})]
        offered.setdefault(package["name"], set()).update(file.get("hash", "") for file in found)
    moved = []
    for name, new in sorted(origins.items()):
        old = new
        if name in gone:
            old = f"the workspace ({gone[name]})"
        elif name in before:
            old = _before(before[name], offered[name], new)
        if old != new and name not in accepted:
            moved.append((name, old, new))
    if moved:
        lines = [f"{name} came from {old}, and would come from {new}" for name, old, new in moved]
        options = " ".join(f"--accept-index {name}" for name, _, _ in moved)
        raise UserError(
            f"{lines[0]}: a package of another index may be another's work. Look at both, and at "
            f"`pip config list`; to take it, run `./please lock {options}`",
            "\n".join(lines[1:]),
        )


def _before(entry: Entry, offered: Collection[str], new: str) -> str:
    """Return the index that a locked package came from."""
    for each in variants(entry).values():
        if "index" in each:
            return str(each["index"])
    # A lock of before indexes were named. One that has a file of the lock is where it came from.
    digests = {f"sha256:{file['sha256']}" for file in files(entry)}
    return FIRST if digests.isdisjoint(offered) else new


def _requirements(package: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    metadata = package.get("metadata", {})
    yield from metadata.get("requires-dist", [])
    for group in metadata.get("requires-dev", {}).values():
        yield from group


def _normal(registry: str) -> str:
    """Return one spelling of the address of an index, a URL or a path."""
    url = logins.split(registry)[0]
    if "://" in url and not url.startswith("file:"):
        parts = urlsplit(url)
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}?{parts.query}"
    path = url_to_path(url) if url.startswith("file:") else url
    return os.path.normpath(Path(path).absolute())
