"""What a composed schema says about values: their types, their properties, their default.

``$ref`` and ``allOf`` join what they name, each branch of ``anyOf`` and ``oneOf`` is a possibility
of its own. Multiplied out, a schema is a few *shapes*: lists of schemas that all apply.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

Schema = Mapping[str, Any] | bool
Lookup = Callable[[str], Any]
Key = Hashable

MISSING = object()
"""Stands for a value that is not there; None is a value."""

MOST_SHAPES = 32  # of one schema; a union of more is looked at no further
MOST_STEPS = 20_000  # schemas that one is composed of, each as often as it applies

_TYPE_OF: dict[type, str] = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "array",
    type(None): "null",
}
_OF_OBJECTS = {"properties", "additionalProperties", "patternProperties", "required"}
_OF_ARRAYS = {"items", "prefixItems"}
# Where schemas are that apply to the same value.
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else")


@dataclass(frozen=True)
class Shape:
    """One possibility: *schemas*, without composition, apply at once.

    :param kinds: the types that they allow together; None for any.
    """

    schemas: tuple[Mapping[str, Any], ...]
    kinds: frozenset[str] | None

    @property
    def likely(self) -> frozenset[str]:
        """The allowed types, or those that the keywords are about; empty for any."""
        if self.kinds is not None:
            return self.kinds
        words = {word for schema in self.schemas for word in schema}
        return frozenset(
            kind
            for kind, about in (("object", _OF_OBJECTS), ("array", _OF_ARRAYS))
            if words & about
        )

    def all_of(self, word: str) -> list[Any]:
        """Return what the schemas say under *word*."""
        return [schema[word] for schema in self.schemas if word in schema]


class Composition:
    """Answers questions about the schemas of one document.

    :param lookup: returns what a reference leads to; not called where there are no references.
    """

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._shapes: dict[Key, tuple[Schema, tuple[Shape, ...]]] = {}
        self._made: dict[Key, dict[str, Any]] = {}
        self._steps = 0

    def kinds(self, schema: Schema) -> frozenset[str]:
        """Return the types that a value may have; empty for any."""
        shapes = self.shapes(schema)
        known = [shape.likely for shape in shapes if shape.likely]
        found = frozenset[str]().union(*known)
        # Where a shape says nothing, text may stay as it is.
        return found | {"string"} if found and len(known) < len(shapes) else found

    def properties(self, schema: Schema) -> dict[str, Schema]:
        """Return the schemas of the properties that an object may have."""
        names = {
            name: None
            for shape in self.shapes(schema)
            for properties in shape.all_of("properties")
            for name in properties
        }
        return {name: self._property(schema, name) for name in names}

    def additional(self, schema: Schema) -> Schema:
        """Return the schema of the properties that an object may have besides those."""
        return self._any(
            [
                self._all([each for each in found if isinstance(each, Mapping)])
                for shape in self.shapes(schema)
                if (found := shape.all_of("additionalProperties"))
            ]
        )

    def items(self, schema: Schema) -> Schema:
        """Return the schema of the items of an array."""
        return self._any(
            [
                self._all([each for each in found if not isinstance(each, list)])
                for shape in self.shapes(schema)
                if (found := shape.all_of("items"))
            ]
        )

    def prefix(self, schema: Schema) -> list[Schema]:
        """Return the schemas of the first items of an array, where they have their own."""
        for shape in self.shapes(schema):
            lists = [*shape.all_of("prefixItems"), *shape.all_of("items")]
            for found in lists:
                if isinstance(found, list):
                    return found
        return []

    def required(self, schema: Schema) -> set[str]:
        """Return the names of the properties without which no object is valid."""
        each = [
            {name for names in shape.all_of("required") for name in names}
            for shape in self.shapes(schema)
        ]
        return set.intersection(*each) if each else set()

    def default(self, schema: Schema) -> Any:
        """Return the default of a value, or MISSING; what a schema says itself goes first."""
        for each in self.joined(schema):
            if "default" in each:
                return each["default"]
        return MISSING

    def word(self, schema: Schema, word: str) -> Any:
        """Return what a schema, or what it is joined with, says under *word*; None if nothing."""
        for shape in self.shapes(schema):
            for found in shape.all_of(word):
                return found
        return None

    def says(self, schema: Schema, word: str) -> bool:
        """Say whether *word* is true for a value, in any branch."""
        return any(each.get(word) is True for each in self.here(schema))

    def here(self, schema: Schema) -> Iterator[Mapping[str, Any]]:
        """Yield all schemas that may apply to the same value as *schema*, itself first."""
        seen: set[Key] = set()
        left = [schema]
        while left:
            each = left.pop()
            if not isinstance(each, Mapping) or (known := key(each)) in seen:
                continue
            seen.add(known)
            yield each
            left += [inner for inner, _ in self._same(each)]

    def shapes(self, schema: Schema) -> tuple[Shape, ...]:
        """Return the shapes of a schema: at most MOST_SHAPES, none if no value can be valid."""
        known = key(schema)
        if known not in self._shapes:
            self._steps = 0
            self._shapes[known] = (schema, tuple(self._multiply(schema, frozenset())))
        return self._shapes[known][1]

    def _multiply(self, schema: Schema, above: frozenset[Key]) -> list[Shape]:
        if not isinstance(schema, Mapping):
            return [Shape((), None)] if schema else []
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise ValueError(
                f"a schema is composed of more than {MOST_STEPS:,} others: compose it of fewer"
            )
        known = key(schema)
        if known in above:  # it applies already
            return [Shape((), None)]
        above |= {known}
        factors = [[Shape((schema,), _kinds(schema))]]
        factors += [
            self._multiply(each, above) for each, joins in self._same(schema) if joins is None
        ]
        for word in ("anyOf", "oneOf"):
            if branches := schema.get(word):
                factors.append(
                    [shape for each in branches for shape in self._multiply(each, above)]
                )
        shapes = factors[0]
        for factor in factors[1:]:
            joined = (_join(one, other) for one, other in product(shapes, factor))
            shapes = [shape for shape in joined if shape is not None][:MOST_SHAPES]
        return shapes

    def _same(self, schema: Mapping[str, Any]) -> Iterator[tuple[Schema, str | None]]:
        """Yield the schemas in *schema* that apply to the same value, and under which condition."""
        for word in ("$ref", "$dynamicRef"):
            if isinstance(schema.get(word), str):
                yield self.lookup(schema[word]), None
        for word in _LISTS:
            for each in schema.get(word) or []:
                yield each, None if word == "allOf" else word
        for word in _SINGLE:
            if word in schema:
                yield schema[word], word
        for each in (schema.get("dependentSchemas") or {}).values():
            yield each, "dependentSchemas"

    def joined(self, schema: Schema) -> Iterator[Mapping[str, Any]]:
        """Yield the schemas that apply without a condition, the nearest first."""
        seen: set[Key] = set()
        left = [schema]
        while left:
            each = left.pop(0)
            if isinstance(each, Mapping) and (known := key(each)) not in seen:
                seen.add(known)
                yield each
                left += [inner for inner, condition in self._same(each) if condition is None]

    def _property(self, schema: Schema, name: str) -> Schema:
        return self._any(
            [
                self._all(found)
                for shape in self.shapes(schema)
                if (found := [each[name] for each in shape.all_of("properties") if name in each])
            ]
        )

    def _all(self, schemas: list[Schema]) -> Schema:
        return self._combined("allOf", schemas)

    def _any(self, schemas: list[Schema]) -> Schema:
        return self._combined("anyOf", schemas)

    def _combined(self, word: str, schemas: list[Schema]) -> Schema:
        """Return one schema for several; the same one for the same, so that recursion ends."""
        different = {key(each): each for each in schemas}
        if len(different) <= 1:
            return schemas[0] if schemas else {}
        known = (word, *different)
        if known not in self._made:
            self._made[known] = {word: list(different.values())}
        return self._made[known]


def key(schema: Any) -> Key:
    """Return what is equal for two schemas with the same keywords and the same parts.

    connexion copies a schema wherever a reference leads to it, and the copies share their parts.
    """
    if not isinstance(schema, Mapping):
        return schema if isinstance(schema, bool) else id(schema)
    return frozenset(
        (word, id(value) if isinstance(value, dict | list) else (type(value), value))
        for word, value in schema.items()
    )


def _kinds(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the types that a schema without its composition allows; None for any."""
    declared = schema.get("type")
    kinds = None
    if declared is not None:
        kinds = frozenset([declared] if isinstance(declared, str) else declared)
        if kinds == {"file"}:  # Swagger 2.0
            kinds = frozenset({"string"})
        if is_nullable(schema):
            kinds |= {"null"}
    values = [*(schema.get("enum") or []), *([schema["const"]] if "const" in schema else [])]
    if values:
        found = frozenset(_TYPE_OF.get(type(value), "string") for value in values)
        kinds = _common(kinds, found | {"null"} if is_nullable(schema) else found)
    return kinds


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Say whether OpenAPI 3.0, or Swagger 2.0 as connexion reads it, lets a value be null too."""
    return schema.get("nullable") is True or schema.get("x-nullable") is True


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    both = one & other
    numbers = {"integer", "number"}
    if not both & numbers and one & numbers and other & numbers:
        both |= {"integer"}  # which is a number, too
    return both


def _join(one: Shape, other: Shape) -> Shape | None:
    """Return what is both, or None if no value can be."""
    kinds = _common(one.kinds, other.kinds)
    if kinds is not None and not kinds:
        return None
    return Shape((*one.schemas, *other.schemas), kinds)
