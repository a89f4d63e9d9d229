"""Files of a member that its tests look for, and do not find in the build sandbox."""

import re
from pathlib import Path, PurePosixPath

_MISSING = re.compile(r"No such file or directory: (['\"])(?:/\S*/checkout/)?([^'\"\n]+)\1")

# How many of them are named.
_MOST = 5


def note(directory: Path, name: str, log: str) -> str:
    """Return a line about the files that a log of tests lacks and a member has, "" without any.

    Args:
        directory: The member's.
        name: The same, as the line has it.
        log: What its tests printed.
    """
    found = sorted({path for _, path in _MISSING.findall(log) if _is_there(directory, path)})
    if not found:
        return ""
    left = len(found) - _MOST
    more = f" and {left} more" if left > 0 else ""
    return (
        f"note: tests of {name} do not find {', '.join(found[:_MOST])}{more}, which {name} has: "
        "name what they read beside themselves in `files` of [tool.services.tests] "
        '(docs/testing.md, "Tests in other places")'
    )


def _is_there(directory: Path, path: str) -> bool:
    relative = PurePosixPath(path)
    inside = not relative.is_absolute() and ".." not in relative.parts
    return inside and (directory / relative).exists()
