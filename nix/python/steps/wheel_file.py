"""A wheel (binary distribution format): unpacked, and its files as its RECORD describes them.

Forty of these are read in a first build, each by a process of its own, so what this imports is a
matter of seconds. It leaves the archive to unzip, and of the standard library it takes the parts
in C: zipfile, csv and base64 need regular expressions, which take longer to import than most
wheels to install.
"""

from __future__ import annotations

import hashlib
import os
from _csv import Error as CsvError
from _csv import reader
from binascii import b2a_base64

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What RECORD may not use (binary distribution format, "The .dist-info directory"), and what has no
# digest of one length.
UNFIT = {"md5", "sha1", "shake_128", "shake_256"}

# Base 64 with the alphabet that is safe in a URL (RFC 4648, section 5).
URLSAFE = bytes.maketrans(b"+/", b"-_")


class UnsoundError(ValueError):
    """A wheel that does not keep to the format; says how."""


class UnpackError(Exception):
    """A wheel that unzip does not unpack; says why."""


class File:
    """A file: its path, its content, and its hash as RECORD spells it."""

    def __init__(
        self, path: str, content: bytes, hashed: str = "", *, is_executable: bool = False
    ) -> None:
        self.path = path
        self.content = content
        self.hashed = hashed or digest(content)
        self.is_executable = is_executable


def unpack(wheel: str, directory: str, unzip: Sequence[str]) -> None:
    """Unpack a wheel into a directory with the command unzip, which is busybox's.

    What leads out of the archive it keeps inside. Raises UnpackError with what it says if it fails.
    """
    # Of a file that is there twice it takes the first: RECORD has to be right about that. Without
    # entries of directories, because a directory gets the permissions of its entry, maybe none.
    command = [*unzip, "-q", "-n", wheel, "-d", directory, "-x", "*/"]
    said, writable = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writable, 2),
        (os.POSIX_SPAWN_CLOSE, writable),
    ]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.close(writable)
    with open(said, encoding="utf-8", errors="replace") as stream:
        errors = stream.read()
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        said_nothing = f"unzip was ended by signal {-code}" if code < 0 else f"exit status {code}"
        raise UnpackError(errors.strip().replace("\n", "; ") or said_nothing)


def info_directory(directory: str) -> str:
    """Return the name of an unpacked wheel's one .dist-info directory, or raise UnsoundError."""
    found = [name for name in os.listdir(directory) if name.endswith(".dist-info")]
    if len(found) != 1:
        raise UnsoundError(f"it has {len(found)} .dist-info directories in place of one")
    return found[0]


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """Return the hash of a file as RECORD spells it."""
    hashed = b2a_base64(hashlib.new(algorithm, content).digest(), newline=False)
    return f"{algorithm}={hashed.translate(URLSAFE).rstrip(b'=').decode()}"


def read_files(directory: str, info: str) -> Iterator[File]:
    """Yield the files of an unpacked wheel but for RECORD and its signatures, one at a time.

    info is the name of its .dist-info directory. Raises UnsoundError for a version of the format
    that is not known, and for what differs from RECORD.
    """
    found = dict(walk(directory))
    check_version(read(directory, f"{info}/WHEEL").decode())
    record = read_record(directory, f"{info}/RECORD")
    unrecorded = {f"{info}/RECORD{suffix}" for suffix in ("", ".jws", ".p7s")}
    for path, (hashed, _) in record.items():
        # Lines without a hash, of directories and of bytecode, are in published wheels.
        if hashed and path not in found:
            leads_out = {"", ".."}.intersection(path.split("/"))
            what = "leads out of it" if leads_out else "is in its RECORD alone"
            raise UnsoundError(f"{path} {what}")
    for path in sorted(found):
        if path in unrecorded:
            os.unlink(f"{directory}/{path}")
        elif path not in record:
            raise UnsoundError(f"{path} is not in its RECORD")
        else:
            hashed, size = record[path]
            content = checked(directory, path, hashed, size)
            yield File(path, content, hashed, is_executable=found[path])


def walk(directory: str, below: str = "") -> Iterator[tuple[str, bool]]:
    """Yield the paths of all files in a directory, and whether each is executable.

    That is all that is left of their permissions, which may be none. Raises UnsoundError for what
    is no file.
    """
    with os.scandir(f"{directory}/{below}") as entries:
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from walk(directory, f"{path}/")
            elif entry.is_file(follow_symlinks=False):
                is_executable = bool(entry.stat().st_mode & 0o111)
                os.chmod(entry.path, 0o755 if is_executable else 0o644)
                yield path, is_executable
            else:
                raise UnsoundError(f"{path} is not a regular file")


def read_record(directory: str, name: str) -> dict[str, tuple[str, str]]:
    """Return the hash and the size that RECORD has for each file. Raises UnsoundError."""
    record = {}
    try:
        for row in reader(read(directory, name).decode().splitlines()):
            if len(row) != 3:
                what = f"a line of {len(row)} fields in place of 3: {row}"
                raise UnsoundError(f"its RECORD has {what}")
            path, hashed, size = row
            record[path if ".." in path else os.path.normpath(path)] = (hashed, size)
    except CsvError as error:
        raise UnsoundError(f"its RECORD is not in the format of CSV: {error}") from error
    return record


def read(directory: str, path: str) -> bytes:
    """Return the content of a file of an unpacked wheel. Raises UnsoundError if it has none."""
    try:
        with open(f"{directory}/{path}", "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise UnsoundError(f"it has no {path}") from None


def check_version(metadata: str) -> None:
    """Check the version of the format, as the file WHEEL tells it. Raises UnsoundError."""
    fields = dict(line.split(":", 1) for line in metadata.splitlines() if ":" in line)
    version = fields.get("Wheel-Version", "").strip()
    if version.partition(".")[0] != "1":
        raise UnsoundError(f"its Wheel-Version is {version!r}, and 1 is what is known here")


def checked(directory: str, path: str, hashed: str, size: str) -> bytes:
    """Return the content of a file if it is what RECORD says. Raises UnsoundError if it is not."""
    content = read(directory, path)
    algorithm = hashed.partition("=")[0]
    if algorithm not in hashlib.algorithms_guaranteed - UNFIT:
        raise UnsoundError(f"{path} has no sound hash in its RECORD")
    if digest(content, algorithm) != hashed.rstrip("=") or size not in ("", str(len(content))):
        raise UnsoundError(f"{path} is not what its RECORD describes")
    return content
