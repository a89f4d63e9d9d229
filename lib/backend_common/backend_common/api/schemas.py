"""Values, checked against the schemas of a document.

jsonschema-rs checks them, under five rules without which it is dangerous:

1. One validator has all schemas of a document in one direction: one for each of them would have
   its own copy of all that it refers to.
2. Errors are asked for only where there cannot be many: it collects all of them at once.
3. Its messages are not used: they repeat the value (errors.py).
4. What is validated is not nested deeply: 20,000 levels end the process. strict_json allows 100.
5. It follows no reference: all are replaced before (translation.py), and it is offline.
"""

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from backend_common.api import formats, locating, looks, patterns
from backend_common.api.casting import Cast, Casting
from backend_common.api.composition import MISSING, Composition, Key, Lookup, Schema, key
from backend_common.api.defaults import Filling
from backend_common.api.errors import ANYTHING, explain, pointer
from backend_common.api.looks import Looks
from backend_common.api.problems import Error
from backend_common.api.translation import (
    DRAFT_4,
    DRAFT_2020_12,
    Translation,
    Words,
    fan,
    plain,
    without_branches,
)

__all__ = ["MISSING", "Check", "Dialect", "draft_4", "draft_2020_12"]

MOST_PARTS = 20_000  # of a value that an error may copy
FEW_BRANCHES = 2
TRIES = 4  # how often at least a value is validated again to find out what is wrong
LARGE = 10**300  # an integer that is slow to copy
MOST_WORK = 1_000  # parts of a value to look at for all of its errors, once for each branch


class Dialect:
    """The JSON Schema that a document is written in, and all schemas of the document.

    Checks can be made until :meth:`compile` is called, and used from then on.
    """

    def __init__(
        self, validator: type[jsonschema_rs.Validator], words: Words, lookup: Lookup
    ) -> None:
        self.composition = Composition(lookup)
        self._request = _Side(
            validator, words, Translation(self.composition, words, "readOnly"), is_bounded=True
        )
        # A response is the service's own: it may be as large as it likes.
        self._response = _Side(
            validator, words, Translation(self.composition, words, "writeOnly"), is_bounded=False
        )
        self._casting = Casting(self.composition, lambda schema: self.incoming(schema).is_valid)
        self._filling = Filling(self.composition)

    def incoming(self, schema: Schema, *, secret: bool = False) -> "Check":
        """Return what checks a value of a request against *schema*.

        :param secret: whether an error must not repeat the value.
        :raises ValueError: a pattern in the schema is refused.
        """
        return self._request.check(schema, secret=secret)

    def outgoing(self, schema: Schema) -> "Check":
        """Return what checks a value of a response against *schema*.

        :raises ValueError: a pattern in the schema is refused.
        """
        return self._response.check(schema, secret=False)

    def cast(self, schema: Schema) -> Cast:
        """Return what makes values of *schema* out of text."""
        return self._casting.cast(schema)

    def fill(self, schema: Schema) -> Callable[[Any], Any]:
        """Return what adds the defaults of properties to values of *schema*."""
        return self._filling.fill(schema)

    def flat(self, schema: Schema) -> dict[str, Any]:
        """Return the keywords of *schema*, which may be composed, that say how a value is read.

        ``type`` is a list, and each word is missing where there is nothing to say.
        """
        known = self.composition
        found: dict[str, Any] = {
            "type": sorted(known.kinds(schema)),
            "properties": known.properties(schema),
            "items": known.items(schema),
            "required": sorted(known.required(schema)),
        }
        found = {word: value for word, value in found.items() if value}
        if (default := known.default(schema)) is not MISSING:
            found["default"] = default
        for word in ("format", "contentMediaType", "maxLength", "minLength"):
            if (said := known.word(schema, word)) is not None:
                found[word] = said
        if more := known.additional(schema):
            found["additionalProperties"] = more
        if known.says(schema, "readOnly"):
            found["readOnly"] = True
        return found

    def compile(self) -> None:
        """Make the checks usable.

        :raises SchemaError: a schema is wrong, or a default is not valid for its schema.
        """
        defaults = self._request.defaults()
        self._request.compile()
        self._response.compile()
        for schema, check, default in defaults:
            if errors := check(default):
                reason = f"the default is not valid: {errors[0].detail}"
                raise SchemaError(reason, schema)


class SchemaError(ValueError):
    """A schema of the document is wrong.

    :param schema: as it is in the document; None if it is not known which one it is.
    """

    def __init__(self, reason: str, schema: Schema | None = None) -> None:
        super().__init__(reason)
        self.schema = schema


class Check:
    """Checks values against one schema; made once, for all requests."""

    def __init__(self, side: "_Side", name: str, *, secret: bool) -> None:
        self._side = side
        self._name = name
        self._secret = secret

    def __call__(self, value: Any) -> list[Error]:
        """Return what is wrong with *value*, the most telling error first.

        :param value: text, numbers, booleans, None, and lists and dicts of such, as JSON has them;
            at most as deep as strict_json allows.
        """
        cost = self._side.cost(self._name, value)
        if cost >= looks.MOST:
            return [Error("it has too many parts to be checked: send fewer at once", "")]
        if self.is_valid(value):
            return []
        if cost > looks.MOST // TRIES:
            return [Error(ANYTHING, "")]
        return self._side.errors({self._name: value}, value, secret=self._secret)

    def is_valid(self, value: Any) -> bool:
        """Say whether *value* is valid."""
        return self._side.is_valid({self._name: value})


class _Side:
    """All schemas of a document in one direction."""

    is_valid: Callable[[Any], bool]
    """Says whether ``{name: value}`` is valid; there from :meth:`compile` on."""

    def __init__(
        self,
        validator: type[jsonschema_rs.Validator],
        words: Words,
        translation: Translation,
        *,
        is_bounded: bool,
    ) -> None:
        self._is_bounded = is_bounded
        self._validator_class = validator
        self._words = words
        self._translation = translation
        self._schemas: dict[str, Any] = {}
        self._known: dict[Key, tuple[Schema, str]] = {}

    def check(self, schema: Schema, *, secret: bool) -> Check:
        known = key(schema)
        if known not in self._known:
            name = f"s{len(self._schemas)}"
            self._schemas[name] = self._translation.translate(schema)
            self._known[known] = schema, name
        return Check(self, self._known[known][1], secret=secret)

    def defaults(self) -> list[tuple[Schema, Check, Any]]:
        """Return the defaults in the schemas, with their checks."""
        found = self._translation.defaults
        made: list[tuple[Schema, Check, Any]] = []
        for schema in found:  # NB: which grows while checks are made
            check = self.check(schema, secret=False)
            made.append((schema, check, plain(schema["default"])))
        return made

    def compile(self) -> None:
        self._root = {
            "properties": self._schemas,
            self._words.definitions: self._translation.definitions,
        }
        self._detailed = self._validator(self._root)
        self.is_valid = self._detailed.is_valid
        recursive = self._translation.is_recursive
        self._looks = Looks(self._root, is_recursive=recursive)
        if self._looks.most * looks.FEWEST > looks.MOST:
            raise self._too_composed()
        self._fan = fan(self._root)
        self._brief_root = without_branches(self._root, recursive=recursive)
        self._brief = (
            self._detailed if self._brief_root == self._root else self._validator(self._brief_root)
        )

    def cost(self, name: str, value: Any) -> int:
        """Return how many looks a value of a request needs; 0 for few, or for a response."""
        return self._looks.cost(name, value) if self._is_bounded else 0

    def _too_composed(self) -> SchemaError:
        widest = {name: self._looks.width(name) for name in self._schemas}
        name = max(widest, key=lambda each: widest[each])
        schema = next(schema for schema, known in self._known.values() if known == name)
        return SchemaError(
            f"a schema looks at each part of a value {widest[name]:,} times, and "
            f"{looks.MOST // looks.FEWEST:,} times are possible: compose it of fewer schemas",
            schema,
        )

    def errors(self, root: dict[str, Any], value: Any, *, secret: bool) -> list[Error]:
        """Return what is wrong with *value*, which is not valid, alone in *root*."""
        deeper = self._fan if self._translation.is_recursive else 1
        if work(value, self._fan, deeper, MOST_WORK) < MOST_WORK:
            return explain(list(self._detailed.iter_errors(root)), self._root, secret=secret)
        (name,) = root
        part = locating.Part(value, [], 0)
        # With many branches a look takes long, and the error would be that of a branch far above.
        if not self._translation.is_recursive or self._fan <= FEW_BRANCHES:
            part = locating.find(value, lambda some: self.is_valid({name: some})) or part
        if locating.size(part.value, MOST_PARTS) < MOST_PARTS:
            try:
                self._brief.validate({name: part.value})
            except jsonschema_rs.ValidationError as error:
                (explained,) = explain([error], self._brief_root, secret=secret)
                path = part.true_path(list(error.instance_path)[1:], error.kind.name)
                if path is not None:
                    return [Error(explained.detail, pointer(path))]
        return [Error(ANYTHING, "")]

    def _validator(self, root: dict[str, Any]) -> jsonschema_rs.Validator:
        try:
            return self._validator_class(
                root,
                formats=formats.functions(),
                validate_formats=True,
                mask="it",
                offline=True,
                pattern_options=patterns.OPTIONS,
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            place = "/".join(map(str, getattr(error, "instance_path", ())))
            raise SchemaError(f"a schema is not valid, at {place}: {error}") from error


def work(value: Any, width: int, deeper: int, most: int) -> int:
    """Return how many steps the errors of *value* may take, or *most* if that is less.

    :param width: how many branches look at each part.
    :param deeper: how many times as many look at each part of a part.
    """
    steps = 0
    level = [value]
    while level and steps < most:
        steps += width * len(level)
        width *= deeper
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += each.values()
            elif isinstance(each, list):
                below += each
            elif isinstance(each, int) and not -LARGE < each < LARGE:
                steps += MOST_WORK // 10  # to be copied, digit by digit
            if len(below) > most:
                return most
        level = below
    return min(steps, most)


def draft_4() -> Dialect:
    """Return the dialect of Swagger 2.0 and OpenAPI 3.0, an extended subset of draft 4.

    connexion has replaced the references in such a document.
    """

    def lookup(reference: str) -> Any:
        raise ValueError(f"the reference {reference} leads nowhere")

    return Dialect(jsonschema_rs.Draft4Validator, DRAFT_4, lookup)


def draft_2020_12(lookup: Lookup) -> Dialect:
    """Return the dialect of OpenAPI 3.1, which is JSON Schema itself."""
    return Dialect(jsonschema_rs.Draft202012Validator, DRAFT_2020_12, lookup)
