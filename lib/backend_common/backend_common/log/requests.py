"""What is logged of requests: an id in all lines of one, and a line for its outcome."""

import logging
import random
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import flask
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars
from werkzeug.wsgi import ClosingIterator

from backend_common.core import caller, health
from backend_common.core.app import Application, current_request
from backend_common.log.streams import Stream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID = "X-Request-ID"
SMALL = 65_536  # bytes

# What others send is taken over only if it cannot forge a line of the log.
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_GIVEN_ID = "HTTP_X_REQUEST_ID"
_BEGUN = "backend_common.log"  # in the WSGI environment, where clients cannot put it


class Begun:
    """What is known of a request when it begins."""

    def __init__(self, given_id: str) -> None:
        self.request_id = given_id if _SAFE_ID.fullmatch(given_id) else _new_id()
        self.time = time.perf_counter()
        self.outside: dict[str, Any] = get_contextvars()
        self.line: dict[str, Any] | None = None
        """What is to be logged when the answer, which is streamed, has ended."""

    @property
    def milliseconds(self) -> float:
        """How long ago that was."""
        return round((time.perf_counter() - self.time) * 1000, 2)


def follow(app: Application) -> None:
    """Log the requests to *app*."""

    def begin() -> None:
        environ = current_request().environ
        begun = environ[_BEGUN] = Begun(environ.get(_GIVEN_ID, ""))
        if begun.outside:
            clear_contextvars()
        bind_contextvars(request_id=begun.request_id)

    def end(response: flask.Response) -> flask.Response:
        request = current_request()
        if _BEGUN not in request.environ:
            begin()  # Flask refused the request before it called anybody
        begun = request.environ[_BEGUN]
        response.headers[REQUEST_ID] = begun.request_id
        # Probes come every few seconds, and what they find is told when it changes.
        probed = request.path in health.PATHS and response.status_code == 200
        level = logging.DEBUG if probed else logging.INFO
        is_streamed = _is_streamed(request, response)
        if app.logger.isEnabledFor(level) or is_streamed:
            # NB: no query string, which may carry what must not be in a log.
            event = {
                "event": "request",
                "method": request.method,
                "path": request.path,
                "route": request.url_rule.rule if request.url_rule else None,
                "client": request.remote_addr,
                "status": response.status_code,
                "duration_ms": begun.milliseconds,
            }
            if name := caller.provider(app):  # this authenticates nobody
                event["user"] = name()
            if is_streamed:
                begun.line = {**get_contextvars(), **event}
            else:
                _log(app, level, event)
        return response

    def forget(_: BaseException | None) -> None:
        # Workers reuse their threads: what a request bound would be in the next lines, whosever.
        # A request may be made inside another one, whose lines go on.
        # NB: Flask calls this again after an answer that is streamed with the request's context.
        begun = current_request().environ.get(_BEGUN)
        clear_contextvars()
        if begun and begun.outside:
            bind_contextvars(**begun.outside)

    # NB: Flask calls what was registered first, first before a request and last after it; log is
    # the first extension, so that the line tells the response that was really sent.
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)
    app.wsgi_app = _followed(app, app.wsgi_app)  # type: ignore[assignment,method-assign]


def _is_streamed(request: flask.Request, response: flask.Response) -> bool:
    """Say whether the body of *response* is yet to be made, and is to be sent."""
    is_wsgi = isinstance(response.response, ClosingIterator)
    if is_wsgi and (response.content_length or 0) <= SMALL and not response.direct_passthrough:
        # Flask makes a response of an error as of any WSGI application, from which it comes whole.
        response.make_sequence()
    return (
        not response.is_sequence
        and request.method != "HEAD"
        and response.status_code >= 200
        and response.status_code not in (204, 304)
    )


def _followed(app: Application, wsgi_app: "WSGIApplication") -> "WSGIApplication":
    """Return *wsgi_app*, whose answers that are streamed are logged when they end."""

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        pieces = wsgi_app(environ, start_response)
        begun: Begun | None = environ.get(_BEGUN)
        if begun is None or begun.line is None:
            return pieces
        line, begun.line = begun.line, None

        def report(outcome: str, size: int, error: BaseException | None) -> None:
            event = {**line, "duration_ms": begun.milliseconds, "bytes": size, "outcome": outcome}
            if error:
                event["exc_info"] = error
            level = logging.ERROR if error else logging.INFO
            if app.logger.isEnabledFor(level):
                _log(app, level, event)

        return Stream(pieces, report)

    return call


def _log(app: Application, level: int, event: dict[str, Any]) -> None:
    """Log as ``app.log`` would, without what it and the logger do before they hand a record on.

    :param level: one that the logger is enabled for.
    """
    app.logger.handle(logging.LogRecord(app.name, level, "", 0, event, None, None))


def ended_request_id() -> str | None:
    """Return the id of the request, for an answer that is streamed: what was bound has ended."""
    if not flask.has_request_context():
        return None
    begun: Begun | None = flask.request.environ.get(_BEGUN)
    return begun.request_id if begun else None


def _new_id() -> str:
    """Return an id that no other request has, such as version 4 of RFC 9562; it is no secret."""
    # NB: not uuid.uuid4, which asks the system, and leaves the interpreter to other threads.
    return f"{random.getrandbits(128):032x}"
