"""Make the programs of an environment: those that wheels bring, and scripts of entry points."""

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from collisions import Collisions, Part
from entry_points import EntryPoint, EntryPointError, read_scripts
from prefix import PLACEHOLDER, SITE_PACKAGES
from same_program import same_program

SHEBANG = f"#!{PLACEHOLDER}".encode()

# The script of an entry point (entry points specification, "Use for scripts").
SCRIPT = """\
#!{python}
import sys
{paths}
from {module} import {name}

if __name__ == "__main__":
    sys.exit({object}())
"""

# In the place of a script that several packages have: the others of an environment are of use.
UNDECIDED = """\
#!{python}
import sys

sys.exit({message!a})
"""


class Program(NamedTuple):
    """A program of a part."""

    part: Part
    source: bytes | Path  # its content, or the file with it

    def content(self) -> bytes:
        """Return its content."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


def find_programs(
    parts: Sequence[Part], python: str, paths: Sequence[str] = ()
) -> dict[str, list[Program]]:
    """Return the programs of parts by name, in the order of the parts.

    Of one package, an entry point goes before a file: setuptools once made files of them, which pip
    leaves out too.

    Args:
        parts: The parts.
        python: The interpreter of scripts.
        paths: Directories in which the scripts of entry points look for modules first.

    Raises:
        SystemExit: A script cannot be made; the message names the package.
    """
    programs: dict[str, list[Program]] = {}
    for part in parts:
        files = sorted(file for file in part.path.glob("bin/*") if file.is_file())
        found = {file.name: Program(part, fix_script(file, python)) for file in files}
        for info in sorted((part.path / SITE_PACKAGES).glob("*.dist-info")):
            try:
                points = read_scripts(info)
            except EntryPointError as error:
                raise SystemExit(
                    f"error: entry_points.txt of {part}: {error}. If it is a member of the "
                    "workspace, correct its manifest; else report it to its maintainers and lock "
                    "another version."
                ) from error
            found.update(
                {
                    name: Program(part, script_of(point, python, paths))
                    for name, point in points.items()
                }
            )
        for name, program in found.items():
            programs.setdefault(name, []).append(program)
    return programs


def fix_script(file: Path, python: str) -> bytes | Path:
    """Return a script with this interpreter, or the file if that does not ask for one."""
    with file.open("rb") as script:
        if script.read(len(SHEBANG)) != SHEBANG:
            return file
        return f"#!{python}".encode() + script.read()


def script_of(point: EntryPoint, python: str, paths: Sequence[str] = ()) -> bytes:
    """Return the script of an entry point, which looks for modules in some paths first."""
    name = point.object.partition(".")[0]
    first = f"\nsys.path[:0] = {[*paths]!r}\n" if paths else ""
    fields = {"paths": first, "module": point.module, "name": name, "object": point.object}
    return SCRIPT.format(python=python, **fields).encode()


def choose_program(
    name: str, programs: Sequence[Program], collisions: Collisions, python: str
) -> Program:
    """Return the one program that an environment has of a name.

    A manifest's choice goes first, then the packages that the environment is made for. Programs
    that differ become a script that says so and fails.
    """
    path = PurePath("bin", name)
    if chosen := collisions.chosen(path, [program.part for program in programs]):
        return next(program for program in programs if program.part == chosen)
    preferred = [program for program in programs if program.part.is_root] or programs
    first, *others = preferred
    for other in others:
        if not same_script(first.content(), other.content()):
            message = (
                f"error: {name} is a script of two packages: {first.part} and {other.part}. "
                f"{collisions.advice(path, first.part)}."
            )
            return Program(first.part, UNDECIDED.format(python=python, message=message).encode())
    for program in programs:
        if program not in preferred:
            collisions.note(path, first.part, program.part)
    return first


def same_script(one: bytes, other: bytes) -> bool:
    """Tell whether two scripts do the same."""
    first, _, _ = one.partition(b"\n")
    is_python = b"python" in first and other.startswith(first)
    return same_program(one, other) if is_python else one == other


def write_program(path: Path, program: Program) -> None:
    """Put a program into an environment: a symlink where it is a file of its part.

    Raises FileExistsError if there is something, which may be a link to a file of the store.
    """
    if isinstance(program.source, Path):
        path.symlink_to(program.source)
    else:
        with path.open("xb") as script:
            script.write(program.source)
        path.chmod(0o755)
