"""The files of the Python lock, and how the lock is read from them.

nix/lock/python/<resolve>.json has the packages of a resolve and the workspace's dependency groups,
nix/lock/members/<name>.json what a member's manifests say. So a change of one member touches one
file. nix/lock/builds/<release>.json has what members are built with (builds.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from please_cli.lock.document import Document, Lockfile
from please_cli.lock.python import shape
from please_cli.lock.python.metadata import core
from please_cli.lock.python.packages import Entry, version
from please_cli.lock.python.resolves import DEFAULT

COMMAND = "./please lock"

_RESOLVES = "nix/lock/python"
_MEMBERS = "nix/lock/members"
_BUILDS = "nix/lock/builds"


def _package_versions(document: Document) -> dict[str, str]:
    shape.check_packages(document)
    return {name: version(entry) for name, entry in document.get("packages", {}).items()}


def _build_versions(document: Document) -> dict[str, str]:
    found = {}
    for key, each in document.get("sets", {}).items():
        shape.check_packages(each)
        for name, entry in each["packages"].items():
            found[f"{name} (to build with {key})"] = version(entry)
    return found


def _member_versions(document: Document) -> dict[str, str]:
    if document == {}:
        return {}
    shape.check_member(document)
    core(document["metadata"])
    return {Path(document["directory"]).name: document["version"]}


def _old_versions(document: Document) -> dict[str, str]:
    return {
        name: entry["version"]
        for name, entry in document.get("packages", {}).items()
        if "local" not in entry
    }


OLD = Lockfile("nix/lock/python.json", COMMAND, 2, _old_versions)
"""The one file of earlier versions: read where the files above are not there yet, then deleted."""


def resolve_file(resolve: str) -> Lockfile:
    """Return the file of a resolve: an entry a line is a package."""
    return Lockfile(f"{_RESOLVES}/{resolve}.json", COMMAND, 2, _package_versions)


def member_file(name: str) -> Lockfile:
    """Return the file of a member, by its normalized name: a line each is an extra or a group."""
    return Lockfile(f"{_MEMBERS}/{name}.json", COMMAND, 4, _member_versions)


def build_file(release: str) -> Lockfile:
    """Return the file of what builds require on a Debian release: a line each is a package."""
    return Lockfile(f"{_BUILDS}/{release}.json", COMMAND, 4, _build_versions)


@dataclass(frozen=True)
class Lock:
    """The content of the files, by the name of the resolve, of the member and of the release."""

    resolves: Mapping[str, Document] = field(default_factory=dict)
    members: Mapping[str, Document] = field(default_factory=dict)
    builds: Mapping[str, Document] = field(default_factory=dict)

    def files(self) -> dict[Lockfile, Document]:
        """Return the files that the lock consists of, and the content of each."""
        return {
            **{resolve_file(name): content for name, content in self.resolves.items()},
            **{member_file(name): content for name, content in self.members.items()},
            **{build_file(release): content for release, content in self.builds.items()},
        }

    def start(self, resolve: str) -> dict[str, Entry]:
        """Return the packages that a resolve has, and a new one begins with: those of `default`."""
        return self.packages(resolve if resolve in self.resolves else DEFAULT)

    def packages(self, resolve: str) -> dict[str, Entry]:
        """Return the packages of a resolve by name; none of a resolve that is not locked yet."""
        found: dict[str, Entry] = self.resolves.get(resolve, {}).get("packages", {})
        return found


def read(root: Path, resolves: list[str]) -> Lock:
    """Return the lock of the checkout at `root`, with the `resolves` that it has to have.

    Raises UserError, with the way to repair it, when a file is not whole.
    """
    files = {_RESOLVES: resolve_file, _MEMBERS: member_file, _BUILDS: build_file}
    found = {
        directory: {
            path.stem: make(path.stem).read(root)
            for path in sorted((root / directory).glob("*.json"))
        }
        for directory, make in files.items()
    }
    if not found[_RESOLVES] and (root / OLD.path).exists():
        return _from_old(OLD.read(root), resolves)
    return Lock(found[_RESOLVES], found[_MEMBERS], found[_BUILDS])


def obsolete(root: Path, lock: Lock) -> list[str]:
    """Return the paths of files of the Python lock that `lock` no longer has."""
    wanted = {file.path for file in lock.files()}
    present = [
        str(path.relative_to(root))
        for directory in (_RESOLVES, _MEMBERS, _BUILDS)
        for path in sorted((root / directory).glob("*.json"))
    ]
    present += [OLD.path] if (root / OLD.path).exists() else []
    return [path for path in present if path not in wanted]


def _from_old(document: Document, resolves: list[str]) -> Lock:
    """Return what a lock in one file says: the versions, for every resolve."""
    packages = document.get("packages", {})
    from_index = {name: entry for name, entry in packages.items() if "local" not in entry}
    return Lock({resolve: {"packages": from_index} for resolve in resolves})
