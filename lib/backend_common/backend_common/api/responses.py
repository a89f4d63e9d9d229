"""What a function returns, as a response, and whether that is what the document says."""

import json
from collections.abc import Mapping
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

from backend_common.api.media_types import is_json
from backend_common.api.schemas import Check, Dialect

__all__ = ["FlaskJSONProvider", "Responses"]

JSON = "application/json"


class Definition:
    """A Response Object: the media types of a response, their schemas, the headers it must have."""

    def __init__(self, definition: Mapping[str, Any], dialect: Dialect) -> None:
        content: Mapping[str, Mapping[str, Any]] = definition.get("content", {})
        self.media_types = list(content)
        self._checks: dict[str, Check] = {
            media_type: dialect.outgoing(each["schema"])
            for media_type, each in content.items()
            if "schema" in each
        }
        self._headers = [
            name for name, header in definition.get("headers", {}).items() if header.get("required")
        ]

    def mistake(self, response: Response) -> str | None:
        """Return what is wrong with *response*, or None."""
        missing = [name for name in self._headers if name not in response.headers]
        if missing:
            return f"the header {missing[0]} is missing"
        if response.is_streamed or response.direct_passthrough:
            return None
        body = response.get_data()
        if not self.media_types or not body:
            return None
        media_type = response.mimetype or ""
        if not any(_within(media_type, each) for each in self.media_types):
            return f"its type is {media_type}, not {' or '.join(self.media_types)}"
        check = self._checks.get(media_type)
        if check is None or not is_json(media_type):
            return None
        mistakes = check(json.loads(body))
        return f"body{mistakes[0].pointer}: {mistakes[0].detail}" if mistakes else None


class Responses:
    """The responses of one operation.

    :param definitions: Response Objects, by status, range of statuses (``4XX``) or ``default``.
    :param validate: whether a response that is not what the document says becomes an error.
    """

    def __init__(
        self,
        app: flask.Flask,
        definitions: Mapping[str, Mapping[str, Any]],
        dialect: Dialect,
        *,
        validate: bool,
    ) -> None:
        self._app = app
        self._validate = validate
        self._definitions = {
            status.upper(): Definition(each, dialect) for status, each in definitions.items()
        }
        self._nothing = Definition({}, dialect)
        self._produced = sorted(
            {
                media_type
                for status, each in self._definitions.items()
                if status.startswith(("2", "D"))
                for media_type in each.media_types
            }
        )

    def negotiate(self, request: flask.Request) -> None:
        """Go on if the client accepts what the operation produces (RFC 9110, section 12.5.1).

        :raises NotAcceptable: it does not.
        """
        accepted = request.environ.get("HTTP_ACCEPT")
        if not accepted or "*/*" in accepted or not self._produced or accepted in self._produced:
            return
        types = request.accept_mimetypes
        if types and not any(types.quality(each) > 0 for each in self._produced):
            raise NotAcceptable(f"This is available as {' or '.join(self._produced)}")

    def make(self, result: Any) -> Response:
        """Return the response that *result*, of the operation's function, stands for."""
        response = result if isinstance(result, Response) else self._response(result)
        if self._validate:
            self._check(response)
        return response

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
        given = _type_of(headers)
        media_type = given or self._media_type(status, data)
        if is_json(media_type.partition(";")[0].strip().lower()):
            data = self._app.json.dumps(data, separators=(",", ":")) + "\n"
        if given:
            return self._app.response_class(data, status, headers)
        return self._app.response_class(data, status, headers, mimetype=media_type)

    def _definition(self, status: int) -> Definition | None:
        found = self._definitions.get(str(status)) or self._definitions.get(f"{status // 100}XX")
        return found or self._definitions.get("DEFAULT")

    def _media_type(self, status: int, data: Any) -> str:
        definition = self._definition(status) or self._nothing
        offered = definition.media_types or self._produced or [JSON]
        if len(offered) == 1 and "*" not in offered[0]:
            return offered[0]
        if isinstance(data, str) and "text/plain" in offered:
            return "text/plain"
        if isinstance(data, str | bytes):
            return next((each for each in offered if not is_json(each)), offered[0])
        return next((each for each in offered if is_json(each)), JSON)

    def _check(self, response: Response) -> None:
        status = response.status_code
        definition = self._definition(status)
        if definition:
            mistake = definition.mistake(response)
        elif status < HTTPStatus.BAD_REQUEST:
            mistake = f"the document has no response with the status {status}"
        else:
            return
        if mistake:
            raise InternalServerError(
                f"The response is not what the document says: {mistake}; "
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


def _within(media_type: str, offered: str) -> bool:
    offered = offered.partition(";")[0].strip().lower()
    kind, _, rest = offered.partition("/")
    return offered in (media_type, "*/*") or (rest == "*" and media_type.startswith(f"{kind}/"))
