"""Regular expressions of documents, in a dialect whose cost is bounded by the length of the text.

OpenAPI means those of ECMA-262 (ecma_262.py). An engine that knows look-around and back references
takes time that grows with the square of the text, or doubles with each character; so all patterns
are compiled for an engine that knows neither, and what it cannot express is refused.
"""

import re
from functools import lru_cache
from typing import Any

import jsonschema_rs

from backend_common.api import ecma_262

# How large a compiled pattern may be, in bytes: `^[\\p{L} ]{1,100}$` is one of 2 MB.
OPTIONS = jsonschema_rs.RegexOptions(size_limit=4 * 1024 * 1024)

MOST_STEPS = 24
"""How many steps a pattern with counted repetition may take for each character, at worst."""
LARGEST = 10_000  # steps of any pattern
LONGEST_SAID = 100  # characters of a pattern in an error
LONGEST_TEXT = 255  # characters, for a pattern that may take more

_LOOK_AHEAD = re.compile(r"\(\?([=!])")
_LOOKS = re.compile(r"\(\?<?[=!]")
_LOOK_BEHIND = re.compile(r"\(\?<([=!])")
_ESCAPED_OR_CLASS = re.compile(r"\\[upP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP = re.compile(r"\(\?(?:[ims]*(?:-[ims]+)?:|[=!]|<[=!]|<\w+>)")
_COUNTED = re.compile(r"\{(\d+)(?:,(\d*))?\}")


def translate(pattern: str, longest: int | None) -> dict[str, Any]:
    """Return keywords that together mean *pattern*.

    :param pattern: a regular expression; look-aheads at its beginning become ``allOf``.
    :param longest: how many characters the text may have, where the schema bounds that.
    :raises ValueError: its cost has no bound, or it is not a regular expression.
    """
    text, flags = _read(pattern)
    parts, rest = _look_arounds(text, flags)
    made = {"pattern": _bounded(rest, flags, pattern, longest)}
    if not parts:
        return made
    inner = [(positive, _bounded(part, flags, pattern, longest)) for positive, part in parts]
    return {
        "allOf": [
            made,
            *(
                {"pattern": part} if positive else {"not": {"pattern": part}}
                for positive, part in inner
            ),
        ]
    }


def of_names(pattern: str) -> str:
    """Return what *pattern*, of the names of properties, is for the engine.

    :raises ValueError: as :func:`translate`.
    """
    return _bounded(*_read(pattern), pattern, None)


def _said(pattern: str) -> str:
    """Return *pattern* for an error, which goes on with what to do."""
    return repr(pattern if len(pattern) <= LONGEST_SAID else f"{pattern[: LONGEST_SAID - 1]}…")


def _read(pattern: str) -> tuple[str, str]:
    try:
        return ecma_262.read(pattern)
    except ValueError as error:
        raise ValueError(f"the pattern {_said(pattern)} {error}") from error


def _bounded(text: str, flags: str, pattern: str, longest: int | None) -> str:
    translated = f"(?{flags}:{text})" if flags else text
    steps = _steps(text)
    if steps > LARGEST:
        raise ValueError(f"the pattern {_said(pattern)} is too large: repeat its parts less often")
    if problem := _problem(translated):
        raise ValueError(f"the pattern {_said(pattern)} {problem}")
    is_short = longest is not None and longest <= LONGEST_TEXT
    if steps > MOST_STEPS and not is_short and not _ends_early(text, flags):
        raise ValueError(
            f"the pattern {_said(pattern)} may take {steps} steps for each character of a long "
            f"text: add maxLength, of at most {LONGEST_TEXT}, or anchor it with ^ and $ and use "
            "neither * nor +"
        )
    return translated


@lru_cache(maxsize=1024)
def _problem(text: str) -> str | None:
    """Return why *text* cannot be a pattern; None if it can."""
    if _compiles(text, OPTIONS):
        return None
    if _LOOKS.search(_ESCAPED_OR_CLASS.sub(".", text)):
        return (
            "looks around in the middle, so that its cost has no bound: look ahead right after ^, "
            "look behind right before $, or say it in parts with allOf and not"
        )
    if _compiles(text, None):
        return "is too large: repeat its parts less often"
    return "is not a regular expression of ECMA-262"


def _compiles(text: str, options: jsonschema_rs.RegexOptions | None) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=options)
    except jsonschema_rs.ValidationError:
        return False
    return True


def _look_arounds(text: str, flags: str) -> tuple[list[tuple[bool, str]], str]:
    """Return what else must match, or must not, and the pattern without it.

    What looks ahead after the first ``^``, and behind before the last ``$``, is about all of the
    text. With a ``|`` beside it, or where these are the ends of lines, it stays where it is.
    """
    found = []
    rest = text
    if "m" in flags:
        return [], text
    while (match := _LOOK_AHEAD.match(rest, 1)) and rest.startswith("^"):
        end = _closing(rest[1:])
        if end is None:
            return [], text
        found.append((match[1] == "=", f"^(?:{rest[match.end() : end + 1]})"))
        rest = "^" + rest[end + 2 :]
    while (start := _last_group(rest)) is not None:
        match = _LOOK_BEHIND.match(rest, start)
        if match is None:
            break
        found.append((match[1] == "=", f"(?:{rest[match.end() : -2]})$"))
        rest = rest[:start] + "$"
    return ([], text) if _has_branches(rest) else (found, rest)


def _last_group(text: str) -> int | None:
    """Return where the group right before the ``$`` at the end of *text* begins."""
    masked = [character for _, character in _outside(text)]
    if masked[-2:] != [")", "$"]:
        return None
    depth = 0
    for place in range(len(masked) - 2, -1, -1):
        depth += {")": 1, "(": -1}.get(masked[place], 0)
        if depth == 0:
            return place
    return None


def _closing(text: str) -> int | None:
    """Return where the group that *text* begins with ends."""
    depth = 0
    for place, character in _outside(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return place
    return None


def _has_branches(text: str) -> bool:
    depth = 0
    for _, character in _outside(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and character == "|":
            return True
    return False


def _outside(text: str) -> list[tuple[int, str]]:
    """Return the characters of *text* with their places; a dot is what is escaped or in a class."""
    masked = _ESCAPED_OR_CLASS.sub(lambda match: "." * len(match[0]), text)
    return list(enumerate(masked))


def _steps(text: str) -> int:
    """Return how many steps counted repetition may cost for each character; 0 where it has none.

    A part that is repeated up to 50 times is 50 parts for the engine, and may be in each of them.
    """
    masked = _mask(text)
    if not _COUNTED.search(masked):
        return 0
    sizes: list[int] = [0]  # of the groups that are open
    last = place = 0
    while place < len(masked):
        if counted := _COUNTED.match(masked, place):
            times = max(1, int(counted[2] or counted[1]))
            sizes[-1] += last * (times - 1)
            place = counted.end()
            continue
        character = masked[place]
        if character == "(":
            sizes.append(0)
        elif character == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif character not in "^$?*+|":
            last = 1
            sizes[-1] += 1
        place += 1
    return sum(sizes)


def _ends_early(text: str, flags: str) -> bool:
    """Say whether the engine gives up on long text: it is bounded between ``^`` and ``$``."""
    masked = _mask(text)
    endless = re.search(r"[*+]|\{\d+,\}", masked) or _has_branches(text)
    is_whole = masked.startswith("^") and masked.endswith("$") and "m" not in flags
    return is_whole and not endless


def _mask(text: str) -> str:
    """Return *text* with one character for each escape and each class."""
    return _GROUP.sub("(", _ESCAPED_OR_CLASS.sub(".", text))
