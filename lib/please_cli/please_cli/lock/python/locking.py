"""Manifests in, lock out: all resolves of a checkout, at the same time."""

from collections.abc import Collection, Mapping
from pathlib import Path

from please_cli import process, pyproject, workspace
from please_cli.lock.document import Document
from please_cli.lock.python import (
    builds,
    declares,
    manifest_indexes,
    metadata,
    resolves,
    sandbox,
    settings,
    survey,
    unsandboxed,
)
from please_cli.lock.python.builds import Builds
from please_cli.lock.python.checkout import Checkout
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.packages import Locked
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.python.unchanged import Marks
from please_cli.lock.python.upgrades import Upgrades


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
    asked = Upgrades.asked(upgrades, accepted, before)
    names = resolves.names(root)
    if not asked.everything:
        taken = {name for each in names for name in before.packages(each)}
        # First, because such a member would be compared with what others require of the package.
        workspace.check_packages(workspace.members(root), taken)
    indexes, named = Indexes.configured(), manifest_indexes.read(root)
    here = Checkout(root, before, asked, indexes, named, sandbox.is_there(root))
    built = here.builds(here.describe)
    here.members = _members(here, built)
    wanted = resolves.read(root, here.members)
    groups = _groups(root)
    others = (indexes, sorted(named.items()), sorted(here.gone.items()))
    known = Marks(marks, root, here.members, others)

    def one(resolve: Resolve) -> Locked:
        may_move = asked.accepted or asked.has(before.start(resolve.name))
        unchanged = None if may_move else known.locked(resolve, before)
        return unchanged or here.resolve(resolve)

    with process.threads() as pool:
        locked = dict(zip((each.name for each in wanted), pool.map(one, wanted), strict=True))
    for each in wanted:
        built.add([*builds.of_sdists(locked[each.name].packages, each.platform, each.python)])
    after = Lock(
        {each.name: _resolve(each, locked[each.name], groups) for each in wanted},
        {
            name: _member(name, member, resolves.chosen(root, member, names), wanted, locked)
            for name, member in here.members.items()
        },
        # Without Nix, what builds of members require stays as it was.
        built.content(with_others=not here.has_sandbox),
    )
    known.add(wanted, after)
    return after


def _members(here: Checkout, built: Builds) -> dict[str, Document]:
    """Return what the lock has of each member; `built` resolves what their builds require."""
    surveyed = survey.read(here.root)
    if here.has_sandbox:
        built.add(sandbox.wanted(here.root, surveyed))
        ask = sandbox.asking(here.root, built.content())
    else:
        ask = unsandboxed.asking(here.before.members)
    members = metadata.entries(surveyed, here.before.members, ask)
    settings.check(here.root, members)
    return members


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
