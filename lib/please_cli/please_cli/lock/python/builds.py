"""The requirements of builds: resolved as manifests write them, each set for itself.

So no build binds another one, or a package that is installed. nix/lock/builds/<release>.json has
those for the Python of a Debian release; nix/python/builds.nix reads it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain

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


def lock(
    wanted: Collection[Wanted],
    before: Mapping[str, Document],
    is_moving: Callable[[Collection[str]], bool],
    resolve: Callable[[Wanted, Mapping[str, Document]], Locked],
) -> dict[str, Document]:
    """Return the content of the files by release, for the sets that are wanted.

    A set is resolved anew if `before` has not got it for the same Python, or if `is_moving` says so
    of the names of its packages. `resolve` does it, from the entries so far. Raises UserError for
    requirements without a solution, and for a package that is built with itself.
    """

    def one(each: Wanted) -> BuildSet:
        content = before.get(each.release, {})
        known: BuildSet | None = content.get("sets", {}).get(each.key)
        same = content.get("python") == each.python.release
        if known is not None and same and not is_moving(known["packages"]):
            return known
        locked = resolve(each, {} if known is None else known["packages"])
        _check_cycles(each, locked.packages)
        return {"requires": locked.requires, "packages": locked.packages}

    with process.threads() as pool:
        sets = list(pool.map(one, wanted))
    found: dict[str, Document] = {}
    for each, content in zip(wanted, sets, strict=True):
        file = found.setdefault(each.release, {"python": each.python.release, "sets": {}})
        file["sets"][each.key] = content
    return found


def _check_cycles(wanted: Wanted, packages: Mapping[str, Document]) -> None:
    """Raise UserError, naming the packages, if one has to be there before it can be built."""
    edges = {
        name: sorted({target for each in _variants(entry) for target in each.get("build", [])})
        for name, entry in packages.items()
    }
    for start in sorted(edges):
        if path := _way_back(start, edges, packages):
            raise UserError(
                f"{', '.join(wanted.manifests)}: [build-system] requires {wanted.key}, of which "
                f"{start} has no wheel and is built with itself: {' -> '.join(path)}; ask for a "
                "version that has a wheel"
            )


def _way_back(
    start: str, edges: Mapping[str, list[str]], packages: Mapping[str, Document]
) -> list[str]:
    """Return the packages from `start` back to itself, empty if no build leads back."""
    seen: set[str] = set()
    paths = [[start, target] for target in edges[start]]
    while paths:
        path = paths.pop()
        if path[-1] == start:
            return path
        if path[-1] in seen or path[-1] not in edges:
            continue
        seen.add(path[-1])
        entry = packages[path[-1]]
        needs = [*edges[path[-1]], *(name for each in _variants(entry) for name in _required(each))]
        paths += [[*path, target] for target in sorted({*needs})]
    return []


def _variants(entry: Document) -> Collection[Document]:
    found: Mapping[str, Document] = entry.get("systems", {"": entry})
    return found.values()


def _required(entry: Document) -> list[str]:
    requires = entry.get("requires", [])
    keys = requires if isinstance(requires, list) else chain.from_iterable(requires.values())
    return [key.partition("[")[0] for key in keys]
