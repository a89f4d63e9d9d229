"""Build a wheel from an sdist with its own build backend (PEP 517), and install it.

Environment, set by wheel.nix: artifact (the sdist), file (its name on the index), environment (a
virtual environment with the requirements of the build), and what install_wheel.py needs. Nothing is
downloaded.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from build_backend import EPOCH, build_hooks
from install_wheel import install_here
from pyproject_hooks import BackendUnavailable
from sdist_archive import SdistError, unpack_sdist


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


def build_wheel(source: Path, wheels: Path) -> Path:
    """Build a wheel of a source tree with its backend; return its path in the directory wheels."""
    manifest = source / "pyproject.toml"
    table = tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    wheels.mkdir()
    hooks = build_hooks(source, table, Path(os.environ["environment"]))
    return wheels / hooks.build_wheel(str(wheels))


def main() -> None:
    """Run the build step."""
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    here = Path.cwd()
    file = os.environ["file"]
    source = unpack(Path(os.environ["artifact"]), file, here)
    try:
        wheel = build_wheel(source, here / "wheels")
    except (BackendUnavailable, subprocess.CalledProcessError) as error:
        if isinstance(error, subprocess.CalledProcessError):
            sys.stderr.write(error.output.decode())
        raise SystemExit(
            f"error: {file} does not build (see above): {error}. "
            "If it needs other versions to be built, bound them in build-constraint-dependencies "
            "of [tool.uv] in pyproject.toml and run ./please lock --upgrade NAME; or lock another "
            "version."
        ) from error
    install_here(str(wheel))


if __name__ == "__main__":
    main()
