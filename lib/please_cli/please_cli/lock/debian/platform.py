"""nix/lock/debian/<codename>.json: the Debian packages of the embedded platform."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from please_cli.errors import UserError
from please_cli.lock.debian import apt, busybox, mirror
from please_cli.lock.debian.index import Index, packages
from please_cli.lock.debian.releases import Release
from please_cli.lock.document import Document, Lockfile
from please_cli.lock.systems import SYSTEMS, machine

# The processors, in Debian's spelling.
_SPELLINGS = {"aarch64": "arm64", "x86_64": "amd64"}

ARCHITECTURES = {system: _SPELLINGS[machine(system)] for system in SYSTEMS}
"""The architecture of each locked system, in Debian's spelling."""


def versions(document: Document) -> dict[str, str]:
    """Return the version of each package of a lock, several where the systems differ."""
    found: dict[str, set[str]] = {}
    for system in document.get("systems", {}).values():
        for name, package in system["packages"].items():
            found.setdefault(name, set()).add(package["version"])
    return {name: "/".join(sorted(several)) for name, several in found.items()}


def lockfile(codename: str) -> Lockfile:
    """Return the file of a release: one line for each package of each system."""
    return Lockfile(f"nix/lock/debian/{codename}.json", "./please lock --platform", 4, versions)


def lock(root: Path, release: Release) -> Document:
    """Return the lock of the components of a release, from the machine's mirror.

    The suite is the release pocket, which changes only with a point release.

    Args:
        root: The checkout.
        release: What to lock.

    Raises:
        UserError: There is no mirror, it cannot be used, or it lacks a package.
    """
    suite = release.codename
    source = mirror.find(root, suite).source(suite, "main", ARCHITECTURES.values())
    with apt.private(ARCHITECTURES.values()) as private:
        private.update(source)
        bootstrap = {
            system: busybox.digest(private.download("busybox-static", architecture))
            for system, architecture in ARCHITECTURES.items()
            if "busybox" in release.components
        }
        selected = {
            system: select(Index(packages(private.index(architecture))), release)
            for system, architecture in ARCHITECTURES.items()
        }
        check_left_out(release, [met for _, met in selected.values()])
        return {
            "codename": suite,
            "snapshot": snapshot(private.date()),
            "systems": {system: packages for system, (packages, _) in selected.items()},
            **({"busybox": bootstrap} if bootstrap else {}),
        }


def snapshot(published: datetime) -> str:
    """Return a time at which archives of Debian snapshots have a suite, as they write times.

    They make several snapshots a day, and answer with the last one before a time. The mirrors keep
    a superseded file for a day and a half at least.

    Args:
        published: When the suite was published, in UTC.
    """
    return f"{published + timedelta(days=1):%Y%m%dT%H%M%SZ}"


LeftOut = Mapping[str, Collection[str]]
"""By the name of a component: the packages that are left out of those that it depends on."""


def select(index: Index, release: Release) -> tuple[Document, LeftOut]:
    """Return the packages of each component for one system, as the lock records them.

    With them come the packages that are left out.
    """
    found = {
        name: index.closure(component["packages"], component["without"], asker=release.path)
        for name, component in release.components.items()
    }
    closures = {name: closure for name, (closure, _) in found.items()}
    document: Document = {
        "components": {name: list(packages) for name, packages in closures.items()},
        "packages": {
            package.name: {
                "version": package.version,
                "file": package.file,
                "sha256": package.sha256,
                "size": package.size,
            }
            for packages in closures.values()
            for package in packages.values()
        },
    }
    return document, {name: met for name, (_, met) in found.items()}


def check_left_out(release: Release, systems: Collection[LeftOut]) -> None:
    """Check that a release leaves out nothing that no package depends on, in any of the systems.

    Such a name is that of another release, as `gcc-14-base` is in place of `gcc-16-base`.

    Raises UserError, with all of them.
    """
    unused = [
        f"{name} in [{component}]"
        for component, content in release.components.items()
        for name in content["without"]
        if not any(name in system[component] for system in systems)
    ]
    if unused:
        raise UserError(
            f"{release.path}: nothing depends on what `without` has: {', '.join(unused)}; delete "
            "these names, or correct them"
        )
