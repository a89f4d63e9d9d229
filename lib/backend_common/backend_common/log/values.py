"""Values as a line can have them: plain, finite and without secrets, whatever they were."""

import math
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from backend_common.log.redaction import (
    REDACTED,
    are_plain,
    is_plain,
    is_secret,
    is_usual_name,
    redact,
)

LONGEST = 16_384  # characters of a text
LONGEST_TRACEBACK = 65_536  # characters of the text of an exception
FEW = 32  # items of a usual line
MOST = 1_000  # items of a list or a dict
DEEPEST = 12  # containers inside of each other
WHOLE = 262_144  # characters of all values of a line
LARGEST = 2**1024  # integers; Python refuses to write one of 4,300 digits

CUT = "… [{} more characters]"
TOO_LONG = "[left out: the line is too long]"
TOO_DEEP = "[left out: too deep]"
CIRCULAR = "[left out: it contains itself]"

_EACH = 32  # characters that an item counts for, with its name
_OVERLAP = 1_024  # characters; a secret that ends within them after a cut is still found


def clean(event: Mapping[Any, Any]) -> dict[str, Any]:
    """Return *event* as JSON can have it, without secrets; an object is its ``repr``.

    What cannot be written is replaced by a text in brackets that says why.
    """
    return dict(event) if _is_clean(event) else Cleaner().items(event, 0)


def _is_clean(event: Mapping[Any, Any]) -> bool:
    """Say whether *event* is as nearly all are: a few numbers and plain texts, no secret."""
    if len(event) > FEW:
        return False
    texts = []
    for name, value in event.items():
        if type(name) is not str or not is_usual_name(name):
            return False
        kind = type(value)
        if kind is str:
            texts.append(value)
        elif not (value is None or kind is bool or _is_number(value)):
            return False
    return are_plain(texts)


def _is_number(value: Any) -> bool:
    kind = type(value)
    return (kind is int and -LARGEST < value < LARGEST) or (kind is float and math.isfinite(value))


class Cleaner:
    """Cleans the values of one line; it counts how much is left for the next ones."""

    def __init__(self) -> None:
        self._left = WHOLE
        self._around: set[int] = set()

    def items(self, mapping: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        """Return *mapping* with clean keys and values, those of secret names left out."""
        cleaned: dict[str, Any] = {}
        for key, value in islice(mapping.items(), MOST):
            self._left -= _EACH
            if type(key) is str and is_usual_name(key) and key not in cleaned:  # as most are
                cleaned[key] = self._value(value, depth)
                continue
            name = self._name(key)
            is_hidden = is_secret(key if type(key) is str else name)
            if name in cleaned:  # 1 and "1"
                name = f"{name} ({type(key).__name__})"
            cleaned[name] = REDACTED if is_hidden else self._value(value, depth)
        if len(mapping) > MOST:
            cleaned["…"] = f"[{len(mapping) - MOST} more]"
        return cleaned

    def _name(self, key: Any) -> str:
        if key is None or isinstance(key, bool):
            return {None: "null", True: "true", False: "false"}[key]  # as in JSON
        if isinstance(key, bytes):
            return self._text(key[:LONGEST].decode(errors="backslashreplace"))
        try:
            return self._text(str.__str__(key) if isinstance(key, str) else repr(key))
        except Exception as error:  # noqa: BLE001  a key must not cost the line
            return f"[{type(key).__name__} left out: {type(error).__name__}]"

    def _value(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            return self._text(value)
        if value is None or kind is bool or _is_number(value):
            return value
        try:
            return self._other(value, depth)
        except Exception as error:  # noqa: BLE001  a value must not cost the line
            return f"[{kind.__name__} left out: {type(error).__name__}]"

    def _other(self, value: Any, depth: int) -> Any:
        match value:
            case str():
                return self._text(str.__str__(value))
            case int():
                number = int.__pos__(value)
                fits = -LARGEST < number < LARGEST
                return number if fits else f"[integer of {number.bit_length()} bits]"
            case float():
                decimal = float.__pos__(value)
                return decimal if math.isfinite(decimal) else repr(decimal)
            case bytes() | bytearray():
                return self._text(repr(value[:LONGEST])) + _cut(len(value) - LONGEST)
            case Mapping() | list() | tuple() | set() | frozenset() | deque():
                return self._container(value, depth)
        return self._text(repr(value))

    def _container(self, value: Any, depth: int) -> Any:
        if id(value) in self._around:
            return CIRCULAR
        if depth >= DEEPEST:
            return TOO_DEEP
        if self._left <= 0:
            return TOO_LONG
        self._around.add(id(value))
        try:
            if isinstance(value, tuple) and hasattr(value, "_asdict"):
                value = value._asdict()  # a named tuple
            if isinstance(value, Mapping):
                return self.items(value, depth + 1)
            if _is_secret_pair(value):
                return [self._name(value[0]), REDACTED]
            return list(self._each(value, depth + 1))
        finally:
            self._around.discard(id(value))

    def _each(self, values: Any, depth: int) -> Iterator[Any]:
        for value in islice(values, MOST):
            self._left -= _EACH
            if self._left <= 0:
                yield TOO_LONG
                return
            yield self._value(value, depth)
        if len(values) > MOST:
            yield f"[{len(values) - MOST} more]"

    def _text(self, text: str) -> str:
        if is_plain(text):
            self._left -= len(text)
            return text
        if self._left <= 0:
            return TOO_LONG
        short = shorten(text, LONGEST)
        self._left -= len(short)
        return short


def shorten(text: str, longest: int) -> str:
    """Return *text* without secrets, and without its end if it has more characters than *longest*.

    A lone surrogate, which UTF-8 has not, is written as a backslash and its number.
    """
    if not text.isascii():
        text = text.encode(errors="backslashreplace").decode()
    if len(text) <= longest:
        return redact(text)
    return redact(text[: longest + _OVERLAP])[:longest] + _cut(len(text) - longest)


def _cut(more: int) -> str:
    return CUT.format(more) if more > 0 else ""


def _is_secret_pair(value: Any) -> bool:
    """Say whether *value* is an item of a list of headers, and is a secret."""
    if not isinstance(value, tuple) or len(value) != 2:
        return False
    name = value[0]
    if isinstance(name, bytes):
        name = name[:LONGEST].decode(errors="replace")
    return isinstance(name, str) and is_secret(name)
