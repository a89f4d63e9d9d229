"""What a checkout asks for, resolved: its resolves, and what builds require."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import click

from please_cli.lock.document import Document
from please_cli.lock.python import (
    compiled,
    earlier,
    extra_builds,
    origins,
    packages,
    resolver,
    sdist_metadata,
)
from please_cli.lock.python.builds import Builds, Wanted
from please_cli.lock.python.files import Files
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.package_index import Index
from please_cli.lock.python.packages import Entry, Locked, Sources
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.python.sdist_metadata import Describe
from please_cli.lock.python.upgrades import Upgrades


@dataclass
class Checkout:
    """A checkout that is locked.

    Attributes:
        root: Its path.
        before: Its lock so far.
        upgrades: Which packages may move.
        indexes: The indexes that pip is configured for.
        named: Those that the manifest of the workspace names, by name.
        has_sandbox: Whether build backends run in the sandbox of Nix.
        members: What the lock has of each member (metadata.py), as soon as that is known. What
            builds require is resolved before.
    """

    root: Path
    before: Lock
    upgrades: Upgrades
    indexes: Indexes
    named: Mapping[str, Index]
    has_sandbox: bool
    members: Mapping[str, Document] = field(default_factory=dict)

    @cached_property
    def describe(self) -> Describe | None:
        """Asks the build backends of source distributions, in the sandbox; None without one."""
        if not self.has_sandbox:
            return None
        return sdist_metadata.Backends(self.root, self._locate, self.builds).describe

    @cached_property
    def _extra_builds(self) -> Mapping[str, list[str]]:
        return extra_builds.read(self.root)

    @property
    def gone(self) -> dict[str, str]:
        """The directories of the members that are not there any more, by name."""
        return {
            name: str(member["directory"])
            for name, member in self.before.members.items()
            if name not in self.members
        }

    def resolve(self, resolve: Resolve) -> Locked:
        """Return what is locked of a resolve.

        Raises UserError for a package that would change its index, and when there is no solution.
        """
        had = self.before.start(resolve.name)
        pinned = {} if self.upgrades.everything else had
        moving = self.upgrades.names & pinned.keys()
        start = {}
        if not self.upgrades.everything:
            start = earlier.start(self.root, resolve, self.members, self.before)
        uv_lock = resolver.resolve(
            self.root,
            resolve,
            self.members,
            self.indexes,
            known=start,
            upgrades=moving,
            describe=self.describe,
        )
        resolved = uv_lock["package"]
        found = origins.find(resolved, self.indexes, self.named)
        by_name = {**{index.name: index for index in self.indexes.searched}, **self.named}
        kept = {name: entry for name, entry in pinned.items() if name not in moving}
        with Files() as files:

            def offered(index: str, project: str) -> Mapping[str, str]:
                return files.offered(by_name[index], project)

            accepted = self.upgrades.accepted
            origins.check(found, resolved, had, self.gone, accepted=accepted, offered=offered)
            sources = Sources(found, files, self._extra_builds)
            new = packages.convert(uv_lock, resolve, kept, sources, self.members)
            if line := compiled.note(resolve, new.packages, had, offered):
                click.echo(line)
            return new

    def builds(self, describe: Describe | None) -> Builds:
        """Return what resolves the requirements of builds.

        `describe` is that of `resolver.resolve`: it returns the metadata of source distributions.
        """
        return Builds(self.before.builds, self.upgrades.has, partial(self._build, describe))

    def _build(
        self, describe: Describe | None, wanted: Wanted, pinned: Mapping[str, Entry]
    ) -> Locked:
        """Return what is locked of the requirements of a build; `pinned` are the entries so far."""
        kept = {name: entry for name, entry in pinned.items() if not self.upgrades.has([name])}
        known = {} if self.upgrades.everything else pinned
        uv_lock = resolver.resolve(
            self.root,
            wanted.resolve,
            {},
            self.indexes,
            known=known,
            upgrades=known.keys() - kept.keys(),
            requires=wanted.requires,
            describe=describe,
        )
        found = origins.find(uv_lock["package"], self.indexes, self.named)
        with Files() as files:
            sources = Sources(found, files, self._extra_builds)
            return packages.convert(uv_lock, wanted.resolve, kept, sources)

    def _locate(self, resolve: Resolve, name: str, version: str) -> Entry:
        """Return the entry that the lock would have of a version of a package."""
        uv_lock = resolver.locate(self.root, resolve, self.members, self.indexes, (name, version))
        found = origins.find(uv_lock["package"], self.indexes, self.named)
        alone = replace(resolve, members=frozenset(), guests={})
        with Files() as files:
            sources = Sources(found, files, self._extra_builds)
            return packages.convert(uv_lock, alone, {}, sources).packages[name]
