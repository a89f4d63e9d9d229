"""Write the tables of settings in the documentation, from the tables that the code declares.

Run it with a Python that has the library and all extras: docs/new-extension.md has the command.
With --check, nothing is written: the command fails if a table is not as it would be written.
"""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backend_common import EXTENSIONS, serve
from backend_common.core import health, settings_file
from backend_common.core.settings import REQUIRED, Field

DOCUMENTATION = Path(__file__).parents[4] / "docs"
BASE = "All services"
HEAD = ["key", "type", "unit", "default", "valid", "what it is"]


def declared() -> dict[str, dict[str, list[Field[Any]]]]:
    """The settings of each document, by its sections."""
    tables = {
        name: list(getattr(importlib.import_module(f"backend_common.{name}"), "SETTINGS", ()))
        for name in EXTENSIONS
    }
    return {
        "extensions.md": {BASE: [*settings_file.SETTINGS, *health.SETTINGS], **tables},
        "serving.md": {"Slow clients": list(serve.SETTINGS)},
    }


def default(field: Field[Any]) -> str:
    """What the document says of a default: how the field shows it, or its value."""
    if field.shown:
        return field.shown
    value: Any = field.default
    if value is REQUIRED:
        return "none: it must be set"
    assert not callable(value), f"{field.key} has a default that depends: give it shown="
    if isinstance(value, list | tuple):
        value = ",".join(value)
    elif isinstance(value, bool | dict):
        value = json.dumps(value)
    elif isinstance(value, int | float):
        return f"{value:.15g}"
    return f"`{value}`" if value else "empty"


def rows(fields: list[Field[Any]]) -> list[str]:
    """The table of some settings, line by line."""
    lines = [[f"`{it.key}`", it.kind, it.unit, default(it), it.expected, it.text] for it in fields]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return [f"| {' | '.join(line)} |".replace("|  |", "| |") for line in [HEAD, *cells]]


def written(text: str, tables: dict[str, list[Field[Any]]]) -> Iterator[str]:
    """The lines of a document, with the tables of its sections as they should be."""
    section, inside = "", False
    for line in text.splitlines():
        if match := re.fullmatch("## (.+)", line):
            section, inside = match[1], False
        if line.startswith("| key |") and tables.get(section):
            head, *body = rows(tables.pop(section))
            yield from [head, "|---" * len(HEAD) + "|", *body]
            inside = True
        inside = inside and line.startswith("|")
        if not inside:
            yield line


def main() -> None:
    """Write the documents, or with --check compare them."""
    for name, tables in declared().items():
        document = DOCUMENTATION / name
        text = document.read_text()
        new = "\n".join(written(text, tables)) + "\n"
        if sys.argv[1:] != ["--check"]:
            document.write_text(new)
        elif new != text:
            wrong = [line for line in new.splitlines() if line not in text.splitlines()]
            print(f"docs/{name} lacks, or has in another place:", *wrong, sep="\n")
            sys.exit("write it again, with this command and without --check")


if __name__ == "__main__":
    main()
