"""The requirements of builds: resolved as manifests write them, each set for itself.

So no build binds another one, or a package that is installed. nix/lock/builds/<release>.json has
those for the Python of a Debian release; nix/python/builds.nix reads it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from please_cli import process
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.packages import Locked
from please_cli.lock.python.resolves import Resolve

BuildSet = Document
"""`requires`, keys of the graph, and `packages`, entries by name."""


@dataclass(frozen=True)
class Wanted:
    """A set that is wanted: its requirements, the platform, and the manifests that have it."""

    key: str
    release: str
    python: Interpreter
    requires: tuple[str, ...]
    manifests: list[str] = field(default_factory=list)

    @property
    def resolve(self) -> Resolve:
        """A resolve of these requirements alone, named for errors."""
        where = ", ".join(sorted(self.manifests)[:3])
        name = f"of the build of {where}" if where else "of a build"
        return Resolve(name, frozenset(), self.release, self.python)


class Builds:
    """The sets that are wanted, resolved.

    Args:
        before: The content of the files so far, by release.
        is_moving: Tells of the names of a set's packages whether it has to be resolved anew.
        resolve: Resolves a set, from the entries so far.
    """

    def __init__(
        self,
        before: Mapping[str, Document],
        is_moving: Callable[[Collection[str]], bool],
        resolve: Callable[[Wanted, Mapping[str, Document]], Locked],
    ) -> None:
        self._before = before
        self._is_moving = is_moving
        self._resolve = resolve
        self._found: dict[tuple[str, str], tuple[Wanted, BuildSet]] = {}

    def content(self, *, with_others: bool = False) -> dict[str, Document]:
        """Return the content of the files, by release.

        `with_others` keeps the sets of before that were not wanted.
        """
        files: dict[str, Document] = {}
        if with_others:
            files = {
                release: {**file, "sets": dict(file["sets"])}
                for release, file in self._before.items()
            }
        for (release, key), (wanted, found) in sorted(self._found.items()):
            file = files.setdefault(release, {"python": wanted.python.release, "sets": {}})
            file["sets"][key] = found
        return files

    def add(self, wanted: Collection[Wanted]) -> None:
        """Resolve sets, and those that packages in them are built with.

        A set is resolved anew if it is not known for the same Python, or if it is moving. Raises
        UserError for requirements without a solution, and for a build that needs itself.
        """
        while new := {
            (each.release, each.key): each
            for each in wanted
            if (each.release, each.key) not in self._found
        }:
            with process.threads() as pool:
                sets = list(pool.map(self._one, new.values()))
            self._found |= dict(zip(new, zip(new.values(), sets, strict=True), strict=True))
            wanted = [
                below
                for each, content in zip(new.values(), sets, strict=True)
                for below in of_sdists(content["packages"], each.release, each.python)
            ]
        for start in sorted(self._found):
            self._check_cycle(start)

    def _one(self, each: Wanted) -> BuildSet:
        content = self._before.get(each.release, {})
        known: BuildSet | None = content.get("sets", {}).get(each.key)
        same = content.get("python") == each.python.release
        if known is not None and same and not self._is_moving(known["packages"]):
            return known
        locked = self._resolve(each, {} if known is None else known["packages"])
        return {"requires": locked.requires, "packages": locked.packages}

    def _check_cycle(self, start: tuple[str, str]) -> None:
        """Raise UserError, naming the packages, if a set has to be there to build it."""
        release, first = start
        ways: list[tuple[str, list[str]]] = [(first, [])]
        seen = set()
        while ways:
            here, names = ways.pop()
            for name, key in sdists(self._found[release, here][1]["packages"]):
                if key == first:
                    where = ", ".join(self._found[start][0].manifests)
                    raise UserError(
                        f"{where}: the build requires {first}, "
                        f"which has to be there to be built: {' -> '.join([*names, name, first])}; "
                        "ask for a version that has a wheel"
                    )
                if key not in seen:
                    seen.add(key)
                    ways.append((key, [*names, name]))


def sdists(packages: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Yield the name of each package that is built, and the key of what it is built with."""
    for name, entry in sorted(packages.items()):
        for variant in entry.get("systems", {"": entry}).values():
            if "sdist" in variant:
                yield name, variant["build"]


def of_sdists(
    packages: Mapping[str, Document], release: str, python: Interpreter
) -> Iterator[Wanted]:
    """Yield the sets that packages are built with, those among them that are."""
    for name, key in sdists(packages):
        yield Wanted(key, release, python, tuple(filter(None, key.split(", "))), [name])
