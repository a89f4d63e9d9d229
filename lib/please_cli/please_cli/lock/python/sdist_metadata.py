"""The metadata of source distributions that do not state it: their build backends know.

uv would run the backends itself, outside of a sandbox. Where there is Nix, uv fails instead
(uv_lock.py). It is run again with what the backend said in the sandbox:
nix/python/sdist_metadata.nix.
"""

from collections.abc import Callable, Iterable
from email.parser import Parser
from pathlib import Path

from packaging.utils import canonicalize_name

from please_cli.errors import UserError
from please_cli.lock.python import builds, sandbox
from please_cli.lock.python.builds import Builds
from please_cli.lock.python.packages import Entry
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.python.uv_lock import Stated

Describe = Callable[[Resolve, str, str], Stated]
"""Returns the metadata of a source distribution by its name and version, on a resolve's Python."""

_Key = tuple[str, str, str]


class Backends:
    """Asks the build backends of source distributions, in the sandbox of Nix.

    Args:
        root: The checkout.
        locate: Returns the entry that the lock would have of a version of a package.
        new_builds: Returns what resolves the requirements of builds. What it has to know of a
            source distribution, it asks the function that it is given.
    """

    def __init__(
        self,
        root: Path,
        locate: Callable[[Resolve, str, str], Entry],
        new_builds: Callable[[Describe], Builds],
    ) -> None:
        self._root = root
        self._locate = locate
        self._new_builds = new_builds
        self._known: dict[_Key, Stated] = {}

    def describe(self, resolve: Resolve, name: str, version: str) -> Stated:
        """Return the metadata of a source distribution, for the Python of a resolve.

        Raises UserError, with the message of the backend, if that fails, and for a build that needs
        itself.
        """
        return self._described(resolve, name, version, ())

    def _described(
        self, resolve: Resolve, name: str, version: str, above: tuple[_Key, ...]
    ) -> Stated:
        """Return metadata that the builds `above` need, the outermost one first."""
        key = (resolve.platform, name, version)
        if key in above:
            names = " -> ".join(f"{each[1]} {each[2]}" for each in (*above, key))
            raise UserError(
                f"the source distribution {name} {version} has to be there to be built: {names}; "
                "ask for a version that has a wheel"
            )
        if key not in self._known:

            def below(resolve: Resolve, name: str, version: str) -> Stated:
                return self._described(resolve, name, version, (*above, key))

            entry = self._locate(resolve, name, version)
            needed = self._new_builds(below)
            needed.add([*builds.of_sdists({name: entry}, resolve.platform, resolve.python)])
            text = sandbox.sdist_metadata(
                self._root, needed.content(), resolve.platform, name, entry
            )
            self._known[key] = parse(name, version, text)
        return self._known[key]


def parse(name: str, version: str, text: str) -> Stated:
    """Return what the core metadata of a package says, as uv takes it (dependency-metadata)."""
    core = Parser().parsestr(text)

    def lines(field: str) -> Iterable[str]:
        return [str(line) for line in core.get_all(field, [])]

    python = core["Requires-Python"]
    return {
        "name": name,
        "version": version,
        "requires-dist": [*lines("Requires-Dist")],
        "provides-extra": [str(canonicalize_name(extra)) for extra in lines("Provides-Extra")],
        **({"requires-python": str(python)} if python else {}),
    }
