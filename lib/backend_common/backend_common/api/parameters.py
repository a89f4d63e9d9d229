"""The parameters of an operation: found in a request, converted from text, checked.

Arrays and objects are written as OpenAPI says (version 3.0.3 and later, "Style Values"), and as
Swagger 2.0 says in its "collectionFormat".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.exceptions import BadRequest

from backend_common.api.casting import Texts, from_json
from backend_common.api.errors import is_secret
from backend_common.api.problems import Error
from backend_common.api.schemas import MISSING, Check, Dialect
from backend_common.api.strict_json import DEEPEST

__all__ = ["MISSING", "Parameter", "parameter"]

Find = Callable[[flask.Request], Any]
Convert = Callable[[Any], Any]

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
_STEP = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    :param find: returns None where a request has none.
    :param fill: adds the defaults of properties; None without defaults.
    """

    name: str
    place: str
    required: bool
    default: Any
    find: Find
    convert: Convert
    check: Check
    fill: Convert | None

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
        if not self.check.is_valid(value):
            raise BadRequest(self._told(self.check(value)[0]))
        return self.fill(value) if self.fill else value

    def _told(self, error: Error) -> str:
        place = f" at {error.pointer}" if error.pointer else ""
        return f"{self.place} parameter {self.name!r}{place}: {error.detail}"


def parameter(definition: Mapping[str, Any], key: str, dialect: Dialect) -> Parameter:
    """Return the parameter that a Parameter Object defines.

    :param key: the name of a path parameter in Flask's rule.
    :raises ValueError: the document asks for what is not supported.
    """
    name, place = definition["name"], definition["in"]
    schema, written = _written(definition, key)
    kinds = dialect.composition.kinds(schema)
    convert: Convert = dialect.cast(schema)
    fill: Convert | None = None
    if "content" in definition:
        find, convert = _scalar(written), from_json
    elif "object" in kinds and ("array" not in kinds or written.style == "deepObject"):
        find = _object(written, dialect.composition.properties(schema))
        fill = dialect.fill(schema)
    elif "array" in kinds:
        find = _array(written)
    else:
        find = _scalar(written)
    return Parameter(
        name,
        place,
        bool(definition.get("required")),
        dialect.composition.default(schema),
        find,
        convert,
        dialect.incoming(schema, secret=is_secret(name)),
        fill,
    )


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
        return lambda request: _texts(request.args.getlist(written.name))
    scalar, separator = _scalar(written), _SEPARATORS[written.style]

    def find(request: flask.Request) -> Any:
        text = scalar(request)
        return Texts(text.split(separator), text) if text is not None else None

    return find


def _object(written: _Written, names: Iterable[str]) -> Find:
    if written.style == "deepObject":
        return lambda request: _nested(request, written.name)
    if written.explode and written.place == "query":
        return lambda request: (
            {each: Texts(request.args.getlist(each)) for each in names if each in request.args}
            or None
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
    """Return what the query says of an object: ``name[a]=1&name[b][c]=2``.

    An array is written as often as it has items, as ``name[a]``, ``name[a][]`` or ``name[a][0]``.

    :raises BadRequest: it is nested deeper than JSON may be.
    """
    found: dict[str, Any] = {}
    for written, texts in request.args.lists():
        steps = _STEP.findall(written[len(name) :]) if written.startswith(name + "[") else []
        if name + "".join(f"[{step}]" for step in steps) != written or not steps:
            continue
        if len(steps) > DEEPEST:
            raise BadRequest(f"query parameter {name!r}: it is nested too deeply")
        node = found
        for step in steps[:-1]:
            inner = node.get(step)
            if not isinstance(inner, dict):
                inner = node[step] = {}
            node = inner
        node[steps[-1]] = Texts(texts)
    return found or None


def _texts(values: list[str]) -> Texts | None:
    return Texts(values) if values else None
