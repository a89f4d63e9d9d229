"""The indexes that the workspace's own manifest names, [[tool.uv.index]]."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from please_cli import pyproject
from please_cli.errors import UserError
from please_cli.lock.python import logins
from please_cli.lock.python.package_index import Index

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

RESERVED = ("index-url", "extra-index-url", "find-links")
"""The settings of pip that the lock names indexes by."""


def read(root: Path) -> Mapping[str, Index]:
    """Return the explicit indexes of the pyproject.toml at `root`, by name.

    Packages come from them by [tool.uv.sources] alone. Raises UserError for an index that is not
    explicit, has no name or one that means another, or has a login in its URL.
    """
    manifest = pyproject.load(root / "pyproject.toml")
    found = {}
    for table in manifest.get("tool", {}).get("uv", {}).get("index", []):
        name, url = str(table.get("name", "")), str(table.get("url", ""))
        where = f"pyproject.toml: the index {name or logins.split(url)[0]!r} of [[tool.uv.index]]"
        if not name or name.startswith(RESERVED):
            raise UserError(f"{where} needs a name of its own; give it one")
        if not table.get("explicit"):
            raise UserError(
                f"{where} is not explicit; name an index for every package in pip's configuration, "
                "or set `explicit = true` and name its packages in [tool.uv.sources]"
            )
        if logins.split(url)[0] != url:
            raise UserError(f"{where} has a login in its URL; put that into ~/.netrc")
        found[name] = Index(name, _absolute(url, root), is_flat=table.get("format") == "flat")
    return found


def absolute(tables: Sequence[Mapping[str, Any]], root: Path) -> list[dict[str, Any]]:
    """Return [[tool.uv.index]] for uv's own, private manifest: with absolute paths, and logins."""
    urls = [_absolute(str(table.get("url", "")), root) for table in tables]
    return [{**table, "url": logins.complete(url)} for table, url in zip(tables, urls, strict=True)]


def _absolute(url: str, root: Path) -> str:
    """Return a URL, or the absolute path that a manifest in the directory `root` means."""
    return url if _SCHEME.match(url) else str(root / url)
