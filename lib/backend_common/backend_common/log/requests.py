"""What is logged of requests: an id in all lines of one, and a line for its outcome."""

import logging
import re
import time
import uuid
from typing import Any

import flask
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict

from backend_common import health
from backend_common.app import App

REQUEST_ID = "X-Request-ID"

# What others send is taken over only if it cannot forge a line of the log.
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_BEGUN = "backend_common.log"  # in the WSGI environment, where clients cannot put it


class Begun:
    """What is known of a request when it begins."""

    def __init__(self, given_id: str) -> None:
        self.request_id = given_id if _SAFE_ID.fullmatch(given_id) else uuid.uuid4().hex
        self.time = time.perf_counter()
        self.outside: dict[str, Any] = get_contextvars()

    @property
    def milliseconds(self) -> float:
        """How long ago that was."""
        return round((time.perf_counter() - self.time) * 1000, 2)


def follow(app: App, log: BoundLogger) -> None:
    """Log the requests to *app*."""

    def begin() -> None:
        begun = Begun(flask.request.headers.get(REQUEST_ID, ""))
        flask.request.environ[_BEGUN] = begun
        clear_contextvars()
        bind_contextvars(request_id=begun.request_id)

    def end(response: flask.Response) -> flask.Response:
        request = flask.request
        if _BEGUN not in request.environ:
            begin()  # Flask refused the request before it called anybody
        begun = request.environ[_BEGUN]
        response.headers[REQUEST_ID] = begun.request_id
        # Probes come every few seconds, and what they find is told when it changes.
        probed = request.path in health.PATHS and response.status_code == 200
        # NB: no query string, which may carry what must not be in a log.
        log.log(
            logging.DEBUG if probed else logging.INFO,
            "request",
            method=request.method,
            path=request.path,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            duration_ms=begun.milliseconds,
            **_user(app),
        )
        return response

    def forget(_: BaseException | None) -> None:
        # Workers reuse their threads: what a request bound would be in the next lines, whosever.
        # A request may be made inside another one, whose lines go on.
        # NB: Flask calls this again after an answer that is streamed with the request's context.
        begun = flask.request.environ.get(_BEGUN)
        clear_contextvars()
        bind_contextvars(**begun.outside if begun else {})

    # NB: Flask calls what was registered first, first before a request and last after it; log is
    # the first extension, so that the line tells the response that was really sent.
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)


def add_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Add the id of the request to a line of an answer that is streamed: its context has ended."""
    if "request_id" not in event and flask.has_request_context():
        begun = flask.request.environ.get(_BEGUN)
        if begun:
            event["request_id"] = begun.request_id
    return event


def _user(app: App) -> dict[str, str | None]:
    """Tell who made the request, if there is somebody to ask; this finds nothing out."""
    if "auth" not in app.loaded:
        return {}
    user = app.auth.known_user
    return {"user": user.name if user else None}
