"""Unpack the archive of a wheel: quickly with busybox, or in the way of zipfile, as pip does.

Most wheels need no more than busybox's unzip, which starts in a tenth of the time that zipfile
takes to import. Where unzip reports anything, or leaves anything but plain files, zipfile unpacks
the wheel again. It knows more compression methods, and its reading of an archive is pip's.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def unpack(wheel: str, directory: str, unzip: Sequence[str]) -> None:
    """Unpack a wheel into an empty directory: regular files alone, readable, each in its place.

    Args:
        wheel: The path of the wheel.
        directory: The directory, which exists.
        unzip: The command of busybox's unzip.

    Raises:
        UnpackError: The archive is damaged or of a kind that zipfile does not know, or the disk is
            full.
        UnsoundError: A path is outside of the directory.
    """
    if unpack_with_busybox(wheel, directory, unzip) and all(is_plain(directory)):
        return
    # Only here, because these take longer to import than most wheels to install.
    from shutil import rmtree  # noqa: PLC0415

    from zip_archive import unpack_with_zipfile  # noqa: PLC0415

    rmtree(directory)
    os.mkdir(directory)
    unpack_with_zipfile(wheel, directory)


def unpack_with_busybox(wheel: str, directory: str, unzip: Sequence[str]) -> bool:
    """Unpack a wheel with unzip; return whether it reports nothing, neither an error nor a path.

    It keeps entries with `..` inside the directory, and reports that.
    """
    # Of a file that is there twice the last one counts, as for pip. Without the entries of
    # directories, because a directory gets the permissions of its entry, which may be 0.
    command = [*unzip, "-q", "-o", wheel, "-d", directory, "-x", "*/"]
    said, writable = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, writable, 2),
        (os.POSIX_SPAWN_CLOSE, writable),
    ]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.close(writable)
    with open(said, "rb") as stream:
        errors = stream.read()
    _, status = os.waitpid(process, 0)
    return status == 0 and not errors


def is_plain(directory: str) -> Iterator[bool]:
    """Yield for each file whether it is regular and its name is UTF-8; make it readable.

    All that is left of its permissions is whether it is executable.
    """
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from is_plain(entry.path)
            elif entry.is_file(follow_symlinks=False):
                is_executable = entry.stat(follow_symlinks=False).st_mode & 0o111
                os.chmod(entry.path, 0o755 if is_executable else 0o644)
                # Bytes that are not UTF-8 are surrogates (PEP 383).
                yield not any("\udc80" <= letter <= "\udcff" for letter in entry.name)
            else:
                yield False
