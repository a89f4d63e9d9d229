"""Errors as problem details, ``application/problem+json`` (RFC 9457); those of pages stay HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flask
import starlette.exceptions
import werkzeug.exceptions
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from backend_common.api.paths import Paths, prefers_html
from backend_common.core.app import current_request

MEDIA_TYPE = "application/problem+json"
LONGEST_DETAIL = 500  # characters; a detail may quote the input, which may be long


@dataclass(frozen=True)
class Error:
    """What is wrong with a value, and where in it: a JSON pointer (RFC 6901), "" for all of it."""

    detail: str
    pointer: str


class InvalidBody(werkzeug.exceptions.BadRequest):
    """The body of a request is not what the document says.

    :param errors: what is wrong with it, at least one; the first is the detail of the problem, too.
    """

    def __init__(self, errors: Sequence[Error]) -> None:
        first = errors[0]
        super().__init__(f"body{first.pointer}: {first.detail}")
        self.errors = errors


def handle(app: flask.Flask, paths: Paths) -> None:
    """Answer every HTTP error of *app* with a problem, or with a page where a person asked for one.

    :param paths: those of the API; errors there are problems for everybody.
    """

    def from_any(error: werkzeug.exceptions.HTTPException) -> Response:
        return answer(error, paths)

    app.register_error_handler(starlette.exceptions.HTTPException, _from_starlette)
    app.register_error_handler(werkzeug.exceptions.HTTPException, from_any)


def answer(error: werkzeug.exceptions.HTTPException, paths: Paths) -> Response:
    """Return the answer to the current request, whose handling raised *error*."""
    request = current_request()
    # NB: flask.abort(response) comes here too.
    if error.response is not None:
        return error.get_response()
    if paths.has(request):
        return _from_werkzeug(error)
    response = error.get_response() if prefers_html(request) else _from_werkzeug(error)
    response.vary.add("Accept")
    return response


def shorten(text: str, longest: int = LONGEST_DETAIL) -> str:
    """Return *text* of at most *longest* characters; an ellipsis stands for the rest."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _from_werkzeug(error: werkzeug.exceptions.HTTPException) -> Response:
    """Return the problem that *error* is."""
    headers = [pair for pair in error.get_headers() if pair[0].lower() != "content-type"]
    more = {}
    if isinstance(error, InvalidBody):
        # The member and its shape are those of the example in RFC 9457, section 3.
        more["errors"] = [
            {"detail": each.detail, "pointer": "#" + each.pointer} for each in error.errors
        ]
    return _problem(error.code or 500, error.name, error.description, headers, more)


def _from_starlette(error: starlette.exceptions.HTTPException) -> Response:
    """Functions may raise these, and connexion's ProblemException, which is one with more."""
    # NB: HTTP has no name for some statuses, such as 499, which nginx uses.
    title = getattr(error, "title", None) or HTTP_STATUS_CODES.get(error.status_code, "Unknown")
    headers = list((error.headers or {}).items())
    more = {
        "type": getattr(error, "type", None),
        "instance": getattr(error, "instance", None),
        **(getattr(error, "ext", None) or {}),
    }
    return _problem(error.status_code, title, error.detail, headers, more)


def _problem(
    status: int,
    title: str,
    detail: str | None,
    headers: list[tuple[str, str]],
    more: dict[str, Any] | None = None,
) -> Response:
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": shorten(detail) if detail else None,
        **{key: value for key, value in (more or {}).items() if value is not None},
    }
    body = flask.json.dumps({key: value for key, value in problem.items() if value is not None})
    return flask.Response(body + "\n", status, headers, mimetype=MEDIA_TYPE)
