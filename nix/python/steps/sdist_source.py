"""What the steps for an sdist share: they unpack it, and ask its build backend."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from build_backend import EPOCH, advice, build_hooks
from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller
from sdist_archive import SdistError, unpack_sdist

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

    Raises SystemExit, naming the file, if the backend fails.
    """
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    manifest = source / "pyproject.toml"
    table = tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    try:
        yield build_hooks(source, table, environment)
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
