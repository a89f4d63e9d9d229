"""Members that a test adds to a copy of the checkout, as `./please lock` would lock them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checkout import write_lock

MANIFEST = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "1.0.0"
dependencies = [{dependencies}]

[tool.setuptools]
packages = ["{name}"]
"""


def add_service(
    root: Path, name: str, files: Mapping[str, str], dependencies: Sequence[str]
) -> None:
    """Add src/<name> with these files beside its manifest; all of its dependencies are locked."""
    directory = root / "src" / name
    quoted = ", ".join(f'"{dependency}"' for dependency in dependencies)
    manifest = MANIFEST.format(name=name, dependencies=quoted)
    for path, text in {"pyproject.toml": manifest, "settings.py": "", **files}.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    write_lock(root / f"nix/lock/members/{name}.json", _locked(name, manifest, dependencies))


def _locked(name: str, manifest: str, dependencies: Sequence[str]) -> dict[str, Any]:
    """Return what the lock says of a service."""
    keys: list[str] = []
    for dependency in dependencies:
        package, _, extras = dependency.replace("_", "-").rstrip("]").partition("[")
        keys += [package, *(f"{package}[{extra}]" for extra in extras.split(",") if extra)]
    metadata = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0.0"]
    metadata += [f"Requires-Dist: {dependency}" for dependency in dependencies]
    return {
        "version": "1.0.0",
        "directory": f"src/{name}",
        "manifests": {"pyproject.toml": hashlib.sha256(manifest.encode()).hexdigest()},
        "metadata": {f"{name}-1.0.0.dist-info/METADATA": "\n".join([*metadata, ""])},
        "declares": {"requires": [dependency.replace("_", "-") for dependency in dependencies]},
        "build": "setuptools",
        "plain": {"root": ".", "packages": [name], "modules": [], "data": []},
        "named": ["default"],
        "resolves": {"default": {"requires": sorted(set(keys))}},
    }
