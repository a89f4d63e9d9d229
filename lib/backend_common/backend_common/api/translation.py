"""Schemas of a document, written for the validator: one for requests, one for responses.

What OpenAPI adds to JSON Schema (``nullable``, ``readOnly`` and ``writeOnly``, formats of numbers)
becomes JSON Schema; what says nothing of values (descriptions, ``discriminator``) is left out.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend_common.api import formats, patterns
from backend_common.api.composition import Composition, Key, Schema, is_nullable, key

WRITE_ONLY = "x-write-only"
SECRET = "x-secret"
"""Marks schemas whose values are never told in an error."""
DENIED = "x-denied-twice"
"""Marks schemas that `without_branches` made."""

_BOTH = {
    "enum", "format", "maximum", "maxItems", "maxLength", "maxProperties", "minimum", "minItems",
    "minLength", "minProperties", "multipleOf", "pattern", "required", "type", "uniqueItems",
    "exclusiveMaximum", "exclusiveMinimum",
}  # fmt: skip
_ONE = {"additionalProperties", "items", "not"}
_MAPS = {"patternProperties", "properties"}
LISTS = {"allOf", "anyOf", "oneOf"}


class Words:
    """The keywords of a dialect, by what they have: a value, a schema, schemas by name, a list."""

    def __init__(
        self, values: set[str], one: set[str], maps: set[str], lists: set[str], definitions: str
    ) -> None:
        self.values = _BOTH | values
        self.one = _ONE | one
        self.maps = _MAPS | maps
        self.lists = LISTS | lists
        self.definitions = definitions


DRAFT_4 = Words(set(), {"additionalItems"}, {"dependencies"}, set(), "definitions")
DRAFT_2020_12 = Words(
    {"const", "dependentRequired", "maxContains", "minContains"},
    {
        "contains", "else", "if", "propertyNames", "then", "unevaluatedItems",
        "unevaluatedProperties",
    },
    {"dependentSchemas"},
    {"prefixItems"},
    "$defs",
)  # fmt: skip
# Keywords whose schemas apply to the same value.
_SAME = {"allOf", "anyOf", "dependentSchemas", "else", "oneOf", "then"}
NAMED = {*_MAPS, "$defs", "definitions", "dependencies", "dependentSchemas"}
UNSCHEMATIC = {"const", "dependentRequired", "enum", "required", "type"}
_BRANCHES = {"anyOf", "oneOf"}
_REPEATS = {"allOf", "dependencies", "dependentSchemas", "else", "if", "patternProperties", "then"}
# Keywords with one schema of the same value, and those with schemas of its parts.
SAME_ONE = {"else", "if", "not", "then"}
OF_PARTS = {
    "additionalItems", "additionalProperties", "items", "prefixItems", "properties",
    "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip
_NONE: frozenset[str] = frozenset()


class Translation:
    """Translates the schemas of one document in one direction.

    Attributes:
        definitions: The schemas that the translated ones refer to.
        is_recursive: Whether a schema contains itself.
        defaults: The schemas of the document that have a default.

    :param one_way: ``readOnly`` in requests, whose properties need not be there; ``writeOnly`` in
        responses, where they must not be.
    """

    def __init__(self, composition: Composition, words: Words, one_way: str) -> None:
        self.definitions: dict[str, Any] = {}
        self.is_recursive = False
        self.defaults: list[Mapping[str, Any]] = []
        self._composition = composition
        self._words = words
        self._one_way = one_way
        self._done: dict[Key, tuple[Any, dict[str, Any]]] = {}
        self._open: set[Key] = set()
        self._names: dict[Key, str] = {}

    def translate(self, schema: Schema) -> Any:
        """Return *schema* for the validator; the value may be anywhere.

        :raises ValueError: a pattern is refused.
        """
        if not isinstance(schema, Mapping):
            return schema
        composition = self._composition
        here = list(composition.here(schema))
        declared = {
            name: each for one in here for name, each in (one.get("properties") or {}).items()
        }
        needed = {name for one in here for name in one.get("required") or () if name in declared}
        optional = frozenset(
            name
            for name in needed
            if any(
                composition.says(one["properties"][name], self._one_way)
                for one in here
                if name in (one.get("properties") or {})
            )
        )
        return self._same(schema, optional)

    def _same(self, schema: Any, optional: frozenset[str]) -> Any:
        """Return a schema of a value whose properties *optional* need not be there."""
        if not isinstance(schema, Mapping):
            return schema
        known = (key(schema), optional)
        if known in self._done:
            return self._reference(known)
        made: dict[str, Any] = {}
        self._done[known] = schema, made
        self._open.add(known)
        made.update(self._made(schema, optional))
        self._open.discard(known)
        return made

    def _reference(self, known: Key) -> dict[str, Any]:
        _, made = self._done[known]
        if known in self._open:
            self.is_recursive = True
        elif not any(isinstance(value, dict | list) for value in made.values()):
            return made
        name = self._names.setdefault(known, f"d{len(self._names)}")
        self.definitions[name] = made
        return {"$ref": f"#/{self._words.definitions}/{name}"}

    def _made(self, schema: Mapping[str, Any], optional: frozenset[str]) -> dict[str, Any]:
        words = self._words
        if self._one_way == "writeOnly" and (
            schema.get("writeOnly") is True or schema.get("x-writeOnly") is True
        ):
            return {"not": {}, WRITE_ONLY: True, SECRET: True}
        made: dict[str, Any] = {}
        for word, value in schema.items():
            if word in words.values:
                made[word] = plain(value)
            elif word == "items" and isinstance(value, list):
                made[word] = [self.translate(each) for each in value]
            elif word in words.one:
                same = word in _SAME
                # NB: "not" and "if" mean what they say: nothing in them becomes optional.
                about_this = same or word in ("if", "not")
                made[word] = (
                    self._same(value, optional if same else _NONE)
                    if about_this
                    else self.translate(value)
                )
            elif word in words.maps and isinstance(value, Mapping):
                made[word] = self._map(word, value, optional)
            elif word in words.lists and value:
                made[word] = [
                    self._same(each, optional) if word in _SAME else self.translate(each)
                    for each in value
                ]
        if "default" in schema:
            self.defaults.append(schema)
        self._correct(schema, made, optional)
        return self._with_reference(schema, made, optional)

    def _map(self, word: str, value: Mapping[str, Any], optional: frozenset[str]) -> Any:
        if word == "patternProperties":
            return {patterns.of_names(name): self.translate(each) for name, each in value.items()}
        return {
            name: each
            if isinstance(each, list)
            else (self._same(each, optional) if word in _SAME else self.translate(each))
            for name, each in value.items()
        }

    def _correct(
        self, schema: Mapping[str, Any], made: dict[str, Any], optional: frozenset[str]
    ) -> None:
        """Change the values that OpenAPI means otherwise."""
        if made.get("type") == "file":
            del made["type"]
        if is_nullable(schema):
            if isinstance(made.get("type"), str):
                made["type"] = [made["type"], "null"]
            if "enum" in made and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
        if "required" in made:
            made["required"] = [name for name in made["required"] if name not in optional]
            if not made["required"]:
                del made["required"]
        if made.get("format") in formats.NUMBERS:
            formats.bound(made)
        if schema.get("format") == "password" or schema.get("writeOnly") is True:
            made[SECRET] = True
        if isinstance(made.get("pattern"), str):
            translated = patterns.translate(made.pop("pattern"), made.get("maxLength"))
            parts = translated.pop("allOf", [])
            made.update(translated)
            if parts:
                made["allOf"] = [*made.get("allOf", []), *parts]

    def _with_reference(
        self, schema: Mapping[str, Any], made: dict[str, Any], optional: frozenset[str]
    ) -> dict[str, Any]:
        """Join *made* with what the schema refers to."""
        targets = [
            self._same(self._composition.lookup(schema[word]), optional)
            for word in ("$ref", "$dynamicRef")
            if isinstance(schema.get(word), str)
        ]
        if len(targets) == 1 and not made and isinstance(targets[0], Mapping):
            return dict(targets[0])
        if targets:
            made["allOf"] = [*made.get("allOf", []), *targets]
        return made


def without_branches(schema: Any, *, recursive: bool) -> Any:
    """Return a translated schema that is met by the same values, and whose errors cost less.

    The error of a branch has the errors of its branches, and so on: with recursion there are more
    than any machine can count. What is denied twice has no such errors.

    :param recursive: whether a schema contains itself: then no two keywords may look at the same
        value for errors, which would be twice as many on each level.
    """
    if isinstance(schema, list):
        return [without_branches(each, recursive=recursive) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    denied: dict[str, Any] = {}
    for word, value in schema.items():
        if word in UNSCHEMATIC:
            made[word] = value
        elif word in ("unevaluatedItems", "unevaluatedProperties"):
            continue  # what a denied branch looked at is not known
        else:
            inner = (
                {name: without_branches(each, recursive=recursive) for name, each in value.items()}
                if word in NAMED
                else without_branches(value, recursive=recursive)
            )
            into = denied if word in _BRANCHES or (recursive and word in _REPEATS) else made
            into[word] = inner
    if "patternProperties" in denied:  # by which additionalProperties knows what they match
        made["patternProperties"] = {name: {} for name in denied["patternProperties"]}
    if denied:
        made["allOf"] = [*made.get("allOf", []), {"not": {"not": denied}, DENIED: True}]
    return made


def fan(root: Mapping[str, Any]) -> int:
    """Return how often at most a translated schema looks at a part of one value.

    It does by its own keywords for parts, and by each schema of the same value that has such.
    """
    most = 1
    known: dict[int, int] = {}

    def of(schema: Any) -> int:
        nonlocal most
        if isinstance(schema, list):
            return max((of(each) for each in schema), default=1)
        if not isinstance(schema, Mapping):
            return 1
        if id(schema) in known:
            return known[id(schema)]
        known[id(schema)] = 1  # while this is being counted
        branches = 1 if OF_PARTS & schema.keys() else 0
        for word, value in schema.items():
            if word == "$ref":
                branches += of(target(value))
            elif word in LISTS:
                branches += sum(of(each) for each in value)
            elif word in UNSCHEMATIC:
                continue
            elif word in NAMED and isinstance(value, Mapping):
                looks = [of(each) for each in value.values()]
                if word in ("dependencies", "dependentSchemas"):
                    branches += sum(looks)
                elif word == "patternProperties":
                    branches += len(looks)
            else:
                looked = of(value)
                branches += looked if word in SAME_ONE else word == "contains"
        known[id(schema)] = max(1, branches)
        most = max(most, branches)
        return known[id(schema)]

    def target(reference: str) -> Any:
        _, definitions, name = reference.split("/")
        return root[definitions][name]

    of(root)
    return most


def is_fraction(step: Any) -> bool:
    """Say whether *step*, of ``multipleOf``, is a number that is not whole."""
    return isinstance(step, float) and not step.is_integer()


def plain(value: Any) -> Any:
    """Return *value* as JSON has it: YAML knows dates."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value
