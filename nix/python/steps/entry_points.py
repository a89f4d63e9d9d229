"""Read the scripts that a package declares (entry points specification, "Use for scripts").

Their names become paths and their values become lines of Python, so both are checked.
"""

import keyword
import re
from configparser import ConfigParser, Error
from pathlib import Path
from typing import NamedTuple

GROUPS = ("console_scripts", "gui_scripts")

# `module:object [extra]`, the latter being deprecated and without effect, as in pip.
VALUE = re.compile(r"(?P<module>[^\s:[\]]+)\s*(:\s*(?P<object>[^\s:[\]]+)\s*)?(\[[^]]*\]\s*)?")

# The longest name of a file, in bytes (NAME_MAX of Linux).
LONGEST = 255


class EntryPoint(NamedTuple):
    """A callable: its module, and its dotted name there."""

    module: str
    object: str


class EntryPointError(ValueError):
    """An entry_points.txt that declares no scripts that could be made; says why."""


def read_scripts(info: Path) -> dict[str, EntryPoint]:
    """Return the scripts of a package by name; of two with one name, the last.

    Args:
        info: Its .dist-info directory, which may have no entry_points.txt.

    Raises:
        EntryPointError: The file cannot be read, or a script cannot be made.
    """
    file = info / "entry_points.txt"
    if not file.is_file():
        return {}
    # Names have capitals and colons; `%` is a character. No section is a default of all others.
    parser = ConfigParser(delimiters=["="], strict=False, interpolation=None, default_section="\n")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        # No value has a second line, so an indented line is an entry of its own.
        lines = file.read_text("utf-8-sig").splitlines()
        parser.read_string("\n".join(line.strip() for line in lines), "entry_points.txt")
    except (Error, UnicodeDecodeError) as error:
        raise EntryPointError(" ".join(str(error).split())) from error
    return {
        name: read_entry(name, value)
        for group in GROUPS
        if parser.has_section(group)
        for name, value in parser.items(group)
    }


def read_entry(name: str, value: str) -> EntryPoint:
    """Return the callable of a script. Raises EntryPointError if there can be no such script."""
    if not is_file_name(name):
        raise EntryPointError(f"a script cannot have the name {name!a}")
    match = VALUE.fullmatch(value)
    if match is None or not is_dotted_name(match["module"]):
        raise EntryPointError(f"the script {name} is {value!a} in place of module:callable")
    if match["object"] is None:
        raise EntryPointError(f"the script {name} is {value!a}, a module without a callable")
    if not is_dotted_name(match["object"]):
        raise EntryPointError(f"the script {name} is {value!a} in place of module:callable")
    return EntryPoint(match["module"], match["object"])


def is_file_name(name: str) -> bool:
    """Tell whether a name can be that of a script: one word, and one component of a path."""
    return (
        name not in ("", ".", "..")
        and name.isprintable()
        and not any(letter in "/\\" or letter.isspace() for letter in name)
        and len(name.encode()) <= LONGEST
    )


def is_dotted_name(text: str) -> bool:
    """Tell whether a text is identifiers, not keywords, with dots in between."""
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in text.split("."))
