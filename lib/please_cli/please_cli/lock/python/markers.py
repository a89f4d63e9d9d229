"""Environment markers (PEP 508), split into what they say for each extra."""

import re
from collections.abc import Iterator, Sequence

from packaging.markers import Marker
from packaging.utils import canonicalize_name

_OPERAND = r"""(?:"[^"]*"|'[^']*'|[A-Za-z_.]+)"""
_TOKEN = re.compile(
    rf"""\s*(?P<word>[()]|and\b|or\b)
    |\s*(?P<left>{_OPERAND})\s*(?P<operator>[=!<>~]+|not\s+in\b|in\b)\s*(?P<right>{_OPERAND})
    """,
    re.VERBOSE,
)

Said = bool | str
"""What a marker says: true, false, or the text of what is left to find out."""


def extras(marker: str) -> set[str]:
    """Return the normalized names of the extras that a marker asks for.

    Raises ValueError for a condition other than `extra == "name"`.
    """
    return {name for token in _tokens(marker) if (name := _extra(token)) is not None}


def for_extra(marker: str, extra: str) -> Said:
    """Return what a marker says where an extra is chosen, or none if it is "".

    Raises ValueError as `extras` does.
    """
    tokens = _tokens(marker)
    said = _alternatives(tokens, extra)
    return str(Marker(said)) if isinstance(said, str) else said


def _tokens(marker: str) -> list[re.Match[str]]:
    """Return the tokens of a marker, the last first. Raises InvalidMarker, a ValueError."""
    return [*_TOKEN.finditer(str(Marker(marker)))][::-1]


def _extra(token: re.Match[str]) -> str | None:
    """Return the extra that a clause asks for, None if it is about something else."""
    sides = [token["left"], token["right"]]
    if "extra" not in sides:
        return None
    sides.remove("extra")
    if token["operator"] != "==" or sides[0][0] not in "\"'":
        raise ValueError(f"the condition {token[0].strip()} is not of the form extra == 'name'")
    return str(canonicalize_name(sides[0][1:-1]))


def _alternatives(tokens: list[re.Match[str]], extra: str) -> Said:
    return _joined("or", _operands("or", tokens, extra))


def _operands(word: str, tokens: list[re.Match[str]], extra: str) -> Iterator[Said]:
    """Yield what the operands of `or`, or of `and`, say, and take their tokens."""
    while True:
        if word == "or":
            yield _joined("and", _operands("and", tokens, extra))
        else:
            yield _clause(tokens, extra)
        if not tokens or tokens[-1]["word"] != word:
            return
        tokens.pop()


def _clause(tokens: list[re.Match[str]], extra: str) -> Said:
    token = tokens.pop()
    if token["word"] == "(":
        said = _alternatives(tokens, extra)
        tokens.pop()
        return said
    asked = _extra(token)
    return token[0].strip() if asked is None else asked == extra


def _joined(word: str, operands: Iterator[Said]) -> Said:
    """Return what a conjunction or a disjunction says."""
    decides = word == "or"
    said: Sequence[Said] = list(operands)  # all of them, because each takes its tokens
    if any(each is decides for each in said):
        return decides
    texts = list(dict.fromkeys(each for each in said if isinstance(each, str)))
    if not texts:
        return not decides
    if len(texts) == 1:
        return texts[0]
    return f"({f' {word} '.join(texts)})"
