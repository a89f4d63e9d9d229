"""Values, checked against the schemas of a document."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from connexion.json_schema import (  # type: ignore[import-untyped]
    Draft4RequestValidator,
    Draft4ResponseValidator,
)
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]
from referencing import Registry

from backend_common.api.problems import shorten

LONGEST_MESSAGE = 200  # characters
MOST_ERRORS = 5  # of one value; who sends more mistakes than that learns of the rest later

Schema = Mapping[str, Any]
Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a value, and where in it: a JSON pointer (RFC 6901), "" for all of it."""

    detail: str
    pointer: str


@dataclass(frozen=True)
class Dialect:
    """The JSON Schema that a document is written in.

    :param request: jsonschema's class that validates what comes in; *response*, what goes out.
    :param registry: has the documents that references lead to.
    """

    request: Any
    response: Any
    registry: Registry[Any]

    def incoming(self, schema: Schema | bool) -> "Check":
        """Return what checks a value of a request against *schema*."""
        return Check(self._validator(self.request, schema))

    def outgoing(self, schema: Schema | bool) -> "Check":
        """Return what checks a value of a response against *schema*."""
        return Check(self._validator(self.response, schema))

    def flat(self, schema: Schema | bool) -> dict[str, Any]:
        """Return *schema* with its own reference replaced by what that leads to."""
        return _flat(schema, self.registry)

    def merges(self, schema: Schema | bool) -> bool:
        """Say whether something stands beside a reference in *schema*, or in what it leads to.

        :meth:`flat` then keeps one of two words of the same name; JSON Schema 2020-12 means both.
        """
        seen: set[str] = set()
        while isinstance(schema, Mapping) and "$ref" in schema and schema["$ref"] not in seen:
            if len(schema) > 1:
                return True
            seen.add(schema["$ref"])
            schema = self.registry.resolver().lookup(schema["$ref"]).contents
        return False

    def _validator(self, kind: Any, schema: Schema | bool) -> Any:
        return kind(schema, registry=self.registry, format_checker=kind.FORMAT_CHECKER)


class Check:
    """Checks values against one schema; made once, for all requests."""

    def __init__(self, validator: Any) -> None:
        self._validator = validator

    def __call__(self, value: Any) -> list[Mistake]:
        """Return what is wrong with *value*, the most telling mistake first."""
        try:
            if next(self._validator.iter_errors(value), None) is None:
                return []
            errors = list(islice(self._validator.iter_errors(value), MOST_ERRORS))
        except RecursionError:
            return [Mistake("it is nested too deeply", "")]
        except ArithmeticError:
            return [Mistake("a number in it is too large", "")]
        first = best_match(errors)
        mistakes = [_mistake(first), *(_mistake(best_match([error])) for error in errors)]
        return list(dict.fromkeys(mistakes))


def _mistake(error: ValidationError) -> Mistake:
    pointer = "".join(
        "/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path
    )
    return Mistake(shorten(error.message, LONGEST_MESSAGE), shorten(pointer, LONGEST_MESSAGE))


def _flat(schema: Schema | bool, registry: Registry[Any]) -> dict[str, Any]:
    seen: set[str] = set()
    flat = dict(schema) if isinstance(schema, Mapping) else {}
    while (reference := flat.pop("$ref", None)) and reference not in seen:
        seen.add(reference)
        flat = {**registry.resolver().lookup(reference).contents, **flat}
    return flat


def _refuse(_: Any, on: bool, __: Any, ___: Any) -> Iterator[ValidationError]:
    if on:
        yield ValidationError("it is write-only, and must not be in a response")


def _required(unless: str, registry: Registry[Any]) -> Keyword:
    """Return the keyword ``required``, which is not about properties that go the other way alone.

    That is how OpenAPI 3.0 has it (Schema Object, ``readOnly`` and ``writeOnly``), and what people
    mean elsewhere.
    """

    def check(_: Any, names: list[str], value: Any, schema: Schema) -> Iterator[ValidationError]:
        if not isinstance(value, dict):
            return
        properties = schema.get("properties", {})
        for name in names:
            if name not in value and not _flat(properties.get(name, {}), registry).get(unless):
                yield ValidationError(f"{name!r} is a required property")

    return check


def _dialect(request: Any, response: Any, registry: Registry[Any]) -> Dialect:
    outgoing = {"required": _required("writeOnly", registry), "writeOnly": _refuse}
    return Dialect(
        extend(request, {"required": _required("readOnly", registry)}),
        extend(response, {**outgoing, "x-writeOnly": _refuse}),
        registry,
    )


DRAFT_4 = _dialect(Draft4RequestValidator, Draft4ResponseValidator, Registry())
"""Of Swagger 2.0 and OpenAPI 3.0: an extended subset of JSON Schema draft 4 (or Wright 00)."""


def draft_2020_12(registry: Registry[Any]) -> Dialect:
    """Return the dialect of OpenAPI 3.1, which is JSON Schema itself."""
    return _dialect(Draft202012Validator, Draft202012Validator, registry)
