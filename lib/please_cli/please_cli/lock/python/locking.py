"""Manifests in, lock out: all resolves of a checkout, at the same time."""

import difflib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.utils import canonicalize_name

from please_cli import workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import declares, manifests, metadata, packages, resolver, resolves
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.packages import Entry, Locked
from please_cli.lock.python.resolves import Resolve

EVERYTHING = "*"
"""Among the upgrades: every package."""


def lock(root: Path, before: Lock, upgrades: Collection[str] = ()) -> Lock:
    """Return the lock of the checkout at `root`, with the versions of the lock `before`.

    `upgrades` are names of packages that may move, or EVERYTHING. Raises UserError for a name that
    is not locked, and when there is no solution.
    """
    moving = frozenset(str(canonicalize_name(name)) for name in upgrades if name != EVERYTHING)
    _check_known(moving, before)
    members = metadata.read(root, before.members)
    wanted = resolves.read(root, members)
    groups = _groups(root)
    known = {
        each.name: {} if EVERYTHING in upgrades else before.packages(each.name) for each in wanted
    }
    workspace.check_packages(
        workspace.members(root), {name for each in known.values() for name in each}
    )
    indexes = Indexes.configured()

    def one(resolve: Resolve) -> Locked:
        pinned = known[resolve.name]
        here = moving & pinned.keys()
        uv_lock = resolver.resolve(root, resolve, members, indexes, known=pinned, upgrades=here)
        kept = {name: entry for name, entry in pinned.items() if name not in here}
        return packages.convert(uv_lock, resolve, kept, members)

    with ThreadPoolExecutor() as pool:
        locked = dict(zip((each.name for each in wanted), pool.map(one, wanted), strict=True))
    return Lock(
        {each.name: _resolve(each, locked[each.name], groups) for each in wanted},
        {name: _member(name, member, locked) for name, member in members.items()},
    )


def _resolve(resolve: Resolve, locked: Locked, groups: declares.Declares) -> Document:
    return {
        "python": resolve.python.release,
        "groups": locked.groups,
        "declares": groups,
        "packages": locked.packages,
    }


def _member(name: str, member: Document, locked: Mapping[str, Locked]) -> Document:
    return {
        **member,
        "resolves": {
            resolve: found.members[name]
            for resolve, found in locked.items()
            if name in found.members
        },
    }


def _groups(root: Path) -> declares.Declares:
    """Return what the dependency groups of the workspace ask for."""
    manifest = root / "pyproject.toml"
    return declares.groups(manifests.load(manifest), manifest.name)


def _check_known(names: Collection[str], before: Lock) -> None:
    known: dict[str, Entry] = {}
    for resolve in before.resolves:
        known |= before.packages(resolve)
    for name in sorted(names):
        if name not in known:
            close = difflib.get_close_matches(name, known)
            hint = f"did you mean {' or '.join(close)}?" if close else "see the names there"
            raise UserError(f"cannot upgrade {name!r}: no such package in nix/lock/python/; {hint}")
