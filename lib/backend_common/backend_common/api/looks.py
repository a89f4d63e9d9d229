"""How much work a value is for the validator: how often its schemas look at each part of it.

Most schemas look at each part once or a few times, so that a body costs little for its size. One
with fifty branches, or with an ``enum`` of five hundred objects, looks at each part so many times.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from backend_common.api.translation import (
    LISTS,
    NAMED,
    OF_PARTS,
    SAME_ONE,
    UNSCHEMATIC,
    is_fraction,
)

MOST = 8_000_000
"""Looks that one value may need; a look takes some 25 ns."""

FEWEST = 1_000  # parts that a value of any schema may have
FEW = 15  # looks at each part: then no value of the default API_MAX_BODY has too many parts

_OPTION = 10  # looks that an array or object in an enum takes
_PATTERN = 3  # looks that a pattern of names takes
_FRACTION = 10  # looks that a multiple of a fraction takes
_LARGE = 1e30  # a number that is larger is slow to divide by a fraction
_DIGITS = 36  # binary digits; a number of n times as many takes n * n looks

# Says of any value whether all numbers in it are quick to divide, as nearly always, in a moment.
_USUAL = jsonschema_rs.Draft202012Validator(
    {
        "$defs": {
            "usual": {
                "minimum": -_LARGE,
                "maximum": _LARGE,
                "items": {"$ref": "#/$defs/usual"},
                "additionalProperties": {"$ref": "#/$defs/usual"},
            }
        },
        "$ref": "#/$defs/usual",
    }
)


class Looks:
    """The looks of all schemas below a translated one, *root*."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._known: dict[int, int] = {}
        self._found: dict[str, tuple[int, bool]] = {}
        everything = [*_below(root)]
        self.most = max(map(self._at, everything))
        self._are_few = self.most <= FEW and not any(map(_has_fraction, everything))

    def cost(self, name: str, value: Any) -> int:
        """Return the looks that *value* needs, of the property *name* of the root; at most MOST.

        0 stands for few: no value of the default API_MAX_BODY needs too many.
        """
        if self._are_few or not isinstance(value, dict | list):
            return 0
        width, has_fraction = self._look(name)
        has_slow = has_fraction and not _USUAL.is_valid(value)
        if width <= FEW:
            if not has_slow:
                return 0
            width = 0
        cost = 0
        level = [value]
        while level and cost < MOST:
            parts: list[Any] = []
            for each in level:
                parts += each.values() if isinstance(each, dict) else each
            cost += width * len(parts)
            if has_slow:
                numbers = [each for each in parts if type(each) is int or type(each) is float]
                cost += sum(map(_division, numbers))
            level = [each for each in parts if type(each) is list or type(each) is dict]
        return min(cost, MOST)

    def width(self, name: str) -> int:
        """Return how often at most a part of the property *name* is looked at."""
        return self._look(name)[0]

    def _look(self, name: str) -> tuple[int, bool]:
        if name not in self._found:
            found = [*self._reached(self._root["properties"][name])]
            self._found[name] = max(map(self._at, found), default=1), any(map(_has_fraction, found))
        return self._found[name]

    def _reached(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        """Yield a schema, and those below it and behind its references, each once."""
        seen: set[int] = set()
        left = [schema]
        while left:
            for each in _below(left.pop()):
                if id(each) not in seen:
                    seen.add(id(each))
                    yield each
                    if "$ref" in each:
                        left.append(self._target(each["$ref"]))

    def _at(self, schema: Any) -> int:
        """Return how often a schema, with those of the same value, looks at a part."""
        if not isinstance(schema, Mapping):
            return 1
        if id(schema) in self._known:
            return self._known[id(schema)]
        self._known[id(schema)] = 1  # while this is being counted
        looks = 1 if OF_PARTS & schema.keys() else 0
        for word, value in schema.items():
            if word == "$ref":
                looks += self._at(self._target(value))
            elif word in LISTS:
                looks += sum(map(self._at, value))
            elif word == "enum":
                looks += _OPTION * sum(isinstance(each, dict | list) for each in value)
            elif word == "multipleOf":
                looks += _FRACTION if is_fraction(value) else 0
            elif word == "patternProperties":
                looks += _PATTERN * len(value)
            elif word in ("dependencies", "dependentRequired"):
                looks += len(value)
            elif word == "dependentSchemas":
                looks += sum(map(self._at, value.values()))
            elif word in SAME_ONE:
                looks += self._at(value)
            elif word == "contains":
                looks += 1
        self._known[id(schema)] = max(1, looks)
        return self._known[id(schema)]

    def _target(self, reference: str) -> Any:
        _, definitions, name = reference.split("/")
        return self._root[definitions][name]


def _below(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and those in it."""
    left = [schema]
    while left:
        each = left.pop()
        if isinstance(each, list):
            left += each
        elif isinstance(each, Mapping):
            yield each
            for word, value in each.items():
                if word in UNSCHEMATIC:
                    continue
                left += value.values() if word in NAMED and isinstance(value, Mapping) else [value]


def _has_fraction(schema: Mapping[str, Any]) -> bool:
    return is_fraction(schema.get("multipleOf"))


def _division(number: float) -> int:
    """Return the looks that it takes to divide a number by a fraction, if it is large."""
    if abs(number) <= _LARGE:
        return 0
    digits = number.bit_length() if isinstance(number, int) else math.frexp(number)[1]
    return int((digits // _DIGITS) ** 2)
