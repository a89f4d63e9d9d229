"""Make the dist-info of a workspace member with its own build backend (PEP 517).

What the manifests say is then compared with what they said when the lock was made (declared.py).

Environment, set by member.nix: src (the manifests), module, directory (the member's, in the
checkout), lock (the path of its lock there), resolves (the names that the lock has) and declares
(the lock's record of the manifests, JSON), out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import PathDistribution
from itertools import chain
from pathlib import Path
from typing import Any

from build_backend import build_hooks
from declared import check_lock, in_groups, in_lock, parse
from prefix import SITE_PACKAGES
from pyproject_hooks import BackendUnavailable

# What setuptools says of a manifest, below a traceback of its own.
CONFIGURATION = re.compile(r"^configuration error: (.+)$", re.MULTILINE)


def read_manifest(source: Path, directory: str) -> dict[str, Any]:
    """Return the pyproject.toml of a source tree, empty if there is none.

    Raises SystemExit, naming the file in the member's directory, if it is broken.
    """
    manifest = source / "pyproject.toml"
    try:
        return tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise SystemExit(
            f"error: {directory}/pyproject.toml: {error}. Correct it, and build again."
        ) from error


def check_project(source: Path, manifest: Mapping[str, Any], directory: str) -> None:
    """Check that the manifests of a source tree describe a project.

    setuptools takes a manifest that says nothing for a project of the version 0.0.0. Raises
    SystemExit, naming the file in the member's directory.
    """
    others = any((source / name).exists() for name in ("setup.py", "setup.cfg"))
    if "project" not in manifest and not others:
        raise SystemExit(
            f"error: {directory}/pyproject.toml has no table [project]. Give the project a name "
            "and a version there, and build again."
        )


def build_dist_info(source: Path, module: str, target: Path, table: Mapping[str, Any]) -> Path:
    """Let the backend of a source tree make its dist-info below target; return its path.

    table is the content of its pyproject.toml.
    """
    # A backend wants to see the packages that it describes; only their directories are here.
    for directory, _, _ in os.walk(source / module):
        Path(directory, "__init__.py").touch()
    built = Path("built").absolute()
    built.mkdir()
    name = build_hooks(source, table).prepare_metadata_for_build_wheel(str(built))
    # The dist-info alone: setuptools leaves an egg-info beside it.
    return Path(shutil.copytree(built / name, target / name))


def check_resolves(
    manifest: Mapping[str, Any], known: Sequence[str], lock: str, directory: str
) -> None:
    """Check that the lock has a member in the resolves that its manifest names.

    Raises SystemExit, naming both, if it has not.
    """
    settings = manifest.get("tool", {}).get("services", {})
    named = settings.get("resolves", [settings.get("resolve", "default")])
    if list(named) != list(known):
        raise SystemExit(
            f"error: {lock} is older than {directory}: it has the resolve {', '.join(known)}, not "
            f"{', '.join(named)}. Run ./please lock."
        )


def main() -> None:
    """Run the build step."""
    env = os.environ
    source = Path("source").absolute()
    shutil.copytree(env["src"], source, copy_function=shutil.copyfile)
    for directory, _, _ in os.walk(source):
        Path(directory).chmod(0o755)
    manifest = read_manifest(source, env["directory"])
    check_project(source, manifest, env["directory"])
    target = Path(env["out"]) / SITE_PACKAGES
    try:
        dist_info = build_dist_info(source, env["module"], target, manifest)
    except BackendUnavailable as error:
        raise SystemExit(
            f"error: {env['directory']}/pyproject.toml: there is no build backend "
            f"{error.backend_name}. The members of the workspace are built with setuptools."
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.output.decode()
        if wrong := CONFIGURATION.search(said):
            raise SystemExit(
                f"error: {env['directory']}/pyproject.toml: {wrong[1]}. Correct it, and build "
                "again."
            ) from error
        sys.stderr.write(said)
        raise SystemExit(
            f"error: the build backend of {env['directory']} failed (see above). "
            "Correct its pyproject.toml or setup.py, and build again."
        ) from error
    (dist_info / "INSTALLER").write_text("nix\n")
    requires = PathDistribution(dist_info).requires or []
    said = [
        *chain.from_iterable(map(parse, requires)),
        *in_groups(manifest.get("dependency-groups", {})),
    ]
    known = in_lock(json.loads(env["declares"]))
    check_lock(said, known, env["lock"], env["directory"])
    check_resolves(manifest, env["resolves"].split(), env["lock"], env["directory"])


if __name__ == "__main__":
    main()
