"""What `please list` prints."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from please_cli.workspace import Member

NOT_LOCKED = "not locked"


def lines(root: Path, members: Sequence[Member]) -> Iterator[str]:
    """Yield a line for each member: its name, kind, resolves and their Pythons, and description.

    Raises UserError when a manifest cannot be read.
    """

    @cache
    def of(resolve: str) -> str:
        return python(root, resolve)

    rows = [
        (
            member.name,
            member.kind,
            ", ".join(member.resolves()),
            ", ".join(dict.fromkeys(map(of, member.resolves()))),
            member.description(),
        )
        for member in members
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip()


def python(root: Path, resolve: str) -> str:
    """Return the release of Python that a resolve is locked for, such as "3.11.2"."""
    file = root / f"nix/lock/python/{resolve}.json"
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["python"])
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return NOT_LOCKED  # `please lock` says what is wrong with a file that is there
