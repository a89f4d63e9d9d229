"""How much work a value is for the validator: how often its schemas look at each part of it.

Most schemas look at each part once or a few times, so that a body costs little for its size. One
with fifty branches, or with an ``enum`` of five hundred objects, looks at each part so many times.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

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

_OPTION = 10  # looks that comparing with an array or object takes, in an enum or a const
_PATTERN = 3  # looks that a pattern of names takes
_WHOLE = 1  # looks that a multiple of a whole number takes
_FRACTION = 100  # looks that a multiple of a fraction takes, which is divided exactly
_DIGITS = 36  # binary digits; dividing by a fraction of n times as many takes n * n looks
_LARGE_WHOLE = 40  # looks to divide a number of more than 30 digits by a whole number, and one more
_DIGITS_WHOLE = 18  # for so many binary digits
_NESTED = 24  # looks that an array or object takes in a schema that is a part of itself
_BINARY = 3.33  # binary digits of a decimal one

_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"')
# The exponent, or the digits, of a number of more than 30 digits, in JSON without texts. Dividing
# any other takes no more than the looks above.
_LARGE = re.compile(r"e\+?(3[1-9]|[4-9][0-9]|[0-9]{3})|([0-9]{31,})")


class _Work(NamedTuple):
    """The work that a value of one property may be.

    :ivar width: how often at most a part is looked at.
    :ivar fractions: how many fractions divide in it.
    :ivar wholes: how many whole numbers do.
    :ivar is_nested: whether a schema in it is a part of itself.
    """

    width: int
    fractions: int
    wholes: int
    is_nested: bool


class Looks:
    """The looks of all schemas below a translated one, *root*.

    :param is_recursive: whether one of them is a part of itself.
    """

    def __init__(self, root: Mapping[str, Any], *, is_recursive: bool) -> None:
        self._root = root
        self._is_recursive = is_recursive
        self._nested: dict[str, bool] = {}
        self._known: dict[int, int] = {}
        self._found: dict[str, _Work] = {}
        everything = [*_below(root)]
        self.most = max(map(self._at, everything))
        is_narrow = self.most <= FEW and not any(map(_has_step, everything))
        self._are_few = is_narrow and not is_recursive

    def cost(self, name: str, value: Any) -> int:
        """Return the looks that *value* needs, of the property *name* of the root; at most MOST.

        0 stands for few: no value of the default API_MAX_BODY needs too many.
        """
        if self._are_few or not isinstance(value, dict | list):
            return 0
        width, fractions, wholes, is_nested = self._look(name)
        if width <= FEW and not wholes and not is_nested:
            return 0
        written = _without_texts(value)
        cost = width * _parts(written) if width > FEW else 0
        if is_nested:
            cost = max(cost, _NESTED * (written.count("[") + written.count("{")))
        if fractions or wholes:
            for found in _LARGE.finditer(written):
                if cost >= MOST:
                    break
                digits = int(_BINARY * (int(found[1]) if found[1] else len(found[2])))
                cost += fractions * (digits // _DIGITS) ** 2
                cost += wholes * (_LARGE_WHOLE + digits // _DIGITS_WHOLE)
        return min(cost, MOST)

    def width(self, name: str) -> int:
        """Return how often at most a part of the property *name* is looked at."""
        return self._look(name).width

    def _look(self, name: str) -> _Work:
        """Return the work of a property."""
        if name not in self._found:
            found = [*self._reached(self._root["properties"][name])]
            steps = [each["multipleOf"] for each in found if "multipleOf" in each]
            fractions = sum(map(is_fraction, steps))
            self._found[name] = _Work(
                max(map(self._at, found), default=1),
                fractions,
                len(steps) - fractions,
                self._is_recursive and any(map(self._is_nested, found)),
            )
        return self._found[name]

    def _is_nested(self, schema: Mapping[str, Any]) -> bool:
        """Return whether a schema refers to one that is a part of itself."""
        reference = schema.get("$ref")
        if reference is None:
            return False
        if reference not in self._nested:
            reached = self._reached(self._target(reference))
            self._nested[reference] = any(each.get("$ref") == reference for each in reached)
        return self._nested[reference]

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
            elif word in ("const", "enum"):
                options = value if word == "enum" else [value]
                looks += _OPTION * sum(isinstance(each, dict | list) for each in options)
            elif word == "multipleOf":
                looks += _division(value)
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


def _has_step(schema: Mapping[str, Any]) -> bool:
    return "multipleOf" in schema


def _division(step: float) -> int:
    """Return the looks that it takes to divide a usual number by *step*."""
    if not is_fraction(step):
        return _WHOLE
    return _FRACTION + (abs(math.frexp(step)[1]) // _DIGITS) ** 2


def _without_texts(value: Any) -> str:
    """Return *value* as JSON with a number in place of each text.

    To write it and to count in it takes a fraction of the time that Python takes for each part.
    """
    # NB: a form may have files, which JSON does not know.
    written = json.dumps(value, separators=(",", ":"), check_circular=False, default=repr)
    return _TEXT.sub("0", written) if '"' in written else written


def _parts(written: str) -> int:
    """Return how many items and properties all arrays and objects of JSON have together."""
    empty = written.count("[]") + written.count("{}")
    return written.count(",") + written.count("[") + written.count("{") - empty
