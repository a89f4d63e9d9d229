"""A wheel as an archive (binary distribution format): its files, as its RECORD describes them.

Forty of these are read in a first build, each by a process of its own: what this imports is a
matter of seconds, so it asks the standard library for little and no package for anything.
"""

import csv
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from zipfile import ZipFile, ZipInfo

# What RECORD may not use (binary distribution format, "The .dist-info directory"), and what has no
# digest of one length.
UNFIT = {"md5", "sha1", "shake_128", "shake_256"}

EXECUTABLE = 0o111 << 16  # in the attributes of a member that a Unix system archived


class UnsoundError(ValueError):
    """A wheel that does not keep to the format; says how."""


class File:
    """A file of a wheel: its path in the archive, and the content that RECORD promises."""

    def __init__(self, path: str, content: bytes, *, is_executable: bool = False) -> None:
        self.path = path
        self.content = content
        self.is_executable = is_executable


def info_directory(archive: ZipFile) -> str:
    """Return the name of a wheel's one .dist-info directory, or raise UnsoundError."""
    tops = {name.partition("/")[0] for name in archive.namelist()}
    found = [top for top in tops if top.endswith(".dist-info")]
    if len(found) != 1:
        raise UnsoundError(f"it has {len(found)} .dist-info directories in place of one")
    return found[0]


def digest(content: bytes, algorithm: str = "sha256") -> str:
    """Return the hash of a file as RECORD spells it."""
    hashed = urlsafe_b64encode(hashlib.new(algorithm, content).digest())
    return f"{algorithm}={hashed.rstrip(b'=').decode()}"


def read_files(archive: ZipFile) -> Iterator[File]:
    """Yield the files of a wheel but for RECORD and its signatures, one at a time.

    Raises UnsoundError for a version of the format that is not known, for a path that leads out of
    the archive, and for what differs from RECORD.
    """
    info = info_directory(archive)
    check_version(read(archive, f"{info}/WHEEL").decode())
    record = read_record(archive, f"{info}/RECORD")
    unrecorded = {f"{info}/RECORD{suffix}" for suffix in ("", ".jws", ".p7s")}
    members = [member for member in archive.infolist() if not member.is_dir()]
    seen = set()
    for path in [member.filename for member in members]:
        if {"", ".."}.intersection(path.split("/")):
            raise UnsoundError(f"{path} leads out of it")
        if path not in record and path not in unrecorded:
            raise UnsoundError(f"{path} is not in its RECORD")
        if path in seen:
            raise UnsoundError(f"{path} is in it twice")
        seen.add(path)
    # Lines without a hash, of directories and of bytecode, are in published wheels.
    if missing := [path for path, (hashed, _) in record.items() if hashed and path not in seen]:
        raise UnsoundError(f"{', '.join(missing)} is in its RECORD alone")
    for member in members:
        if member.filename not in unrecorded:
            yield checked(archive, member, *record[member.filename])


def read_record(archive: ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Return the hash and the size that RECORD has for each file. Raises UnsoundError."""
    record = {}
    for row in csv.reader(read(archive, path).decode().splitlines()):
        if len(row) != 3:
            raise UnsoundError(f"its RECORD has a line of {len(row)} fields in place of 3: {row}")
        record[row[0]] = (row[1], row[2])
    return record


def read(archive: ZipFile, path: str) -> bytes:
    """Return the content of a file that every wheel has. Raises UnsoundError if this has not."""
    try:
        return archive.read(path)
    except KeyError:
        raise UnsoundError(f"it has no {path}") from None


def check_version(metadata: str) -> None:
    """Check the version of the format, as the file WHEEL tells it. Raises UnsoundError."""
    fields = dict(line.split(":", 1) for line in metadata.splitlines() if ":" in line)
    version = fields.get("Wheel-Version", "").strip()
    if version.partition(".")[0] != "1":
        raise UnsoundError(f"its Wheel-Version is {version!r}, and 1 is what is known here")


def checked(archive: ZipFile, member: ZipInfo, hashed: str, size: str) -> File:
    """Return a file whose content is what RECORD says. Raises UnsoundError if it is not."""
    content = archive.read(member)
    algorithm = hashed.partition("=")[0]
    if algorithm not in hashlib.algorithms_guaranteed - UNFIT:
        raise UnsoundError(f"{member.filename} has no sound hash in its RECORD")
    if digest(content, algorithm) != hashed.rstrip("=") or size not in ("", str(len(content))):
        raise UnsoundError(f"{member.filename} is not what its RECORD describes")
    is_executable = bool(member.external_attr & EXECUTABLE)
    return File(member.filename, content, is_executable=is_executable)
