"""The body of a request: JSON, forms, uploads and text, read once, from what Flask has parsed."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import flask
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from backend_common.api import strict_json
from backend_common.api.parameters import converter, types
from backend_common.api.problems import InvalidBody, shorten
from backend_common.api.schemas import Check, Dialect

Read = Callable[[flask.Request], Any]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LONGEST_TYPE = 100  # characters of a media type in an error

_UTF_8 = (None, "utf-8", "utf8")


@dataclass(frozen=True)
class Form:
    """What a form brought: the values of its fields, and its files."""

    fields: dict[str, Any]
    files: dict[str, Any]


class Body:
    """The bodies that an operation takes.

    :param content: Media Type Objects by media type or media range.
    """

    def __init__(
        self,
        content: Mapping[str, Mapping[str, Any]],
        dialect: Dialect,
        *,
        required: bool,
    ) -> None:
        self._required = required
        self._readers = {
            media_type.partition(";")[0].strip().lower(): _reader(media_type, definition, dialect)
            for media_type, definition in content.items()
        }
        # The most specific range first.
        self._ranges = sorted((name for name in self._readers if "*" in name), key=_generality)
        self._first = next(iter(self._readers))
        schema = dialect.flat(next(iter(content.values())).get("schema", {}))
        self._default = schema.get("default")

    def read(self, request: flask.Request) -> Any:
        """Return the body of *request*, a :class:`Form` if it is one, or the default.

        :raises BadRequest: it must be there and is not, or it is wrong.
        :raises UnsupportedMediaType: its type is none that the operation takes.
        """
        length = request.content_length
        if length == 0 or (length is None and "HTTP_TRANSFER_ENCODING" not in request.environ):
            if self._required:
                raise BadRequest("The body is missing")
            return deepcopy(self._default)
        media_type = request.mimetype
        if not media_type:
            media_type = request.environ["CONTENT_TYPE"] = self._first
        return self._reader_of(media_type)(request)

    def _reader_of(self, media_type: str) -> Read:
        if reader := self._readers.get(media_type):
            return reader
        for pattern in self._ranges:
            if fnmatchcase(media_type, pattern):
                return self._readers[pattern]
        given = shorten(media_type, LONGEST_TYPE)
        raise UnsupportedMediaType(
            f"The body is {given!r}; it must be {' or '.join(self._readers)}"
        )


def is_json(media_type: str) -> bool:
    """Say whether a media type, without parameters, is JSON (RFC 6839, section 3.1)."""
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def is_file(flat: Mapping[str, Any]) -> bool:
    """Say whether a field with this schema is a file.

    OpenAPI 3.0 has a format for it, 3.1 a media type of the content or no type at all.
    """
    if flat.get("contentMediaType", "").startswith("text/"):
        return False
    binary = flat.get("format") in ("binary", "base64") or "contentMediaType" in flat
    return binary and types(flat) in ((), ("string",))


def _generality(pattern: str) -> tuple[int, str]:
    return pattern.count("*") * 10 + pattern.startswith("*"), pattern


def _reader(media_type: str, definition: Mapping[str, Any], dialect: Dialect) -> Read:
    name = media_type.partition(";")[0].strip().lower()
    schema = definition.get("schema", {})
    check = dialect.incoming(schema)
    if is_json(name):
        return _json_reader(check)
    if name in FORMS:
        return _form_reader(check, definition, dialect)
    if name.startswith("text/"):
        return _text_reader(check)
    return lambda request: request.get_data()


def _json_reader(check: Check) -> Read:
    def read(request: flask.Request) -> Any:
        charset = request.mimetype_params.get("charset")
        if charset is not None and charset.lower() not in _UTF_8:
            raise UnsupportedMediaType("JSON must be in UTF-8 (RFC 8259, section 8.1)")
        try:
            value = strict_json.loads(request.get_data())
        except ValueError as error:
            raise BadRequest(f"The body is not JSON in UTF-8: {error}") from error
        if mistakes := check(value):
            raise InvalidBody(mistakes)
        return value

    return read


def _text_reader(check: Check) -> Read:
    def read(request: flask.Request) -> str:
        charset = request.mimetype_params.get("charset")
        if charset is not None and charset.lower() not in (*_UTF_8, "us-ascii"):
            raise UnsupportedMediaType("Text must be in UTF-8")
        try:
            text = request.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRequest("The body is not text in UTF-8") from error
        if mistakes := check(text):
            raise InvalidBody(mistakes)
        return text

    return read


def _form_reader(check: Check, definition: Mapping[str, Any], dialect: Dialect) -> Read:
    flat = dialect.flat(definition.get("schema", {}))
    encodings = definition.get("encoding", {})
    properties = {
        name: dialect.flat(schema) for name, schema in (flat.get("properties") or {}).items()
    }
    items = {name: dialect.flat(each.get("items", {})) for name, each in properties.items()}
    converters = {
        name: _from_text(properties[name], items[name], encodings.get(name, {}))
        for name in properties
    }
    several = {name for name, each in properties.items() if "array" in types(each)}
    files = {
        name
        for name, each in properties.items()
        if is_file(items[name] if name in several else each)
    }

    def read(request: flask.Request) -> Form:
        sent = request.form
        fields: dict[str, Any] = {}
        for name in sent:
            values = sent.getlist(name)
            convert = converters.get(name)
            fields[name] = convert(values) if convert else values[-1]
        uploads: dict[str, Any] = {
            name: request.files.getlist(name) if name in several else request.files[name]
            for name in request.files
        }
        # A file is for the check what it is in the document, a string; elsewhere it is nothing.
        stand_ins: dict[str, Any] = {
            name: ([""] * len(given) if isinstance(given, list) else "") if name in files else {}
            for name, given in uploads.items()
        }
        if mistakes := check({**fields, **stand_ins}):
            raise InvalidBody(mistakes)
        defaults = {
            name: deepcopy(each["default"])
            for name, each in properties.items()
            if "default" in each and name not in fields
        }
        return Form({**defaults, **fields}, uploads)

    return read


def _from_text(
    flat: Mapping[str, Any], item: Mapping[str, Any], encoding: Mapping[str, Any]
) -> Callable[[list[str]], Any]:
    """Return what makes the value of one field out of all texts that were sent for it."""
    kinds = types(flat)
    if encoding.get("contentType") == "application/json" or "object" in kinds:
        return lambda texts: _embedded(texts[-1])
    if "array" in kinds:
        convert = converter(item)
        separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(
            encoding.get("style", ""), ","
        )
        if encoding.get("explode", "style" not in encoding or encoding["style"] == "form"):
            return lambda texts: [convert(text) for text in texts]
        return lambda texts: [convert(text) for text in texts[-1].split(separator)]
    one = converter(flat)
    return lambda texts: one(texts[-1])


def _embedded(text: str) -> Any:
    try:
        return strict_json.loads(text.encode())
    except ValueError:
        return text
