"""The differences that are described, each with its reason.

They are in the section "Differences found by its tests" of a Markdown file: a heading and a text
are a reason, and the table below them has the differences.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .compare import Difference
from .errors import ReplayError
from .exchange import Exchange

SECTION = "Differences found by its tests"

_COLUMNS = 4


@dataclass(frozen=True)
class Listed:
    """A row of a table.

    Attributes:
        reason: The heading above the table.
        test: The test, in which `*` stands for anything.
        request: The method and the path, alike.
        difference: In what the answers differ.
    """

    reason: str
    test: str
    request: str
    difference: Difference

    def covers(self, exchange: Exchange, found: Difference) -> bool:
        """Tell whether the row is about a difference."""
        request = f"{exchange.request.method} {exchange.request.path}"
        return (
            found == self.difference
            and fnmatchcase(exchange.test, self.test)
            and fnmatchcase(request, self.request)
        )


def read(path: Path) -> list[Listed]:
    """Return the rows of a file.

    Raises:
        ReplayError: There is no such section, or a row is not one.
    """
    _, heading, section = path.read_text("utf-8").partition(f"\n## {SECTION}\n")
    if not heading:
        raise ReplayError(f"{path} has no section {SECTION!r}; give it one")
    return list(_rows(section.partition("\n## ")[0], path))


def _rows(section: str, path: Path) -> Iterator[Listed]:
    reason = ""
    for line in section.splitlines():
        if line.startswith("### "):
            reason = line.removeprefix("### ").strip()
        elif line.startswith("|") and not re.match(r"\|(-+\||\s*test\s*\|)", line):
            cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
            if len(cells) != _COLUMNS or not reason:
                raise ReplayError(
                    f"{path}: the row {line!r} is not one of a reason's table; write it as "
                    "| `file.py::test` | `GET /path` | connexion's answer | ours |, "
                    "below a heading that is the reason"
                )
            test, request, theirs, ours = cells
            yield Listed(reason, test, request, Difference(theirs, ours))
