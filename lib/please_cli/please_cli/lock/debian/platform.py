"""nix/lock/debian.json: the Debian packages of the embedded platform."""

from pathlib import Path

from please_cli.lock.debian import apt, busybox, components, mirror
from please_cli.lock.debian.components import Components
from please_cli.lock.debian.index import Index, packages
from please_cli.lock.document import Document, Lockfile
from please_cli.lock.systems import SYSTEMS, machine

CODENAME = "bookworm"
"""The suite: the release pocket, which changes only with a point release."""

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


LOCKFILE = Lockfile("nix/lock/debian.json", "./please lock --platform", 4, versions)
"""One line for each package of each system."""


def lock(root: Path) -> Document:
    """Return the lock of all components of the checkout at `root`, from the machine's mirror.

    Raises:
        UserError: There is no mirror, it cannot be used, or it lacks a package.
    """
    wanted = components.read(root / "nix/platform/components.toml")
    source = mirror.find(root, CODENAME).source(CODENAME, "main", ARCHITECTURES.values())
    with apt.private(ARCHITECTURES.values()) as private:
        private.update(source)
        return {
            "codename": CODENAME,
            "busybox": {
                system: busybox.digest(private.download("busybox-static", architecture))
                for system, architecture in ARCHITECTURES.items()
            },
            "systems": {
                system: select(Index(packages(private.index(architecture))), wanted)
                for system, architecture in ARCHITECTURES.items()
            },
        }


def select(index: Index, wanted: Components) -> Document:
    """Return the packages of each component for one system, as the lock records them."""
    closures = {
        name: index.closure(component["packages"], component["without"])
        for name, component in wanted.items()
    }
    return {
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
