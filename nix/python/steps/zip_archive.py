"""Unpack a wheel with zipfile, to the files that pip makes of it."""

import os
import stat
import zlib
from lzma import LZMAError
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from wheel_errors import UnpackError, UnsoundError


def unpack_with_zipfile(wheel: str, directory: str) -> None:
    """Unpack a wheel into an empty directory.

    A symlink becomes a file with the text of its target, as in pip.

    Args:
        wheel: The path of the wheel.
        directory: The directory, which exists.

    Raises:
        UnpackError: The archive is damaged, encrypted or compressed in a way that zipfile does not
            know, or the disk is full.
        UnsoundError: A path is outside of the directory, or is in the way of another.
    """
    try:
        with ZipFile(wheel) as archive:
            # Of a file that is there twice the last one counts.
            for name, entry in {entry.filename: entry for entry in archive.infolist()}.items():
                if not entry.is_dir():
                    write(archive, entry, Path(directory, inside(name)))
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        path = os.path.relpath(os.fsdecode(error.filename), directory)
        raise UnsoundError(f"{path} is a file and a directory") from error
    except (
        *(BadZipFile, EOFError, LZMAError, OSError, zlib.error),
        # An encrypted file, and a method of compression.
        *(RuntimeError, NotImplementedError),
    ) as error:
        raise UnpackError(str(error) or type(error).__name__) from error


def write(archive: ZipFile, entry: ZipInfo, path: Path) -> None:
    """Write a file of an archive, executable if it is one there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry.filename) as source, path.open("wb") as target:
        while content := source.read(1 << 20):
            target.write(content)
    mode = entry.external_attr >> 16
    path.chmod(0o755 if stat.S_ISREG(mode) and mode & 0o111 else 0o644)


def inside(name: str) -> str:
    """Return the path of an entry. Raises UnsoundError if it is outside of its directory.

    The directories of a wheel's schemes have to hold their entries too.
    """
    path = os.path.normpath(name)
    top, changed_top = name.partition("/")[0], path.partition("/")[0]
    leaves_data = top.endswith(".data") and top != changed_top
    if path.startswith("/") or changed_top in ("", ".", "..") or leaves_data:
        raise UnsoundError(f"{name} is outside of its directory")
    return path
