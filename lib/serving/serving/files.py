"""The files of answers (PEP 3333, `wsgi.file_wrapper`)."""

from collections.abc import Iterator
from typing import IO

BLOCK = 16384
"""The bytes that are read at once, whatever the application asks for."""


class FileWrapper:
    """The pieces of a file.

    Args:
        file: The file, from where it stands.
        block_size: Not used.
    """

    def __init__(self, file: IO[bytes], block_size: int = 0) -> None:  # noqa: ARG002
        self._file = file
        # Werkzeug looks for these, to send a range of the file.
        for name in ("seek", "seekable", "tell"):
            if hasattr(file, name):
                setattr(self, name, getattr(file, name))

    def __iter__(self) -> Iterator[bytes]:
        """Return itself: Werkzeug seeks in what this returns."""
        return self

    def __next__(self) -> bytes:
        """Return the next piece."""
        if piece := self._file.read(BLOCK):
            return piece
        raise StopIteration

    def close(self) -> None:
        """Close the file."""
        close = getattr(self._file, "close", None)
        if close is not None:
            close()
