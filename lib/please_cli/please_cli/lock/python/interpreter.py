"""The Python of the systems that are locked for, and which wheels it takes."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Self

from debian.debian_support import Version
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags

from please_cli.errors import UserError
from please_cli.lock.debian import platform as debian
from please_cli.lock.document import Lockfile
from please_cli.lock.systems import SYSTEMS, machine

# The Debian packages of the platform that have these versions, as globs.
_PYTHON = "libpython3.*-minimal"
_LIBC = "libc6"

# PEP 513, PEP 571, PEP 599: names that manylinux tags had before PEP 600.
_LEGACY = {(2, 5): "manylinux1", (2, 12): "manylinux2010", (2, 17): "manylinux2014"}
# PEP 600: the first glibc of each architecture's policy.
_FIRST_GLIBC = {"aarch64": 17, "x86_64": 5}


@dataclass(frozen=True)
class Interpreter:
    """A CPython of the platform.

    `release` is its full version, such as "3.11.2", and `glibc` the version of its C library, such
    as (2, 36): wheels that need a later one do not load.
    """

    release: str
    glibc: tuple[int, int]

    @classmethod
    def locked(cls, root: Path, release: str) -> Self:
        """Return the interpreter of a Debian release in the lock of the checkout at `root`.

        Raises UserError when the lock does not have one, or not the same one for all systems.
        """
        file = debian.lockfile(release)
        lock = file.read(root)
        if not lock:
            raise UserError(
                f"{file.path} does not exist; restore it (git checkout HEAD -- nix/lock), or run "
                f"`{file.command}`"
            )
        packages = [system["packages"] for system in lock.get("systems", {}).values()]
        major, minor, *_ = _version(file, packages, _LIBC).split(".")
        return cls(_version(file, packages, _PYTHON), (int(major), int(minor)))

    @property
    def version(self) -> tuple[int, int]:
        """The major and the minor version."""
        major, minor, *_ = self.release.split(".")
        return int(major), int(minor)

    @property
    def description(self) -> str:
        """The interpreter and its C library, in words."""
        return "CPython {}.{}, glibc {}.{}".format(*self.version, *self.glibc)

    def environments(self) -> list[str]:
        """Return a PEP 508 marker for each system, which holds there and for this release alone."""
        return [
            f"sys_platform == 'linux' and platform_machine == '{machine(system)}' and "
            f"implementation_name == 'cpython' and python_full_version == '{self.release}'"
            for system in SYSTEMS
        ]

    def holds(self, marker: str, system: str) -> bool:
        """Tell whether a PEP 508 environment marker is true on a system; an empty one is."""
        return not marker or Marker(marker).evaluate(self._environment(system))

    def tags(self, system: str) -> dict[Tag, int]:
        """Return the PEP 425 tags that a system takes, with their rank: 0 is the best."""
        return _tags(self, machine(system))

    def _environment(self, system: str) -> dict[str, str | AbstractSet[str]]:
        return {
            "implementation_name": "cpython",
            "implementation_version": self.release,
            "os_name": "posix",
            "platform_machine": machine(system),
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self.release,
            "python_version": ".".join(map(str, self.version)),
            "sys_platform": "linux",
        }


@cache
def _tags(python: Interpreter, processor: str) -> dict[Tag, int]:
    platforms = list(_platforms(python.glibc, processor))
    interpreter = "cp{}{}".format(*python.version)
    ordered = [
        *cpython_tags(python.version, abis=[interpreter], platforms=platforms),
        *compatible_tags(python.version, interpreter, platforms),
    ]
    return {tag: rank for rank, tag in enumerate(ordered)}


def _platforms(glibc: tuple[int, int], processor: str) -> Iterator[str]:
    major, newest = glibc
    for minor in range(newest, _FIRST_GLIBC[processor] - 1, -1):
        yield f"manylinux_{major}_{minor}_{processor}"
        if (major, minor) in _LEGACY:
            yield f"{_LEGACY[major, minor]}_{processor}"
    yield f"linux_{processor}"


def _version(file: Lockfile, systems: Iterable[dict[str, dict[str, str]]], package: str) -> str:
    """Return the upstream version of the Debian package that a glob names."""
    found = {
        str(Version(entry["version"]).upstream_version)
        for packages in systems
        for name, entry in packages.items()
        if fnmatchcase(name, package)
    }
    if len(found) != 1:
        has = f"has several versions of it: {', '.join(sorted(found))}" if found else "has none"
        raise UserError(
            f"{file.path}: packages are locked for one version of {package}, but the file {has}; "
            f"run `{file.command}`"
        )
    return found.pop()
