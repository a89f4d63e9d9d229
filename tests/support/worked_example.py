"""A document that says what to write into which file, done as it says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"((?:^.+\n)+)\n((?:^ {4}.*\n|^\n(?=\n* {4}))+)", re.MULTILINE)
# Where a paragraph says that its block goes: a new file, or a place in one.
TARGET = re.compile(
    r"`(?P<path>[\w./]+/[\w.]+)`(?:,\s+(?P<side>after|before)\s+`(?P<anchor>[^`]+)`)?:\n\Z"
)


@dataclass
class Step:
    """One thing to write.

    :param side: "after" or "before" the first line with the anchor; None for a whole file.
    """

    path: str
    side: str | None
    anchor: str
    text: str


def steps(document: Path) -> Iterator[Step]:
    """Yield what a document says to write: indented blocks, each after a paragraph that ends so:
    ... `path/of/file.py`: or ... `path/of/file.py`, after `text of a line`:
    """
    for paragraph, block in BLOCK.findall(document.read_text()):
        if match := TARGET.search(paragraph):
            text = re.sub(r"^ {4}", "", block, flags=re.MULTILINE)
            yield Step(match["path"], match["side"], match["anchor"] or "", text)


def do(step: Step, root: Path) -> None:
    """Write it into a checkout. Raises ValueError if the place is not there, or is taken."""
    file = root / step.path
    if step.side is None:
        with file.open("x") as new:
            new.write(step.text)
        return
    lines = file.read_text().splitlines(keepends=True)
    found = [number for number, line in enumerate(lines) if step.anchor in line]
    if not found:
        raise ValueError(f"{step.path} has no line with {step.anchor!r}")
    place = found[0] + (step.side == "after")
    # Paragraphs of text and tables of TOML stand apart; rows of a table in Markdown do not.
    apart = {".md": not step.text.startswith("|"), ".toml": step.text.startswith("[")}
    text = f"{step.text}\n" if apart.get(file.suffix) else step.text
    file.write_text("".join([*lines[:place], text, *lines[place:]]))
