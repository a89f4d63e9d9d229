"""Manifests in, lock out: all resolves of a checkout, at the same time."""

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from packaging.utils import canonicalize_name

from please_cli import process, pyproject, workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import (
    builds,
    declares,
    earlier,
    manifest_indexes,
    metadata,
    origins,
    packages,
    resolver,
    resolves,
    sandbox,
    sdist_metadata,
    settings,
    survey,
    unsandboxed,
)
from please_cli.lock.python.builds import Builds, Wanted
from please_cli.lock.python.files import Files
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.package_index import Index
from please_cli.lock.python.packages import Entry, Locked, Sources
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.python.sdist_metadata import Describe
from please_cli.lock.python.unchanged import Marks

EVERYTHING = "*"
"""Among the upgrades: every package."""


def lock(
    root: Path,
    before: Lock,
    upgrades: Collection[str] = (),
    accepted: Collection[str] = (),
    marks: Path | None = None,
) -> Lock:
    """Return the lock of the checkout at `root`, with the versions of the lock `before`.

    `upgrades` are names of packages that may move, or EVERYTHING; `accepted` are those that may
    come from another index. `marks` is the directory of the marks of unchanged resolves
    (unchanged.py), None for no marks.

    Raises UserError for a name that is not locked, for a package that would change its index, and
    when there is no solution.
    """
    moving = frozenset(str(canonicalize_name(name)) for name in upgrades if name != EVERYTHING)
    _check_known(moving, before, "upgrade")
    confirmed = frozenset(str(canonicalize_name(name)) for name in accepted)
    _check_known(confirmed, before, "accept the index of")
    named = manifest_indexes.read(root)
    everything = EVERYTHING in upgrades
    if not everything:
        taken = {name for each in resolves.names(root) for name in before.packages(each)}
        # First, because such a member would be compared with what others require of the package.
        workspace.check_packages(workspace.members(root), taken)
    indexes = Indexes.configured()
    by_name = {**{index.name: index for index in indexes.searched}, **named}
    surveyed = survey.read(root)
    members: dict[str, Document] = {}
    new_builds = partial(_builds, root, before, (indexes, named), None if everything else moving)
    has_sandbox = sandbox.is_there(root)
    describe = _describe(root, members, (indexes, named), new_builds) if has_sandbox else None
    built = new_builds(describe)
    if has_sandbox:
        built.add(sandbox.wanted(root, surveyed))
        ask = sandbox.asking(root, built.content())
    else:
        ask = unsandboxed.asking(before.members)
    members |= metadata.entries(surveyed, before.members, ask)
    settings.check(root, members)
    wanted = resolves.read(root, members)
    names = resolves.names(root)
    groups = _groups(root)
    known = {each.name: {} if everything else before.start(each.name) for each in wanted}
    gone = {
        name: str(member["directory"])
        for name, member in before.members.items()
        if name not in members
    }
    known_marks = Marks(
        marks, root, members, (indexes, sorted(named.items()), sorted(gone.items()))
    )

    def one(resolve: Resolve) -> Locked:
        pinned = known[resolve.name]
        here = moving & pinned.keys()
        may_stay = not (here or confirmed or everything)
        if may_stay and (unchanged := known_marks.locked(resolve, before)):
            return unchanged
        start = {} if everything else earlier.start(root, resolve, members, before)
        uv_lock = resolver.resolve(
            root,
            resolve,
            members,
            indexes,
            known=start,
            upgrades=here,
            describe=describe,
        )
        found = origins.find(uv_lock["package"], indexes, named)
        had = before.start(resolve.name)
        kept = {name: entry for name, entry in pinned.items() if name not in here}
        with Files() as files:

            def offered(index: str, project: str) -> Mapping[str, str]:
                return files.offered(by_name[index], project)

            resolved = uv_lock["package"]
            origins.check(found, resolved, had, gone, accepted=confirmed, offered=offered)
            return packages.convert(uv_lock, resolve, kept, Sources(found, files), members)

    with process.threads() as pool:
        locked = dict(zip((each.name for each in wanted), pool.map(one, wanted), strict=True))
    for each in wanted:
        built.add([*builds.of_sdists(locked[each.name].packages, each.platform, each.python)])
    after = Lock(
        {each.name: _resolve(each, locked[each.name], groups) for each in wanted},
        {
            name: _member(name, member, resolves.chosen(root, member, names), wanted, locked)
            for name, member in members.items()
        },
        # Without Nix, what builds of members require stays as it was.
        built.content(with_others=not has_sandbox),
    )
    known_marks.add(wanted, after)
    return after


def _describe(
    root: Path,
    members: Mapping[str, Document],
    sources: tuple[Indexes, Mapping[str, Index]],
    new_builds: Callable[[Describe | None], Builds],
) -> Describe:
    """Return what asks the build backends of source distributions, in the sandbox.

    `members` is what the lock has of each, as soon as that is known. `sources` are the indexes that
    pip is configured for, and those of the workspace's manifest.
    """
    indexes, named = sources

    def locate(resolve: Resolve, name: str, version: str) -> Entry:
        uv_lock = resolver.locate(root, resolve, members, indexes, (name, version))
        found = origins.find(uv_lock["package"], indexes, named)
        alone = replace(resolve, members=frozenset(), guests={})
        with Files() as files:
            return packages.convert(uv_lock, alone, {}, Sources(found, files)).packages[name]

    return sdist_metadata.Backends(root, locate, new_builds).describe


def _builds(
    root: Path,
    before: Lock,
    sources: tuple[Indexes, Mapping[str, Index]],
    moving: Collection[str] | None,
    describe: Describe | None,
) -> Builds:
    """Return what resolves the requirements of builds.

    `sources` is that of `_describe`, `moving` are packages, or None for all, and `describe` is that
    of resolver.resolve.
    """
    indexes, named = sources

    def is_moving(names: Collection[str]) -> bool:
        return moving is None or bool({*moving} & {*names})

    def resolve(wanted: Wanted, pinned: Mapping[str, Entry]) -> Locked:
        kept = {name: entry for name, entry in pinned.items() if not is_moving([name])}
        known = {} if moving is None else pinned
        uv_lock = resolver.resolve(
            root,
            wanted.resolve,
            {},
            indexes,
            known=known,
            upgrades=known.keys() - kept.keys(),
            requires=wanted.requires,
            describe=describe,
        )
        found = origins.find(uv_lock["package"], indexes, named)
        with Files() as files:
            return packages.convert(uv_lock, wanted.resolve, kept, Sources(found, files))

    return Builds(before.builds, is_moving, resolve)


def _resolve(resolve: Resolve, locked: Locked, groups: declares.Declares) -> Document:
    found = resolve.groups(groups.get("groups", {}))
    return {
        "platform": resolve.platform,
        "python": resolve.python.release,
        "groups": locked.groups,
        "declares": {"groups": found} if found else {},
        "packages": locked.packages,
    }


def _member(
    name: str,
    member: Document,
    chosen: Collection[str],
    resolves: Collection[Resolve],
    locked: Mapping[str, Locked],
) -> Document:
    return {
        **member,
        "named": list(chosen),
        "resolves": {
            each.name: locked[each.name].members[name] for each in resolves if name in each.members
        },
    }


def _groups(root: Path) -> declares.Declares:
    """Return what the dependency groups of the workspace ask for."""
    manifest = root / "pyproject.toml"
    return declares.groups(pyproject.load(manifest), manifest.name)


def _check_known(names: Collection[str], before: Lock, action: str) -> None:
    known: dict[str, object] = dict(before.members) if action != "upgrade" else {}
    for resolve in before.resolves:
        known |= before.packages(resolve)
    for content in before.builds.values():
        for each in content["sets"].values():
            known |= each["packages"]
    for name in sorted(names):
        if name not in known:
            close = difflib.get_close_matches(name, known)
            hint = f"did you mean {' or '.join(close)}?" if close else "see the names there"
            raise UserError(
                f"cannot {action} {name!r}: no such package in nix/lock/python/; {hint}"
            )
