"""Which index each package comes from, and that none changes its index unnoticed."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
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

Offered = Callable[[str, str], Mapping[str, str]]
"""Returns the sha256, or "", of each file of a project by its name; of an index by its name."""

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
    *,
    accepted: Collection[str] = (),
    offered: Offered,
) -> None:
    """Raise UserError for a package that would come from another index than before.

    An index has the name of a setting, whose address may be another one than before. The files show
    that: an index that has none of the locked files of a package is not the one it came from.

    Args:
        origins: The index of each package.
        resolved: The entries of uv.lock.
        before: The packages of the lock before.
        gone: The directories of members that the lock before has and the checkout has not.
        accepted: The names that may change their index.
        offered: Asks an index; called for packages with none of the files that they had.
    """
    digests: dict[str, set[str]] = {}
    for package in resolved:
        found = [*package.get("wheels", []), package.get("sdist", {})]
        digests.setdefault(package["name"], set()).update(file.get("hash", "") for file in found)
    moved = []
    for name, new in sorted(origins.items()):
        if name in accepted:
            continue
        if name in gone:
            moved.append((name, f"{name} came from the workspace ({gone[name]})", new))
        elif name in before:
            had = {file["file"]: file["sha256"] for file in files(before[name])}
            keeps = any(f"sha256:{digest}" in digests[name] for digest in had.values())
            old = _before(before[name], new if keeps else FIRST)
            if old != new:
                moved.append((name, f"{name} came from {old}", new))
            elif had and not keeps and not _has_one(offered(new, name), had):
                lost = f"{name} came from {old}, which has the files of the lock no more"
                moved.append((name, lost, new))
    if moved:
        lines = [f"{what}, and would come from {new}" for _, what, new in moved]
        options = " ".join(f"--accept-index {name}" for name, *_ in moved)
        raise UserError(
            f"{lines[0]}: a package of another index may be another's work. Look at both, and at "
            f"`pip config list`; to take it, run `./please lock {options}`",
            "\n".join(lines[1:]),
        )


def _has_one(offered: Mapping[str, str], had: Mapping[str, str]) -> bool:
    """Tell whether an index has one of some files; it may not say the digest."""
    return any(offered.get(file) in ("", digest) for file, digest in had.items())


def _before(entry: Entry, otherwise: str) -> str:
    """Return the index that a locked package came from.

    `otherwise` is that of a package whose lock was made before locks named it.
    """
    named = (str(each["index"]) for each in variants(entry).values() if "index" in each)
    return next(named, otherwise)


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
