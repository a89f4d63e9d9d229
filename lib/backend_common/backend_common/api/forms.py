"""Forms: the fields and files that a document declares, out of what Flask has parsed."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from backend_common.api import strict_json
from backend_common.api.media_types import MediaType
from backend_common.api.problems import Error, InvalidBody, shorten
from backend_common.api.schemas import Dialect

MULTIPART = "multipart/form-data"
MOST_FIELDS = 10_000  # of an urlencoded form
LONGEST_NAME = 100  # characters of a name or a media type in an error

_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass(frozen=True)
class Form:
    """What a form brought: the values of its fields, and its files, by declared names alone.

    The values of undeclared fields are among the fields too, where the schema allows them.
    """

    fields: dict[str, Any]
    files: dict[str, Any]


class FormReader:
    """Reads the forms of one media type.

    :param media_type: one of the two media types of forms.
    :param definition: the Media Type Object.
    :raises ValueError: the document asks for what is not supported.
    """

    def __init__(
        self, media_type: MediaType, definition: Mapping[str, Any], dialect: Dialect
    ) -> None:
        schema = definition.get("schema", {})
        flat = dialect.flat(schema)
        encodings = definition.get("encoding", {})
        self._check = dialect.incoming(schema)
        self._default = flat.get("default") or {}
        self._fill = dialect.fill(schema)
        self._fields = {
            name: _Field(name, each, encodings.get(name, {}), dialect)
            for name, each in (flat.get("properties") or {}).items()
        }
        self._required = {
            name
            for name in flat.get("required", [])
            if name in self._fields and not self._fields[name].is_read_only
        }
        more = flat.get("additionalProperties")
        self._others = _Field("*", more if isinstance(more, Mapping) else {}, {}, dialect)
        if self._others.is_file and isinstance(more, Mapping):
            raise ValueError("additional properties that are files are not supported: name each")
        if media_type.essence != MULTIPART:
            for name in self.files & self._required:
                raise ValueError(
                    f"the field {name!r} is a required file, and {media_type.essence} has none: "
                    f"use {MULTIPART}"
                )

    @property
    def names(self) -> list[str]:
        """The names of the fields and files that are declared."""
        return list(self._fields)

    @property
    def files(self) -> set[str]:
        """The names of the files that are declared."""
        return {name for name, each in self._fields.items() if each.is_file}

    @property
    def always(self) -> set[str]:
        """The names that every valid form has a value for."""
        return self._required | {name for name, each in self._fields.items() if each.has_default}

    def empty(self) -> Form:
        """Return the form that stands for a body that is not there: one without a field.

        :raises InvalidBody: it would lack a field, and has no default.
        """
        if not self._default and (errors := self._check({})):
            raise InvalidBody(errors)
        return self._with_defaults({}, {})

    def read(self, request: flask.Request) -> Form:
        """Return the form in *request*.

        :raises BadRequest: it is not what the document says.
        :raises RequestEntityTooLarge: it has too many fields.
        """
        with strict_json.collection.paused(request.content_length or 0):
            return self._read(request)

    def _read(self, request: flask.Request) -> Form:
        if request.mimetype != MULTIPART:
            _bound(request.get_data())  # which Flask parses afterwards
        sent, uploads = request.form, request.files
        fields: dict[str, Any] = {}
        files: dict[str, Any] = {}
        checked: dict[str, Any] = {}
        for name in dict.fromkeys([*sent, *uploads]):
            field = self._fields.get(name)
            texts, given = sent.getlist(name), _chosen(uploads.getlist(name))
            if not texts and not given:
                continue
            if field is None and given:
                # NB: a file that the document does not name goes nowhere, but counts as a property.
                checked[name] = {}
                continue
            field = field or self._others
            try:
                if field.is_file:
                    files[name], checked[name] = field.of_files(texts, given)
                else:
                    fields[name] = checked[name] = field.of_texts(texts, given)
            except _FieldError as error:
                pointer = "/" + shorten(name.replace("~", "~0").replace("/", "~1"), LONGEST_NAME)
                raise InvalidBody([Error(str(error), pointer)]) from error
        if errors := self._check(checked):
            for values in (fields, checked):
                values.clear()  # before garbage is looked for in them
            raise InvalidBody(errors)
        return self._with_defaults(fields, files)

    def _with_defaults(self, fields: dict[str, Any], files: dict[str, Any]) -> Form:
        values = fields or ({} if files else deepcopy(dict(self._default)))
        return Form(self._fill(values), files)


def _bound(content: bytes) -> None:
    """Go on if parsing *content*, an urlencoded form, costs what its size is worth.

    Werkzeug bounds the parts of multipart forms only, and stray percent signs cost it five times
    as much as others.
    """
    if content.count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge(f"The form has more than {MOST_FIELDS} fields")
    if content.count(b"%") > MOST_FIELDS and len(_STRAY.findall(content)) > MOST_FIELDS:
        raise BadRequest("The form is malformed: too many percent signs begin no escape")


def is_file(flat: Mapping[str, Any]) -> bool:
    """Say whether a field with this schema is a file.

    OpenAPI 3.0 has a format for it, 3.1 a media type of the content or no type at all.
    """
    if flat.get("contentMediaType", "").startswith("text/"):
        return False
    binary = flat.get("format") in ("binary", "base64") or "contentMediaType" in flat
    return binary and set(flat.get("type", [])) <= {"string", "null"}


def _chosen(given: Sequence[FileStorage]) -> list[FileStorage]:
    """Leave out what browsers send for an input without a chosen file: nothing, without a name."""
    return [each for each in given if each.filename or _size(each)]


class _FieldError(Exception):
    """What is wrong with one field."""


class _Field:
    """One field of a form: how its value is made of the parts that were sent for it."""

    def __init__(
        self, name: str, schema: Any, encoding: Mapping[str, Any], dialect: Dialect
    ) -> None:
        flat = dialect.flat(schema)
        item = dialect.flat(flat.get("items", {}))
        self.is_many = "array" in flat.get("type", [])
        self.is_file = is_file(item if self.is_many else flat)
        self.is_read_only = bool(flat.get("readOnly"))
        self.has_default = "default" in flat
        self._sized = bool({"minLength", "maxLength"} & (item if self.is_many else flat).keys())
        self._types = [
            MediaType.parse(each)
            for each in encoding.get("contentType", "").split(",")
            if each.strip()
        ]
        self._from_texts = self._reader(name, schema, encoding, dialect)

    def of_files(
        self, texts: Sequence[str], given: Sequence[FileStorage]
    ) -> tuple[Any, list[str] | str]:
        """Return the file, or the list of files, and what the schema is to check instead.

        :raises _FieldError: it is not a file, or of the wrong type.
        """
        if texts:
            raise _FieldError(f"it must be sent as a file: as {MULTIPART}, with a file name")
        if not self.is_many and len(given) > 1:
            raise _FieldError(f"it is one file, and {len(given)} were sent")
        for each in given:
            self._expect_type(each)
        # NB: for a schema a file is a string; only its length can matter.
        stand_ins = [" " * _size(each) if self._sized else "" for each in given]
        return (list(given), stand_ins) if self.is_many else (given[0], stand_ins[0])

    def of_texts(self, texts: Sequence[str], given: Sequence[FileStorage]) -> Any:
        """Return the value of a field that is not a file.

        :raises _FieldError: a part of it is a file.
        """
        if not given:
            return self._from_texts(texts)
        values = []
        for each in given:
            # NB: browsers send a Blob, which is how a script gives a part a type, with a file name.
            media_type = _type_of(each)
            if media_type.is_json:
                values.append(_loads(each.read()))
            elif media_type.is_text:
                values.append(self._from_texts([each.read().decode("utf-8", "replace")]))
            else:
                raise _FieldError("it was sent as a file, and is not one in the document")
        if not self.is_many:
            return values[-1]
        return _joined([*(self._from_texts(texts) if texts else []), *values])

    def _expect_type(self, given: FileStorage) -> None:
        if self._types and not any(each.covers(_type_of(given)) for each in self._types):
            allowed = " or ".join(map(str, self._types))
            shown = shorten(str(_type_of(given)), LONGEST_NAME)
            raise _FieldError(f"its type is {shown}; it must be {allowed}")

    def _reader(
        self, name: str, schema: Any, encoding: Any, dialect: Dialect
    ) -> Callable[[Sequence[str]], Any]:
        flat = dialect.flat(schema)
        item = dialect.flat(flat.get("items", {}))
        is_json = any(each.is_json for each in self._types)
        is_object = "object" in (item if self.is_many else flat).get("type", [])
        if is_object and self._types and not is_json and not self.is_file:
            raise ValueError(
                f"the field {name!r} is an object in {' or '.join(map(str, self._types))}, "
                "which is not supported: use application/json"
            )
        if self.is_many:
            if is_json or is_object or "array" in item.get("type", []):
                return lambda texts: _joined([_loads(text.encode()) for text in texts])
            return _array_reader(dialect.cast(flat.get("items", {})), encoding)
        if is_json or is_object:
            return lambda texts: _loads(texts[-1].encode())
        one = dialect.cast(schema)
        return lambda texts: one(texts[-1])


def _array_reader(
    convert: Callable[[Any], Any], encoding: Mapping[str, Any]
) -> Callable[[Sequence[str]], Any]:
    style = encoding.get("style", "form")
    separator = _SEPARATORS.get(style, ",")
    if encoding.get("explode", style == "form"):
        return lambda texts: [convert(text) for text in texts]
    return lambda texts: [convert(text) for text in texts[-1].split(separator)]


def _joined(values: list[Any]) -> Any:
    """Return the array that *values* are: one value that is an array, or one item each."""
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values


def _loads(content: bytes) -> Any:
    """Return the value of JSON; what is not JSON stays text, and the schema says what is wrong."""
    try:
        return strict_json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def _type_of(given: FileStorage) -> MediaType:
    try:
        return MediaType.parse(given.content_type or "application/octet-stream")
    except ValueError:
        return MediaType("application", "octet-stream")


def _size(given: FileStorage) -> int:
    size = given.stream.seek(0, io.SEEK_END)
    given.stream.seek(0)
    return size
