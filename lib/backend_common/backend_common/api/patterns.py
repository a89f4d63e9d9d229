"""Regular expressions of documents, in a dialect whose cost is bounded by the length of the text.

OpenAPI means those of ECMA-262. An engine that knows look-around and back references takes time
that grows with the square of the text, or doubles with each character; so all patterns are
compiled for an engine that knows neither, and what it cannot express is refused.
"""

import re
from functools import lru_cache
from typing import Any

import jsonschema_rs

# How large a compiled pattern may be, in bytes: `^[\\p{L} ]{1,100}$` is one of 2 MB.
OPTIONS = jsonschema_rs.RegexOptions(size_limit=4 * 1024 * 1024)

MOST_STEPS = 24
"""How many steps a pattern with counted repetition may take for each character, at worst."""
LARGEST = 10_000  # steps of any pattern
LONGEST_TEXT = 255  # characters, for a pattern that may take more

_LOOK_AHEAD = re.compile(r"\(\?([=!])")
_ESCAPED_OR_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP = re.compile(r"\(\?(?::|[=!]|<[=!]|P?<\w+>)")
_COUNTED = re.compile(r"\{(\d+)(?:,(\d*))?\}")


def translate(pattern: str, longest: int | None) -> dict[str, Any]:
    """Return keywords that together mean *pattern*.

    :param pattern: a regular expression; look-aheads at its beginning become ``allOf``.
    :param longest: how many characters the text may have, where the schema bounds that.
    :raises ValueError: its cost has no bound, or it is not a regular expression.
    """
    texts, rest = _look_aheads(pattern)
    if not texts:
        return {"pattern": _bounded(pattern, pattern, longest)}
    parts: list[dict[str, Any]] = [{"pattern": _bounded("^" + rest, pattern, longest)}]
    for positive, text in texts:
        inner = {"pattern": _bounded(f"^(?:{text})", pattern, longest)}
        parts.append(inner if positive else {"not": inner})
    return {"allOf": parts}


def of_names(pattern: str) -> str:
    """Return what *pattern*, of the names of properties, is for the engine.

    :raises ValueError: as :func:`translate`.
    """
    return _bounded(pattern, pattern, None)


def _bounded(text: str, pattern: str, longest: int | None) -> str:
    translated = _translated(text)
    steps = _steps(text)
    if steps > LARGEST:
        raise ValueError(f"the pattern {pattern!r} is too large: repeat its parts less often")
    if problem := _problem(translated):
        raise ValueError(f"the pattern {pattern!r} {problem}")
    is_short = longest is not None and longest <= LONGEST_TEXT
    if steps > MOST_STEPS and not is_short and not _ends_early(text):
        raise ValueError(
            f"the pattern {pattern!r} may take {steps} steps for each character of a long text: "
            f"add maxLength, of at most {LONGEST_TEXT}, or anchor it with ^ and $ and use neither "
            "* nor +"
        )
    return translated


@lru_cache(maxsize=1024)
def _problem(text: str) -> str | None:
    """Return why *text* cannot be a pattern; None if it can."""
    if _compiles(text, OPTIONS):
        return None
    if _compiles(text, None):
        return (
            "looks around or refers back, or is too large, so that its cost has no bound: write "
            "it without (look-aheads right after ^ are fine), or in parts with allOf and not"
        )
    return "is not a regular expression of ECMA-262"


def _compiles(text: str, options: jsonschema_rs.RegexOptions | None) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=options)
    except jsonschema_rs.ValidationError:
        return False
    return True


def _translated(text: str) -> str:
    r"""Write what other engines take for the one that is used.

    Python's ``\Z`` is the end of text, and a hyphen beside ``\w`` in a class is itself.
    """

    def replace(match: re.Match[str]) -> str:
        found = match[0]
        if found == r"\Z":
            return r"\z"
        if found.startswith("["):
            # NB: [\w-.] and [.-\w]; a range that begins or ends with a class is none.
            found = re.sub(r"(\\[wWdDsS])-(?!\])", r"\1\\-", found)
            found = re.sub(r"(?<![\[^\\])-(?=\\[wWdDsS])", r"\\-", found)
        return found

    return _ESCAPED_OR_CLASS.sub(replace, text)


def _look_aheads(pattern: str) -> tuple[list[tuple[bool, str]], str]:
    """Return the look-aheads at the beginning of an anchored pattern, and what follows them.

    With a ``|`` beside them they are not of all of it: they stay where they are.
    """
    if not pattern.startswith("^(?"):
        return [], pattern
    found = []
    rest = pattern[1:]
    while match := _LOOK_AHEAD.match(rest):
        end = _closing(rest)
        if end is None:
            return [], pattern
        found.append((match[1] == "=", rest[match.end() : end]))
        rest = rest[end + 1 :]
    return ([], pattern) if _has_branches(rest) else (found, rest)


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


def _ends_early(text: str) -> bool:
    """Say whether the engine gives up on long text: it is bounded between ``^`` and ``$``."""
    masked = _mask(text)
    endless = re.search(r"[*+|]|\{\d+,\}", masked)
    return masked.startswith("^") and masked.endswith("$") and not endless


def _mask(text: str) -> str:
    """Return *text* with one character for each escape and each class."""
    return _GROUP.sub("(", _ESCAPED_OR_CLASS.sub(".", text))
