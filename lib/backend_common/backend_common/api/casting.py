"""Text from parameters and forms, as values of the types that their schemas allow."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from backend_common.api import strict_json
from backend_common.api.composition import Composition, Key, Schema, key

Convert = Callable[[Any], Any]
Checks = Callable[[Schema], Callable[[Any], bool]]

# What JSON has as a number; int() and float() take more, and int() no more digits than these.
_INTEGER = re.compile(r"-?[0-9]{1,4300}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,4300}(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


class Texts(list[str]):
    """All texts that a request has under one name: an array, or the one value that counts.

    :param texts: at least one.
    :param whole: the text that was taken apart; None if each came on its own.
    """

    def __init__(self, texts: Sequence[str], whole: str | None = None) -> None:
        super().__init__(texts)
        self.whole = texts[-1] if whole is None else whole
        self.may_be_one = whole is not None or len(texts) == 1


class Cast(Protocol):
    """Makes a value of what a request has."""

    def __call__(self, written: Any) -> Any:
        """Return the value of *written*: text, Texts, a list, or a dict of such.

        What cannot be converted stays as it is: the check of the value says what is wrong.
        """


class Casting:
    """Makes the casts of one document, once for each schema.

    :param composition: what the schemas say.
    :param checks: returns what says whether a value is valid for a schema.
    """

    def __init__(self, composition: Composition, checks: Checks) -> None:
        self._composition = composition
        self._checks = checks
        self._made: dict[Key, _Cast] = {}

    def cast(self, schema: Schema) -> Cast:
        """Return the cast for the values of *schema*."""
        known = key(schema)
        if known not in self._made:
            # Kept before its parts are made: a schema may contain itself.
            self._made[known] = made = _Cast(schema)
            made.complete(self, self._composition, self._checks)
        return self._made[known]


class _Cast:
    """The cast for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema  # kept: its identity is a key
        self._scalars: list[Convert] = []
        self._is_valid: Callable[[Any], bool] | None = None
        self._items: Cast | None = None
        self._prefix: list[Cast] = []
        self._properties: Mapping[str, Cast] = {}
        self._additional: Cast | None = None

    def complete(self, casting: Casting, composition: Composition, checks: Checks) -> None:
        schema = self._schema
        kinds = composition.kinds(schema)
        # The narrowest first. Null is the last resort where text may be text.
        order = [kind for kind in _SCALARS if kind in kinds]
        if "string" in kinds and "null" in kinds:
            order.remove("null")
        self._scalars = [_SCALARS[kind] for kind in order]
        if len(kinds) > 1 and kinds - {"object", "string"}:
            self._is_valid = checks(schema)
        if "array" in kinds:
            self._prefix = [casting.cast(each) for each in composition.prefix(schema)]
            self._items = casting.cast(composition.items(schema))
        if "object" in kinds:
            self._properties = {
                name: casting.cast(each) for name, each in composition.properties(schema).items()
            }
            self._additional = casting.cast(composition.additional(schema))

    def __call__(self, written: Any) -> Any:
        if isinstance(written, str):
            return self._scalar(written)
        if isinstance(written, Texts):
            return self._texts(written)
        if isinstance(written, list):
            return self._list(written)
        if isinstance(written, dict):
            return self._dict(written)
        return written

    def _texts(self, texts: Texts) -> Any:
        if self._items is None:
            return self._scalar(texts.whole)
        if texts.may_be_one and self._is_valid:
            value = self._scalar(texts.whole)
            if self._is_valid(value):
                return value
        return self._list(list(texts))

    def _dict(self, written: dict[str, Any]) -> Any:
        if self._additional is None:
            if self._items is None:
                return {name: _last(part) for name, part in written.items()}
            return self._list(_in_order(written))
        return {
            name: self._properties.get(name, self._additional)(part)
            for name, part in written.items()
        }

    def _list(self, written: list[Any]) -> Any:
        if self._items is None:
            return written
        first = [cast(each) for cast, each in zip(self._prefix, written, strict=False)]
        return first + [self._items(each) for each in written[len(first) :]]

    def _scalar(self, text: str) -> Any:
        first: Any = text
        for convert in self._scalars:
            value = convert(text)
            if value is text:
                continue
            if self._is_valid is None or self._is_valid(value):
                return value
            first = value if first is text else first
        # With no valid value, the one that was nearly right has the better error.
        return text if first is text or (self._is_valid and self._is_valid(text)) else first


def _in_order(written: dict[str, Any]) -> list[Any]:
    """Return the items of an array in brackets: ``[]``, or ``[0]`` and ``[1]``."""
    items: list[Any] = []
    for name in sorted(written, key=lambda name: (len(name), name)):
        part = written[name]
        items += part if name == "" and isinstance(part, Texts) else [part]
    return items


def _last(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _last(each) for name, each in part.items()}
    return part.whole if isinstance(part, Texts) else part


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    return value if math.isfinite(value) else text


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


def _null(text: str) -> Any:
    return None if text == "null" else text


def from_json(text: Any) -> Any:
    """Return the value of JSON; what is not JSON stays as it is."""
    try:
        return strict_json.loads(text.encode())
    except ValueError:
        return text


_SCALARS: dict[str, Convert] = {
    "null": _null,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
}
