"""The parameters of an operation: found in a request, converted from text, checked.

Arrays and objects are written as OpenAPI says (version 3.0.3 and later, "Style Values"), and as
Swagger 2.0 says in its "collectionFormat".
"""

import math
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.exceptions import BadRequest

from backend_common.api import strict_json
from backend_common.api.schemas import Check, Dialect, Mistake

Find = Callable[[flask.Request], Any]
Convert = Callable[[Any], Any]

MISSING = object()

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_SEPARATORS = {
    "csv": ",",
    "form": ",",
    "pipeDelimited": "|",
    "pipes": "|",
    "simple": ",",
    "spaceDelimited": " ",
    "ssv": " ",
    "tsv": "\t",
}
_OF_SWAGGER = {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue"}
# What a schema may say of a value that its type has not said already.
_SAYS_NOTHING = {"type", "default", "description", "example", "examples", "title", "nullable"}
_TYPES = {"integer": int, "string": str, "boolean": bool}
# What a schema may say of a value of one of these types that is soon looked up.
_TESTS: dict[str, Callable[[Any], Callable[[Any], bool]]] = {
    "enum": lambda allowed: lambda value: value in allowed,
    "maximum": lambda most: lambda value: value <= most,
    "maxLength": lambda most: lambda value: len(value) <= most,
    "minimum": lambda least: lambda value: value >= least,
    "minLength": lambda least: lambda value: len(value) >= least,
}
_FOR = {"integer": {"maximum", "minimum"}, "string": {"enum", "maxLength", "minLength"}}

# What JSON has as a number; int() and float() take more, and int() no more digits than these.
_INTEGER = re.compile(r"-?[0-9]{1,4300}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,4300}(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_STEP = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    :param find: returns None where a request has none.
    :param fits: says of what most requests have that it needs no *check*, which takes longer.
    """

    name: str
    place: str
    required: bool
    default: Any
    find: Find
    convert: Convert
    check: Check
    fits: Callable[[Any], bool]

    def read(self, request: flask.Request) -> Any:
        """Return the value in *request*, the default, or MISSING.

        :raises BadRequest: there is none and must be one, or it is wrong.
        """
        found = self.find(request)
        if found is None:
            if self.required:
                raise BadRequest(f"Missing {self.place} parameter {self.name!r}")
            return self.default if self.default is MISSING else deepcopy(self.default)
        value = self.convert(found)
        if not self.fits(value) and (mistakes := self.check(value)):
            raise BadRequest(self._told(mistakes[0]))
        return value

    def _told(self, mistake: Mistake) -> str:
        place = f" at {mistake.pointer}" if mistake.pointer else ""
        return f"{self.place} parameter {self.name!r}{place}: {mistake.detail}"


def parameter(definition: Mapping[str, Any], key: str, dialect: Dialect) -> Parameter:
    """Return the parameter that a Parameter Object defines.

    :param key: the name of a path parameter in Flask's rule.
    :raises ValueError: the document asks for what is not supported.
    """
    name, place = definition["name"], definition["in"]
    schema, written = _written(definition, key)
    flat = dialect.flat(schema)
    kinds = types(flat)
    find: Find
    convert: Convert
    if "content" in definition:
        find, convert = _scalar(written), _from_json
    elif "object" in kinds:
        leaves = {each: dialect.flat(part) for each, part in flat.get("properties", {}).items()}
        find, convert = _object(written, leaves), _properties(leaves, dialect)
    elif "array" in kinds:
        find = _array(written)
        convert = _each(converter(dialect.flat(flat.get("items", {}))))
    else:
        find, convert = _scalar(written), converter(flat)
    return Parameter(
        name,
        place,
        bool(definition.get("required")),
        flat.get("default", MISSING),
        find,
        convert,
        dialect.incoming(schema),
        _fitting({} if dialect.merges(schema) else flat),
    )


def types(flat: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types that a schema allows; none for any."""
    declared = flat.get("type", ())
    kinds = (declared,) if isinstance(declared, str) else tuple(declared)
    nullable = flat.get("nullable") or flat.get("x-nullable")
    return (*kinds, "null") if nullable and "null" not in kinds else kinds


def _fitting(flat: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Return what says of values, soon, that they are what a schema wants; False says nothing."""
    kinds, words = types(flat), flat.keys() - _SAYS_NOTHING
    if len(kinds) != 1 or kinds[0] not in _TYPES or words - _FOR.get(kinds[0], set()):
        return lambda _: False
    kind, tests = _TYPES[kinds[0]], [_TESTS[word](flat[word]) for word in sorted(words)]

    def fits(value: Any) -> bool:
        if type(value) is not kind:
            return False
        for test in tests:  # noqa: SIM110  all() takes longer
            if not test(value):
                return False
        return True

    return fits


def converter(flat: Mapping[str, Any]) -> Convert:
    """Return what makes a value of a schema's type out of text.

    What cannot be converted stays as it is: the check of the value says what is wrong.
    """
    converters = [_CONVERTERS[kind] for kind in _CONVERTERS if kind in types(flat)]
    if not converters:
        return lambda text: text

    def convert(text: Any) -> Any:
        for each in converters:
            value = each(text)
            if value is not text:
                return value
        return text

    return converters[0] if len(converters) == 1 else convert


@dataclass(frozen=True)
class _Written:
    """Where and how a parameter is written; *explode*: each value on its own."""

    place: str
    name: str
    key: str
    style: str
    explode: bool


def _written(definition: Mapping[str, Any], key: str) -> tuple[Any, _Written]:
    """Return the schema of a parameter, too."""
    place, name = definition["in"], definition["name"]
    if "content" in definition:
        ((media_type, content),) = definition["content"].items()
        if media_type != "application/json":
            raise ValueError(f"a parameter of the type {media_type} is not supported")
        return content.get("schema", {}), _Written(place, name, key, "simple", explode=False)
    if "schema" not in definition:  # Swagger 2.0: the definition is the schema, too
        schema = {word: value for word, value in definition.items() if word not in _OF_SWAGGER}
        style = definition.get("collectionFormat", "csv")
        is_multi = style == "multi"
        return schema, _Written(place, name, key, "form" if is_multi else style, is_multi)
    style = definition.get("style", _STYLES[place])
    if style not in _SEPARATORS and style != "deepObject":
        raise ValueError(f"the style {style} is not supported")
    explode = definition.get("explode", style == "form")
    return definition["schema"], _Written(place, name, key, style, explode)


def _scalar(written: _Written) -> Find:
    name, key = written.name, written.key

    def in_query(request: flask.Request) -> Any:
        values = request.args.getlist(name)
        return values[-1] if values else None

    finds: dict[str, Find] = {
        "path": lambda request: (request.view_args or {})[key],
        "query": in_query,
        "header": lambda request: request.headers.get(name),
        "cookie": lambda request: request.cookies.get(name),
    }
    return finds[written.place]


def _array(written: _Written) -> Find:
    if written.explode and written.place == "query":
        return lambda request: request.args.getlist(written.name) or None
    scalar, separator = _scalar(written), _SEPARATORS[written.style]

    def find(request: flask.Request) -> Any:
        text = scalar(request)
        return text.split(separator) if text is not None else None

    return find


def _object(written: _Written, leaves: Mapping[str, Any]) -> Find:
    if written.style == "deepObject":
        return lambda request: _nested(request, written.name)
    if written.explode and written.place == "query":
        return lambda request: (
            {each: request.args[each] for each in leaves if each in request.args} or None
        )
    scalar, separator = _scalar(written), _SEPARATORS[written.style]

    def find(request: flask.Request) -> Any:
        text = scalar(request)
        if text is None:
            return None
        words = text.split(separator)
        if written.explode:
            return dict(word.partition("=")[::2] for word in words)
        return dict(zip(words[::2], [*words[1::2], ""], strict=False))

    return find


def _nested(request: flask.Request, name: str) -> Any:
    """Return what the query says of an object: ``name[a]=1&name[b][c]=2``."""
    found: dict[str, Any] = {}
    for written, text in request.args.items():
        steps = _STEP.findall(written[len(name) :]) if written.startswith(name + "[") else []
        if name + "".join(f"[{step}]" for step in steps) != written or not steps:
            continue
        node = found
        for step in steps[:-1]:
            inner = node.get(step)
            if not isinstance(inner, dict):
                inner = node[step] = {}
            node = inner
        node[steps[-1]] = text
    return found or None


def _properties(leaves: Mapping[str, Mapping[str, Any]], dialect: Dialect) -> Convert:
    converters = {
        name: _properties(
            {each: dialect.flat(schema) for each, schema in flat["properties"].items()}, dialect
        )
        if "properties" in flat
        else converter(flat)
        for name, flat in leaves.items()
    }

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            name: converters[name](part) if name in converters else part
            for name, part in value.items()
        }

    return convert


def _each(convert: Convert) -> Convert:
    return lambda texts: [convert(text) for text in texts]


def _integer(text: Any) -> Any:
    return int(text) if isinstance(text, str) and _INTEGER.fullmatch(text) else text


def _number(text: Any) -> Any:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    return value if math.isfinite(value) else text


def _boolean(text: Any) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text) if isinstance(text, str) else text


def _null(text: Any) -> Any:
    return None if text == "null" else text


def _from_json(text: Any) -> Any:
    try:
        return strict_json.loads(text.encode())
    except ValueError:
        return text


# The narrowest first: where several are allowed, the first that fits is taken.
_CONVERTERS: dict[str, Convert] = {
    "null": _null,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
}
