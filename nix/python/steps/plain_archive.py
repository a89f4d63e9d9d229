"""Read plain zip archives: those that nearly all wheels are, with nothing that needs a decision.

Plain is an archive that is one whole, without a comment, whose files are stored or deflated, not
encrypted and not too large, each once, with a name in UTF-8 that is a path without detours. Those
of another kind are zipfile's.
"""

from __future__ import annotations

import os
import zlib
from _struct import Struct

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator

# The records of an archive (APPNOTE.TXT, section 4.3), and how each begins.
END, END_MARK = Struct("<4s4H2LH"), b"PK\x05\x06"
ENTRY, ENTRY_MARK = Struct("<4s2x3H4x3L4H2x2L"), b"PK\x01\x02"
LOCAL, LOCAL_MARK = Struct("<4s22x2H"), b"PK\x03\x04"

STORED, DEFLATED = 0, 8

# Flags: that a name is in UTF-8; how well a file is compressed; that its sizes are not before it.
UTF_8, LEVEL, DESCRIPTOR = 0x800, 0x06, 0x08

# The version of the format up to which zipfile reads it.
NEWEST = 63

# How many bytes a file may have, all of which are in memory.
LARGEST = 1 << 26

# The bits of a mode for the kind of a file, and a regular file's (inode(7)).
KIND, REGULAR = 0o170000, 0o100000


class NotPlainError(Exception):
    """An archive that is not plain."""


def read_plain(archive: str) -> Iterator[tuple[str, bool, bytes]]:
    """Yield the path of each file of an archive, whether it is executable, and its content.

    Raises NotPlainError if the archive is not plain, and zlib.error if it is damaged.
    """
    file = os.open(archive, os.O_RDONLY | os.O_CLOEXEC)
    try:
        names: set[bytes] = set()
        directory, start = read_directory(file)
        at = 0
        while at < len(directory):
            if len(directory) - at < ENTRY.size:
                raise NotPlainError
            fields = ENTRY.unpack_from(directory, at)
            mark, version, flags, method, crc, compressed, size, *lengths, mode, offset = fields
            at += ENTRY.size
            name = directory[at : at + lengths[0]]
            at += sum(lengths[:3])
            mode >>= 16
            is_known = mark == ENTRY_MARK and version <= NEWEST and method in (STORED, DEFLATED)
            if not is_known or flags & ~(UTF_8 | LEVEL | DESCRIPTOR) or lengths[3]:
                raise NotPlainError
            if name.endswith(b"/"):
                continue
            if name in names or max(size, compressed) > LARGEST or offset >= start:
                raise NotPlainError
            names.add(name)
            path = as_path(name, flags)
            data = os.pread(file, compressed, content_offset(file, offset, name))
            # As in pip: only where the archive says that it is a regular file.
            is_executable = mode & KIND == REGULAR and bool(mode & 0o111)
            yield path, is_executable, expand(data, method, compressed, size, crc)
    finally:
        os.close(file)


def read_directory(file: int) -> tuple[bytes, int]:
    """Return the directory at the end of an archive, and where it starts. Raises NotPlainError."""
    where = os.fstat(file).st_size - END.size
    if where < 0:
        raise NotPlainError
    fields = END.unpack(os.pread(file, END.size, where))
    mark, *parts, entries, in_all, length, start, comment = fields
    # An archive in several parts, or something before, between or after what is known here.
    if mark != END_MARK or any(parts) or entries != in_all or comment or start + length != where:
        raise NotPlainError
    return os.pread(file, length, start), start


def as_path(name: bytes, flags: int) -> str:
    """Return the name of a file as a path. Raises NotPlainError if it is not plainly one."""
    try:
        path = name.decode("utf-8" if flags & UTF_8 else "ascii")
    except UnicodeDecodeError:
        raise NotPlainError from None
    if "\0" in path or not {"", ".", ".."}.isdisjoint(path.split("/")):
        raise NotPlainError
    return path


def content_offset(file: int, offset: int, name: bytes) -> int:
    """Return where the content of a file begins, given where its header does.

    Raises NotPlainError.
    """
    header = os.pread(file, LOCAL.size + len(name), offset)
    if len(header) != LOCAL.size + len(name):
        raise NotPlainError
    mark, length, extra = LOCAL.unpack_from(header)
    if mark != LOCAL_MARK or length != len(name) or header[LOCAL.size :] != name:
        raise NotPlainError
    return offset + LOCAL.size + int(length) + int(extra)


def expand(data: bytes, method: int, compressed: int, size: int, crc: int) -> bytes:
    """Return the content of a file, given how the archive has it.

    Raises NotPlainError or zlib.error if it is damaged.
    """
    if len(data) != compressed:
        raise NotPlainError
    if method == DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        # One byte more than it should have is enough to see that it has too many.
        data = stream.decompress(data, size + 1)
        if not stream.eof:
            raise NotPlainError
    if len(data) != size or zlib.crc32(data) != crc:
        raise NotPlainError
    return data
