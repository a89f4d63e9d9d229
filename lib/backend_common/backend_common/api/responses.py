"""What a function returns, as a response, and whether that is what the document says."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any

import flask
from connexion.datastructures import NoContent  # type: ignore[import-untyped]
from connexion.frameworks.flask import (  # type: ignore[import-untyped]
    FlaskJSONProvider,
)
from connexion.lifecycle import ConnexionResponse  # type: ignore[import-untyped]
from werkzeug.datastructures import Headers
from werkzeug.exceptions import InternalServerError, NotAcceptable
from werkzeug.wrappers import Response

from backend_common.api import strict_json
from backend_common.api.casting import Texts
from backend_common.api.media_types import ByMediaType, MediaType, best, is_json
from backend_common.api.problems import Error
from backend_common.api.schemas import Dialect

__all__ = ["JSONProvider", "Responses"]

JSON = MediaType.parse("application/json")
TEXT = MediaType.parse("text/plain")
BYTES = MediaType.parse("application/octet-stream")

_EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
# What Python writes and JSON does not know.
_NO_NUMBERS = (b"NaN", b"Infinity")

CheckText = Callable[[str], list[Error]]


class JSONProvider(FlaskJSONProvider):  # type: ignore[misc]
    """Writes JSON: dates and times as in RFC 3339, and no number that JSON does not have."""

    def dumps(self, obj: Any, **options: Any) -> str:
        """Return *obj* as JSON.

        :raises ValueError: it has NaN or infinity in it.
        """
        return super().dumps(obj, **{"allow_nan": False, **options})  # type: ignore[no-any-return]


class Definition:
    """A Response Object: the media types of a response, their schemas, its headers.

    :raises ValueError: the document asks for what is not supported.
    """

    def __init__(self, definition: Mapping[str, Any], dialect: Dialect) -> None:
        content: Mapping[str, Mapping[str, Any]] = definition.get("content", {})
        self.names = list(content)
        self.media_types = [MediaType.parse(name) for name in content]
        self._checks = ByMediaType(
            {
                name: _checks(each["schema"], dialect) if "schema" in each else _Checks()
                for name, each in content.items()
            }
        )
        headers: Mapping[str, Mapping[str, Any]] = definition.get("headers", {})
        self._required = [name for name, header in headers.items() if header.get("required")]
        self._headers = {
            name: _header_check(header["schema"], dialect)
            for name, header in headers.items()
            if "schema" in header and name.lower() != "content-type"
        }

    def error(self, response: Response, *, has_body: bool) -> str | None:
        """Return what is wrong with *response*, or None.

        A body that is streamed is not looked at, nor one that is neither JSON nor text.

        :param has_body: whether a response may have a body at all.
        """
        for name in self._required:
            if name not in response.headers:
                return f"the header {name} is missing"
        for name, check in self._headers.items():
            if name in response.headers and (errors := check(response.headers[name])):
                return f"the header {name}{errors[0].pointer}: {errors[0].detail}"
        if not self.names or not has_body:
            return None
        return self._error_of_body(response)

    def _error_of_body(self, response: Response) -> str | None:
        is_stream = response.is_streamed or response.direct_passthrough
        body = b"" if is_stream else response.get_data()
        if not is_stream and not body and not response.content_type:
            return f"it has no body, which is {' or '.join(self.names)}"
        try:
            media_type = MediaType.parse(response.content_type or "")
        except ValueError:
            media_type = BYTES
        checks = self._checks.find(media_type)
        if checks is None:
            return f"its type is {media_type.essence}, not {' or '.join(self.names)}"
        if is_stream:
            return None
        errors: list[Error] = []
        if media_type.is_json and checks.json:
            try:
                value = strict_json.loads(body)
            except ValueError as error:
                return f"the body is not JSON: {error}"
            errors = checks.json(value)
        elif media_type.is_text and checks.text:
            errors = checks.text(body.decode("utf-8", "replace"))
        return f"body{errors[0].pointer}: {errors[0].detail}" if errors else None


class _Checks:
    """What checks the bodies of one media type; None for what has no schema."""

    json: Callable[[Any], list[Error]] | None = None
    text: CheckText | None = None


def _checks(schema: Any, dialect: Dialect) -> _Checks:
    made = _Checks()
    made.json = check = dialect.outgoing(schema)
    cast = dialect.cast(schema)
    made.text = lambda text: check(cast(text))
    return made


def _header_check(schema: Any, dialect: Dialect) -> CheckText:
    check, cast = dialect.outgoing(schema), dialect.cast(schema)
    if "array" in dialect.composition.kinds(schema):
        return lambda text: check(cast(Texts([each.strip() for each in text.split(",")], text)))
    return lambda text: check(cast(text))


class Responses:
    """The responses of one operation.

    :param name: what the operation is called in the log.
    :param definitions: Response Objects, by status, range of statuses (``4XX``) or ``default``.
    :param validate: whether a response that is not what the document says becomes an error.
    :raises ValueError: the document asks for what is not supported.
    """

    def __init__(
        self,
        app: flask.Flask,
        name: str,
        definitions: Mapping[str, Mapping[str, Any]],
        dialect: Dialect,
        *,
        validate: bool,
    ) -> None:
        self._app = app
        self._name = name
        self._validate = validate
        self._definitions = {
            status.upper(): Definition(each, dialect) for status, each in definitions.items()
        }
        produced = {
            name: media_type
            for status, each in self._definitions.items()
            if status.startswith(("2", "D"))
            for name, media_type in zip(each.names, each.media_types, strict=True)
        }
        self._produced = dict(sorted(produced.items()))
        self._offered = list(self._produced.values())
        self._possible: dict[tuple[int, type], dict[str, MediaType]] = {}

    def negotiate(self, request: flask.Request) -> None:
        """Go on if the client accepts what the operation produces (RFC 9110, section 12.5.1).

        :raises NotAcceptable: it does not.
        """
        accepted = request.environ.get("HTTP_ACCEPT")
        if not accepted or accepted == "*/*" or not self._produced or accepted in self._produced:
            return
        if best(accepted, self._offered) is None:
            raise NotAcceptable(f"This is available as {' or '.join(self._produced)}")

    @property
    def are_all_json(self) -> bool:
        """Whether no response that the document has for success can be sent in pieces."""
        return all(each.is_json for each in _possible(Iterator, self._produced).values())

    def make(self, result: Any) -> Response:
        """Return the response that *result*, of the operation's function, stands for.

        :raises InternalServerError: it is not JSON, or not what the document says.
        """
        response = result if isinstance(result, Response) else self._response(result)
        # NB: JSONProvider has looked at what it wrote itself.
        if response is result or isinstance(result, ConnexionResponse | tuple):
            self._expect_json(response)
        if self._validate:
            self._check(response)
        return response

    def _expect_json(self, response: Response) -> None:
        """Go on if *response*, where it says that it is JSON, has no numbers that JSON has not."""
        is_stream = response.is_streamed or response.direct_passthrough
        if is_stream or "json" not in (response.content_type or ""):
            return
        body = response.get_data()
        if not any(each in body for each in _NO_NUMBERS):  # also in text, as a rule not
            return
        try:
            strict_json.loads(body)
        except ValueError as error:
            raise self._not_json(error) from error

    def _not_json(self, error: ValueError) -> InternalServerError:
        self._app.logger.error("The response of %s is not JSON: %s", self._name, error)
        return InternalServerError()

    def _response(self, result: Any) -> Response:
        if isinstance(result, ConnexionResponse):
            return self._app.response_class(
                result.body,
                result.status_code,
                result.headers,
                mimetype=result.mimetype,
                content_type=result.content_type,
            )
        data, status, headers = _unpacked(result)
        if isinstance(data, Response):
            data.status_code = status or data.status_code
            data.headers.update(headers or {})
            return data
        if data is None or data is NoContent:
            response = self._app.response_class(b"", status or HTTPStatus.NO_CONTENT, headers)
            if not _type_of(headers):
                del response.headers["Content-Type"]  # which Flask gives to nothing, too
            return response
        status = status or 200
        if given := _type_of(headers):
            data = self._written(data, given)
            return self._app.response_class(data, status, headers)
        return self._negotiated(data, status, headers)

    def _negotiated(self, data: Any, status: int, headers: Any) -> Response:
        """Return *data* in the media type that the client likes best, of those that it can be."""
        kind = _kind(data)
        possible = self._possible.get((status, kind))
        if possible is None:
            possible = _possible(kind, self._on_offer(status))
            self._possible[status, kind] = possible
        chosen = next(iter(possible))
        if len(possible) > 1 and (accepted := flask.request.environ.get("HTTP_ACCEPT")):
            liked = best(accepted, list(possible.values()))
            chosen = next((name for name, each in possible.items() if each == liked), chosen)
        # NB: Flask adds the charset to text that has none.
        mimetype = None if ";" in chosen else chosen
        data = self._written(data, chosen)
        response = self._app.response_class(
            data, status, headers, mimetype=mimetype, content_type=None if mimetype else chosen
        )
        if len(possible) > 1:
            response.vary.add("Accept")
        return response

    def _on_offer(self, status: int) -> dict[str, MediaType]:
        definition = self._definition(status)
        if definition and definition.names:
            return dict(zip(definition.names, definition.media_types, strict=True))
        return self._produced or {JSON.essence: JSON}

    def _written(self, data: Any, media_type: str) -> Any:
        if not is_json(media_type):
            return data
        try:
            return self._app.json.dumps(data, separators=(",", ":"), allow_nan=False) + "\n"
        except ValueError as error:
            raise self._not_json(error) from error

    def _definition(self, status: int) -> Definition | None:
        found = self._definitions.get(str(status)) or self._definitions.get(f"{status // 100}XX")
        return found or self._definitions.get("DEFAULT")

    def _check(self, response: Response) -> None:
        status = response.status_code
        definition = self._definition(status)
        if definition:
            has_body = flask.request.method != "HEAD" and status not in _EMPTY
            error = definition.error(response, has_body=has_body)
        elif status < HTTPStatus.BAD_REQUEST:
            error = f"the document has no response with the status {status}"
        else:
            return
        if error:
            self._app.logger.error(
                "The response of %s is not what the document says: %s", self._name, error
            )
            raise InternalServerError(
                f"The response is not what the document says: {error}; "
                "correct the function or the document"
            )


def _unpacked(result: Any) -> tuple[Any, int | None, Any]:
    if not isinstance(result, tuple):
        return result, None, None
    data, *more = result
    headers = None
    status: int | None = None
    for each in more:
        if isinstance(each, int):
            status = int(each)
        elif isinstance(each, Enum):
            status = int(each.value)
        elif each is not None:
            headers = each
    return data, status, headers


def _type_of(headers: Any) -> str | None:
    return Headers(headers).get("Content-Type") if headers else None


def _kind(data: Any) -> type:
    if isinstance(data, dict | list):  # nearly always, and the cheapest to ask
        return object
    for kind in (str, bytes, Iterator):
        if isinstance(data, kind):
            return kind
    return object


def _possible(kind: type, offered: Mapping[str, MediaType]) -> dict[str, MediaType]:
    """Return the media types of *offered* that data of a type can be in, the natural one first.

    Of a range, that is the one for data of this type where a document says nothing.
    """
    own = TEXT if kind is str else BYTES if kind in (bytes, Iterator) else JSON
    concrete = {name: each for name, each in offered.items() if not each.is_range}
    if any(each.is_range and each.covers(own) for each in offered.values()):
        concrete[own.essence] = own
    if kind in (bytes, Iterator):
        found = {name: each for name, each in concrete.items() if not each.is_json}
    elif kind is str:
        # Text first, then what a function may have written itself, then JSON.
        found = dict(sorted(concrete.items(), key=lambda pair: _rank_of_text(pair[1])))
    else:
        found = {name: each for name, each in concrete.items() if each.is_json}
    # NB: what comes in pieces is no JSON, and fails as such where the document has nothing else.
    own = JSON if kind is Iterator else own
    return found or {own.essence: own}


def _rank_of_text(media_type: MediaType) -> int:
    if media_type.is_json:
        return 3
    return 0 if media_type == TEXT else 1 + (not media_type.is_text)
