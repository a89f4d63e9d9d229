"""What the steps for an sdist share: they unpack it, and ask its build backend."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from build_backend import EPOCH, advice, build_hooks, missing_requirements
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller
from sdist_archive import SdistError, unpack_sdist

# These add commands to setup.py that no build calls, or are a part of setuptools now.
COMMANDS = {"flake8", "nose", "pytest", "pytest-runner", "sphinx", "wheel"}

BOUND = (
    "If it needs other versions to be built, bound them in build-constraint-dependencies of "
    "[tool.uv] in pyproject.toml and run ./please lock --upgrade NAME; or lock another version."
)


def unpack(sdist: Path, file: str, directory: Path) -> Path:
    """Unpack an sdist into a directory and return its source tree.

    Raises SystemExit, naming the file, if it is not sound, or if the name is not that of a file.
    """
    if "/" in file or file in ("", ".", ".."):
        raise SystemExit(
            f"error: {file} is not the name of an sdist. The lock is damaged: run ./please lock."
        )
    try:
        return unpack_sdist(sdist, directory / "source")
    except SdistError as error:
        raise SystemExit(
            f"error: {file} is not a sound sdist: {error}. "
            "Report it to its maintainers and lock another version."
        ) from error


@contextmanager
def backend(source: Path, file: str, environment: Path) -> Iterator[BuildBackendHookCaller]:
    """Yield the caller of the hooks of a source tree, which run in an environment.

    Raises SystemExit, naming the file, if the backend fails, or requires more than its manifest
    says.
    """
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    manifest = source / "pyproject.toml"
    table = tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    try:
        hooks = build_hooks(source, table, environment)
        check_requires(hooks, environment, file)
        yield hooks
    except BackendUnavailable as error:
        raise SystemExit(
            f"error: {file} does not build: there is no build backend {error.backend_name}. {BOUND}"
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.output.decode(errors="replace")
        sys.stderr.write(said)
        raise SystemExit(
            f"error: {file} does not build (see above). {advice(said) or BOUND}"
        ) from error


def check_requires(hooks: BuildBackendHookCaller, environment: Path, file: str) -> None:
    """Check that the environment of a build has what a backend asks for, such as setup_requires.

    Without it, setuptools may build a wheel that lacks files, and say nothing. Raises SystemExit
    that names what is missing.
    """
    missing = [
        text
        for text in missing_requirements(hooks, environment)
        if canonicalize_name(Requirement(text).name) not in COMMANDS
    ]
    if missing:
        raise SystemExit(
            f"error: {file} also requires {', '.join(missing)} to be built, which its "
            "pyproject.toml does not say. Name that in the pyproject.toml of the workspace, in "
            "[tool.uv.extra-build-dependencies]: "
            f"{name_of(file)} = {json.dumps(missing)}. Then run ./please lock."
        )


def name_of(file: str) -> str:
    """Return the name of a package by that of its sdist."""
    stem = file.removesuffix(".zip").removesuffix(".gz").removesuffix(".tar")
    return canonicalize_name(stem.rpartition("-")[0] or stem)
