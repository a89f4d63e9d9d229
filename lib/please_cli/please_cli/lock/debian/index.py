"""The dependencies of Debian packages, by the fields of Debian Policy, chapter 7."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from debian.deb822 import Packages, PkgRelation
from debian.debian_support import Version

from please_cli.errors import UserError


@dataclass(frozen=True)
class Package:
    """A binary package in an index.

    Attributes:
        name: Its name.
        version: Its version.
        file: The path of the .deb below the base URL of a mirror.
        sha256: The digest of the .deb, in hex.
        size: The size of the .deb in bytes.
        needs: The first alternative of each dependency.
        provides: The virtual packages that it provides.
    """

    name: str
    version: str
    file: str
    sha256: str
    size: int
    needs: tuple[str, ...]
    provides: tuple[str, ...]


class Index:
    """The packages of a suite for one architecture."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._packages: dict[str, Package] = {}
        self._providers: dict[str, list[str]] = {}
        for package in packages:
            known = self._packages.get(package.name)
            if known is None or Version(known.version) < Version(package.version):
                self._packages[package.name] = package
        for name in sorted(self._packages):
            for virtual in self._packages[name].provides:
                self._providers.setdefault(virtual, []).append(name)

    def __getitem__(self, name: str) -> Package:
        """Return the package `name`, or the first one that provides it.

        Raises:
            KeyError: The suite has no such package.
        """
        return self._packages[name if name in self._packages else self._providers[name][0]]

    def closure(
        self, roots: Iterable[str], without: Iterable[str] = (), *, asker: str
    ) -> tuple[dict[str, Package], set[str]]:
        """Return some packages and all their dependencies, by name, and those that were left out.

        Args:
            roots: The names of packages.
            without: The names of packages that are left out; their dependencies are not followed.
            asker: The file that names them, for the error.

        Raises:
            UserError: The suite lacks a package.
        """
        left_out = set(without)
        found: dict[str, Package] = {}
        met: set[str] = set()
        wanted = [(name, asker) for name in roots]
        while wanted:
            name, dependent = wanted.pop()
            if name in left_out:
                met.add(name)
                continue
            try:
                package = self[name]
            except KeyError:
                raise UserError(
                    f"{dependent} needs the Debian package {name!r}, which the suite does not "
                    f"have; correct the name, or list it under `without`, in {asker}"
                ) from None
            if package.name in left_out:
                met.add(package.name)
            elif package.name not in found:
                found[package.name] = package
                wanted += [(need, f"the Debian package {package.name!r}") for need in package.needs]
        return dict(sorted(found.items())), met


def packages(lines: Iterable[str]) -> Iterator[Package]:
    """Yield the packages of a Packages index, given as its lines."""
    for stanza in Packages.iter_paragraphs(lines, fields=_FIELDS, use_apt_pkg=False):
        yield Package(
            name=stanza["Package"],
            version=stanza["Version"],
            file=stanza["Filename"],
            sha256=stanza["SHA256"],
            size=int(stanza["Size"]),
            needs=tuple(_names(stanza, "Pre-Depends") + _names(stanza, "Depends")),
            provides=tuple(_names(stanza, "Provides")),
        )


_FIELDS = [
    "Package",
    "Version",
    "Filename",
    "SHA256",
    "Size",
    "Pre-Depends",
    "Depends",
    "Provides",
]


def _names(stanza: Mapping[str, str], field: str) -> list[str]:
    value = stanza.get(field)
    if not value:
        return []
    return [alternatives[0]["name"] for alternatives in PkgRelation.parse_relations(value)]
