"""A line for people, in development.

structlog's ConsoleRenderer writes the event, and values without spaces, as they are. A client could
end the line and begin another one, or steer the terminal (ECMA-48), or have it show letters in
another order (https://trojansource.codes/).
"""

from collections.abc import Mapping
from typing import Any

FIRST = ("timestamp", "level", "event", "logger")
BELOW = ("exception", "stack_info")
"""What has lines of its own, which are indented, as no other line is."""

EVENT_WIDTH = 30
INDENT = "    "


def render(line: Mapping[str, Any]) -> str:
    """Return *line*, whose values are plain, as text to read."""
    parts = [
        str(line["timestamp"]),
        f"[{line['level']:<8}]",
        f"{escape(str(line.get('event', ''))):<{EVENT_WIDTH}}",
    ]
    if "logger" in line:
        parts.append(f"[{escape(str(line['logger']))}]")
    parts += [
        f"{_word(key)}={_word(value)}"
        for key, value in sorted(line.items())
        if key not in FIRST and key not in BELOW
    ]
    text = " ".join(parts).rstrip(" ")
    return "\n".join([text, *(_indented(line[key]) for key in BELOW if key in line)])


def escape(text: str) -> str:
    """Return *text* with an escape sequence of Python's for each character that is not printed."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _word(value: Any) -> str:
    """Return *value* as one word, or in quotation marks."""
    if isinstance(value, str) and value.isprintable() and not set(value) & set(" ='\"[]"):
        return value
    return repr(value)


def _indented(value: Any) -> str:
    lines = value.splitlines() if isinstance(value, str) else [repr(value)]
    return "\n".join(INDENT + escape(line) for line in lines)
