"""Unpack the archive of a wheel: quickly, or in the way of zipfile, as pip does.

Most archives need no more than zlib, which is built into Python; zipfile takes longer to import
than most wheels to install. Where anything of an archive is out of the ordinary, zipfile unpacks
the wheel again: it knows more compression methods, its reading of an archive is pip's, and it says
what is wrong.
"""

from __future__ import annotations

import os
import zlib

from plain_archive import NotPlainError, read_plain


def unpack(wheel: str, directory: str) -> None:
    """Unpack a wheel into an empty directory: regular files alone, readable, each in its place.

    Args:
        wheel: The path of the wheel.
        directory: The directory, which exists.

    Raises:
        UnpackError: The archive is damaged or of a kind that zipfile does not know, or the disk is
            full.
        UnsoundError: A path is outside of the directory.
    """
    try:
        unpack_plain(wheel, directory)
    except (NotPlainError, OSError, zlib.error):
        # Only here, because these take longer to import than most wheels to install.
        from shutil import rmtree  # noqa: PLC0415

        from zip_archive import unpack_with_zipfile  # noqa: PLC0415

        rmtree(directory)
        os.mkdir(directory)
        unpack_with_zipfile(wheel, directory)


def unpack_plain(wheel: str, directory: str) -> None:
    """Unpack a plain archive into an empty directory.

    Raises NotPlainError if it is not plain, zlib.error if it is damaged, and OSError if a file is
    in the way of another or the disk is full. Some files are there then.
    """
    mask = os.umask(0o022)
    made = {""}
    try:
        for path, is_executable, content in read_plain(wheel):
            parent = path.rpartition("/")[0]
            if parent not in made:
                os.makedirs(f"{directory}/{parent}", exist_ok=True)
                made.add(parent)
            write(f"{directory}/{path}", content, 0o755 if is_executable else 0o644)
    finally:
        os.umask(mask)


def write(path: str, content: bytes, mode: int) -> None:
    """Write a new file. Raises OSError if it is there, or not all of it can be written."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        if os.write(file, content) != len(content):
            raise OSError(f"{path} is not whole")
    finally:
        os.close(file)
