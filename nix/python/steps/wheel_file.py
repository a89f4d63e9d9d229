"""The files of an unpacked wheel (binary distribution format).

Forty of these are read in a first build, each by a process of its own, so imports are a matter of
seconds. Of the standard library this takes the parts in C: csv, email and base64 need regular
expressions, which take longer to import than most wheels to install.

The lock pins the archive's own hash. So RECORD, which is in the archive, adds no trust, and is not
read: published wheels have leading slashes, backslashes, weak or no hashes, and missing files in
it, and pip installs them.
"""

from __future__ import annotations

import hashlib
import os
from binascii import b2a_base64

from wheel_errors import UnsoundError

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator

# Base 64 with the alphabet that is safe in a URL (RFC 4648, section 5).
URLSAFE = bytes.maketrans(b"+/", b"-_")


class File:
    """A file: its path, its content, and whether it is executable."""

    def __init__(self, path: str, content: bytes, *, is_executable: bool = False) -> None:
        self.path = path
        self.content = content
        self.is_executable = is_executable


def normalize(name: str) -> str:
    """Return the normalized name of a project (PEP 503)."""
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))


def info_directory(directory: str, project: str) -> str:
    """Return the name of an unpacked wheel's .dist-info directory.

    project is the wheel's project by its file name. Raises UnsoundError if there is not one such
    directory, or if it is of another project (as in pip, its name has to begin with the project's).
    """
    found = sorted(name for name in os.listdir(directory) if name.endswith(".dist-info"))
    if len(found) != 1:
        raise UnsoundError(f"it has {len(found)} .dist-info directories in place of one")
    if not normalize(found[0]).startswith(normalize(project)):
        raise UnsoundError(f"its .dist-info directory is {found[0]}, of another project")
    return found[0]


def digest(content: bytes) -> str:
    """Return the hash of a file as RECORD spells it."""
    hashed = b2a_base64(hashlib.sha256(content).digest(), newline=False)
    return f"sha256={hashed.translate(URLSAFE).rstrip(b'=').decode()}"


def read_files(directory: str, info: str) -> Iterator[File]:
    """Yield the files of an unpacked wheel, one at a time; delete RECORD and its signatures.

    info is the name of its .dist-info directory. Raises UnsoundError if a required file is missing,
    or the version of the format is not known.
    """
    check_version(read(directory, f"{info}/WHEEL").decode())
    read(directory, f"{info}/RECORD")
    unrecorded = {f"{info}/RECORD{suffix}" for suffix in ("", ".jws", ".p7s")}
    # All paths first, because a caller may write files there meanwhile; and files in a .data
    # directory last, because they replace files that are elsewhere in the wheel too.
    files = sorted(walk(directory), key=lambda found: (is_data(found[0]), found))
    for path, is_executable in files:
        if path in unrecorded:
            os.unlink(f"{directory}/{path}")
        else:
            yield File(path, read(directory, path), is_executable=is_executable)


def is_data(path: str) -> bool:
    """Tell whether a file is in a directory of schemes, .data, which pip knows by its ending."""
    return path.partition("/")[0].endswith(".data")


def walk(directory: str, below: str = "") -> Iterator[tuple[str, bool]]:
    """Yield the paths of all files in a directory, and whether each is executable."""
    with os.scandir(f"{directory}/{below}") as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from walk(directory, f"{path}/")
            else:
                yield path, bool(entry.stat(follow_symlinks=False).st_mode & 0o111)


def read(directory: str, path: str) -> bytes:
    """Return the content of a file of an unpacked wheel. Raises UnsoundError if there is none."""
    try:
        with open(f"{directory}/{path}", "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise UnsoundError(f"it has no {path}") from None


def check_version(metadata: str) -> None:
    """Check the version of the format, as the file WHEEL tells it. Raises UnsoundError."""
    fields: dict[str, str] = {}
    for line in metadata.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.lower(), value.strip())
    version = fields.get("wheel-version", "")
    if not all(part.isdecimal() for part in version.split(".")) or int(version.split(".")[0]) > 1:
        raise UnsoundError(f"its Wheel-Version is {version!r}, and 1 is what is known here")
