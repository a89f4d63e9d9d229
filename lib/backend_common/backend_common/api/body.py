"""The body of a request: JSON, forms, uploads and text, read once, from what Flask has parsed."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import flask
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from backend_common.api import strict_json
from backend_common.api.forms import FormReader, is_file
from backend_common.api.media_types import ByMediaType, MediaType
from backend_common.api.parameters import MISSING
from backend_common.api.problems import InvalidBody, shorten
from backend_common.api.schemas import Check, Dialect

Read = Callable[[flask.Request], Any]

LONGEST_TYPE = 100  # characters of a media type in an error

# A body without a Content-Type is no JSON by guess: a page of another site can make a browser send
# such a body without asking the service first (RFC 9110, section 8.3; Fetch, "CORS-safelisted").
_UNKNOWN = "application/octet-stream"

_UTF_8 = (None, "utf-8", "utf8")


class Body:
    """The bodies that an operation takes.

    :param content: Media Type Objects by media type or media range.
    :raises ValueError: the document asks for what is not supported.
    """

    def __init__(
        self,
        content: Mapping[str, Mapping[str, Any]],
        dialect: Dialect,
        *,
        required: bool,
    ) -> None:
        self._required = required
        self._names = list(content)
        self.forms = {
            name: FormReader(MediaType.parse(name), definition, dialect)
            for name, definition in content.items()
            if MediaType.parse(name).is_form
        }
        """The readers of forms, by their keys in *content*."""
        self._readers = ByMediaType(
            {
                name: (name, self._reader(name, definition, dialect))
                for name, definition in content.items()
            }
        )
        schema = dialect.flat(next(iter(content.values())).get("schema", {}))
        self._default = schema.get("default", MISSING)

    def read(self, request: flask.Request) -> tuple[str, Any]:
        """Return the key of the body's media type in the document, and the body of *request*.

        A form is a :class:`backend_common.api.forms.Form`. Without a body, it is the default, or
        MISSING.

        :raises BadRequest: the body is required and missing, or it is wrong.
        :raises UnsupportedMediaType: the operation does not take its media type.
        """
        is_empty = _is_empty(request)
        given = request.content_type or ""
        if not given and is_empty:
            return self._absent()
        try:
            media_type = MediaType.parse(given or _UNKNOWN)
        except ValueError as error:
            if is_empty:
                return self._absent()
            raise self._unsupported(given) from error
        # NB: a form without a single field, as browsers send it, has no bytes.
        if is_empty and not media_type.is_form:
            return self._absent()
        found = self._readers.find(media_type)
        if found is None:
            raise self._unsupported(given)
        name, read = found
        return name, read(request)

    def _absent(self) -> tuple[str, Any]:
        if self._required:
            raise BadRequest("The body is missing")
        name = self._names[0]
        if name in self.forms:
            return name, self.forms[name].empty()
        return name, deepcopy(self._default) if self._default is not MISSING else MISSING

    def _unsupported(self, given: str) -> UnsupportedMediaType:
        expected = f"it must be {' or '.join(self._names)}"
        if not given:
            return UnsupportedMediaType(f"The body has no Content-Type; {expected}")
        shown = shorten(given.partition(";")[0].strip().lower(), LONGEST_TYPE)
        return UnsupportedMediaType(f"The body is {shown!r}; {expected}")

    def _reader(self, name: str, definition: Mapping[str, Any], dialect: Dialect) -> Read:
        media_type = MediaType.parse(name)
        if media_type.is_form:
            return self.forms[name].read
        schema = definition.get("schema", {})
        check = dialect.incoming(schema)
        if media_type.is_json or media_type.is_text:
            if media_type.charset not in (*_UTF_8, "us-ascii"):
                raise ValueError(f"the charset of {name} is not supported: use UTF-8")
            return _json_reader(check) if media_type.is_json else _text_reader(check)
        if not media_type.is_range or is_file(dialect.flat(schema)):
            return _read_bytes
        return _any_reader(check)


def _is_empty(request: flask.Request) -> bool:
    """Say whether *request* has no body, or one of no bytes."""
    length = request.content_length
    if length is not None:
        return length == 0
    environ = request.environ
    if "HTTP_TRANSFER_ENCODING" in environ:
        return False
    # NB: HTTP/2 has bodies with neither header, and some servers say so in this way.
    return not environ.get("wsgi.input_terminated") or not request.get_data(parse_form_data=False)


def _read_bytes(request: flask.Request) -> bytes:
    return request.get_data()


def _any_reader(check: Check) -> Read:
    """Return the reader of bodies of a media range such as ``*/*``: it goes by their media type."""
    read_json, read_text = _json_reader(check), _text_reader(check)

    def read(request: flask.Request) -> Any:
        media_type = MediaType.parse(request.content_type or "application/octet-stream")
        if media_type.is_json:
            return read_json(request)
        return read_text(request) if media_type.is_text else _read_bytes(request)

    return read


def _json_reader(check: Check) -> Read:
    def read(request: flask.Request) -> Any:
        charset = request.mimetype_params.get("charset")
        if charset is not None and charset.lower() not in _UTF_8:
            raise UnsupportedMediaType("JSON must be in UTF-8 (RFC 8259, section 8.1)")
        content = request.get_data()
        with strict_json.collection.paused(len(content)):
            try:
                value = strict_json.loads(content)
            except ValueError as error:
                raise BadRequest(f"The body is not JSON in UTF-8: {error}") from error
            errors = check(value)
            if errors:
                del value  # before garbage is looked for in it
        if errors:
            raise InvalidBody(errors)
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
        if errors := check(text):
            raise InvalidBody(errors)
        return text

    return read
