"""Build a wheel from an sdist with its own build backend (PEP 517), and install it.

Environment, set by wheel.nix: artifact (the sdist), file (its name on the index), and what
install_wheel.py needs. The build requirements are on PYTHONPATH; nothing is downloaded.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

from build_backend import build_hooks
from install_wheel import install_here
from pyproject_hooks import BackendUnavailable

# 1980-01-01, the first moment that a zip archive can name.
EPOCH = "315532800"


def escapes(member: tarfile.TarInfo, target: Path) -> bool:
    """Tell whether a member of an archive, or what it links to, lies outside the directory target.

    CPython 3.11.2, which Debian has, knows no extraction filters (PEP 706).
    """
    places = [target / member.name]
    if member.issym():
        places.append(places[0].parent / member.linkname)
    elif member.islnk():
        places.append(target / member.linkname)
    return not all(Path(os.path.normpath(place)).is_relative_to(target) for place in places)


def unpack(sdist: Path, file: str, directory: Path) -> Path:
    """Unpack an sdist and return its one top directory.

    Raises SystemExit, naming the file, if there is not one, or if a path leads out of the archive.
    """
    archive = directory / file
    archive.symlink_to(sdist)
    target = directory / "source"
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as members:
            outside = [member.name for member in members if escapes(member, target)]
        if outside:
            raise SystemExit(
                f"error: {file} is not a sound sdist: {', '.join(outside)} leads out of it. "
                "Report it to its maintainers and lock another version."
            )
    shutil.unpack_archive(archive, target)
    tops = list(target.iterdir())
    if len(tops) != 1:
        raise SystemExit(f"error: {file} is not an sdist: it has {len(tops)} top directories")
    return tops[0]


def build_wheel(source: Path, wheels: Path) -> Path:
    """Build a wheel of a source tree with its backend; return its path in the directory wheels."""
    manifest = source / "pyproject.toml"
    table = tomllib.loads(manifest.read_text()) if manifest.exists() else {}
    wheels.mkdir()
    return wheels / build_hooks(source, table).build_wheel(str(wheels))


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
            f"error: {file} does not build (see above): {error}. If it lacks a package, add that "
            "to the group build in pyproject.toml and run ./please lock; or lock another version."
        ) from error
    install_here(str(wheel))


if __name__ == "__main__":
    main()
