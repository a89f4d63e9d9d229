"""Unpack files that Nix hands over in one: see ../texts.nix.

Each has a line with the lengths of its path and of its text, in bytes; then both follow.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator


def read(file: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the text of each file in one of texts.nix."""
    with open(file, "rb") as stream:
        while line := stream.readline():
            of_path, of_text = map(int, line.split())
            yield os.fsdecode(stream.read(of_path)), stream.read(of_text)


def unpack(file: str, directory: str) -> None:
    """Write the files in one of texts.nix to a directory, which may be a new one."""
    os.makedirs(directory, exist_ok=True)
    for path, text in read(file):
        target = f"{directory}/{path}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as new:
            new.write(text)
