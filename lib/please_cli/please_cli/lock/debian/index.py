"""Which Debian packages a component needs, by the fields of Debian Policy, chapter 7."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from debian.deb822 import Packages, PkgRelation
from debian.debian_support import Version

from please_cli.errors import UserError


@dataclass(frozen=True)
class Package:
    """A binary package: what the lock records, and the names that it asks for and provides.

    `needs` holds, for each dependency, its first alternative.
    """

    name: str
    version: str
    file: str
    sha256: str
    needs: tuple[str, ...]
    provides: tuple[str, ...]


class Index:
    """The packages that a suite holds for one architecture."""

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
        """Return the package `name`, or the first that provides it; KeyError without one."""
        return self._packages[name if name in self._packages else self._providers[name][0]]

    def closure(self, roots: Iterable[str], without: Iterable[str] = ()) -> dict[str, Package]:
        """Return `roots` and what they depend on, by name; nothing in `without` is followed.

        Raises UserError for a package that the suite does not hold.
        """
        left_out = set(without)
        found: dict[str, Package] = {}
        wanted = [(name, "nix/platform/components.toml") for name in roots]
        while wanted:
            name, asker = wanted.pop()
            if name in left_out:
                continue
            try:
                package = self[name]
            except KeyError:
                raise UserError(
                    f"{asker} asks for the Debian package {name!r}, which the suite does not "
                    "hold; correct the name, or list it under `without`, in "
                    "nix/platform/components.toml"
                ) from None
            if package.name not in found and package.name not in left_out:
                found[package.name] = package
                wanted += [(need, f"the Debian package {package.name!r}") for need in package.needs]
        return dict(sorted(found.items()))


def packages(lines: Iterable[str]) -> Iterable[Package]:
    """Read the packages that a Packages index describes, given as its lines."""
    for stanza in Packages.iter_paragraphs(lines, fields=_FIELDS, use_apt_pkg=False):
        yield Package(
            name=stanza["Package"],
            version=stanza["Version"],
            file=stanza["Filename"],
            sha256=stanza["SHA256"],
            needs=tuple(_names(stanza, "Pre-Depends") + _names(stanza, "Depends")),
            provides=tuple(_names(stanza, "Provides")),
        )


_FIELDS = [
    "Package",
    "Version",
    "Filename",
    "SHA256",
    "Pre-Depends",
    "Depends",
    "Provides",
]


def _names(stanza: Mapping[str, str], field: str) -> list[str]:
    value = stanza.get(field)
    if not value:
        return []
    return [alternatives[0]["name"] for alternatives in PkgRelation.parse_relations(value)]
