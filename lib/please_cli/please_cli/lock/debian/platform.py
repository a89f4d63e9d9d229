"""nix/lock/debian.json: the Debian packages of the embedded platform."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from please_cli.errors import UserError
from please_cli.lock.debian import apt, busybox, mirror
from please_cli.lock.debian.index import Index, packages
from please_cli.lock.document import Document, Lockfile
from please_cli.lock.systems import SYSTEMS, machine

CODENAME = "bookworm"
"""The suite: the release pocket, which a point release alone changes."""

# The processors, in Debian's spelling.
_SPELLINGS = {"aarch64": "arm64", "x86_64": "amd64"}

ARCHITECTURES = {system: _SPELLINGS[machine(system)] for system in SYSTEMS}
"""The architecture of each system that is locked for."""

Components = Mapping[str, Mapping[str, list[str]]]


def versions(document: Document) -> dict[str, str]:
    """Return the version of each package of a lock, versions where the systems differ."""
    found: dict[str, set[str]] = {}
    for system in document.get("systems", {}).values():
        for name, package in system["packages"].items():
            found.setdefault(name, set()).add(package["version"])
    return {name: "/".join(sorted(several)) for name, several in found.items()}


LOCKFILE = Lockfile("nix/lock/debian.json", "./please lock --platform", 4, versions)
"""An entry a line is a package of a system."""


def lock(root: Path) -> Document:
    """Return the lock of all components of the checkout at `root`, from the machine's mirror.

    Raises UserError when the mirror cannot be used or does not have a package.
    """
    wanted = components(root / "nix/platform/components.json")
    source = mirror.choose(CODENAME, "main").only(CODENAME, "main", ARCHITECTURES.values())
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


def select(index: Index, components: Components) -> Document:
    """Return, for one system, the packages of each component and where to find them."""
    closures = {
        name: index.closure(component["packages"], component["without"])
        for name, component in components.items()
    }
    return {
        "components": {name: list(packages) for name, packages in closures.items()},
        "packages": {
            package.name: {
                "version": package.version,
                "file": package.file,
                "sha256": package.sha256,
            }
            for packages in closures.values()
            for package in packages.values()
        },
    }


def components(path: Path) -> Components:
    """Return the components that are written down in nix/platform/components.json.

    Raises UserError when the file says something else.
    """
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{path}: no components to lock: {error}; correct the file") from error
    if not isinstance(found, dict):
        raise UserError(f"{path}: no components to lock: not an object; correct the file")
    for name, component in found.items():
        for key in ("packages", "without"):
            if not isinstance(component, dict) or not isinstance(component.get(key), list):
                raise UserError(f"{path}: {name}: {key!r} is not a list; correct the file")
    return found
