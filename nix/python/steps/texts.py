"""Unpack files that Nix hands over in one: see ../texts.nix.

Each has a line with the lengths of its name and of its text, in bytes; then both follow.

Run as a program, by ../compiled.nix, it puts modules that many build steps import into one
directory, compiled. Environment: modules (the files, bytecode.py among them), variables (for
variables.py, may be empty), out.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator


def read(file: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the text of each file in one of texts.nix."""
    with open(file, "rb") as stream:
        while line := stream.readline():
            of_name, of_text = map(int, line.split())
            yield os.fsdecode(stream.read(of_name)), stream.read(of_text)


def unpack(file: str, directory: str) -> None:
    """Write the files in one of texts.nix to a directory, which may be a new one."""
    os.makedirs(directory, exist_ok=True)
    for name, text in read(file):
        target = f"{directory}/{name}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as new:
            new.write(text)


def main() -> None:
    """Run the build step."""
    out = os.environ["out"]
    unpack(os.environ["modules"], out)
    with open(f"{out}/variables", "w", encoding="utf-8") as variables:
        variables.write(os.environ["variables"])
    # What compiles is one of them.
    sys.path.insert(0, out)
    if not import_module("bytecode").compile_tree(out):
        raise SystemExit("error: a module of the build steps does not compile (see above)")


if __name__ == "__main__":
    main()
