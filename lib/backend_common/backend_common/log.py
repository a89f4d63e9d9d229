"""Structured logs: structlog, with an id for each request and one line for its outcome."""

import logging
import re
import time
import uuid
from typing import TextIO, cast

import flask
import structlog
from flask.logging import wsgi_errors_stream
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import Processor

from backend_common import health, settings

REQUEST_ID = "X-Request-ID"
FORMATS = ("console", "json")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# What others send is taken over only if it cannot forge a line of the log.
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


def init_app(app: flask.Flask) -> BoundLogger:
    """Give *app* its logger: ``app.log.info("tree.closed", tree=name)``.

    ``app.logger`` (Flask's, of the standard library) writes the same way. Lines go to the
    server's error stream, ``sys.stderr`` outside of requests.

    Settings: ``LOG_LEVEL``, one of :data:`LEVELS`, ``INFO`` by default; ``LOG_FORMAT``, one of
    :data:`FORMATS`, by default ``json`` in production and ``console`` in development.

    :raises SettingError: a setting is wrong.
    """
    in_production = app.config["APP_CHANNEL"] == "production"
    default = "json" if in_production else "console"
    level = settings.read(app, "LOG_LEVEL", "INFO", LEVELS.__contains__, _one_of(LEVELS))
    kind = settings.read(app, "LOG_FORMAT", default, FORMATS.__contains__, _one_of(FORMATS))

    # NB: this logger is in nobody's tree (logging.getLogger) and structlog.configure is not
    # called, since both are global: two applications in one process keep their own settings.
    app.logger = logging.Logger(app.name, level)
    app.logger.addHandler(_handler(app.name, kind))
    log: BoundLogger = structlog.wrap_logger(
        app.logger,
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
        context_class=dict,
    ).bind()
    _follow_requests(app, log)
    return log


def _handler(service: str, kind: str) -> logging.Handler:
    """Write records of either origin, structlog's or the standard library's, in one format."""

    def add_service(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    render: list[Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if kind == "json"
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    formatter = ProcessorFormatter(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_service,
            structlog.stdlib.PositionalArgumentsFormatter(),
            ProcessorFormatter.remove_processors_meta,
            *render,
        ],
    )
    handler = logging.StreamHandler(cast("TextIO", wsgi_errors_stream))
    handler.setFormatter(formatter)
    return handler


def _follow_requests(app: flask.Flask, log: BoundLogger) -> None:
    def begin() -> None:
        given = flask.request.headers.get(REQUEST_ID, "")
        flask.g.request_id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        flask.g.request_began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=flask.g.request_id)

    def end(response: flask.Response) -> flask.Response:
        response.headers[REQUEST_ID] = flask.g.request_id
        rule = flask.request.url_rule
        # Probes come every few seconds, and what they find is told when it changes.
        probed = flask.request.path in health.PATHS and response.status_code == 200
        # NB: no query string, which may carry what must not be in a log.
        log.log(
            logging.DEBUG if probed else logging.INFO,
            "request",
            method=flask.request.method,
            path=flask.request.path,
            route=rule.rule if rule else None,
            status=response.status_code,
            duration_ms=round((time.perf_counter() - flask.g.request_began) * 1000, 2),
        )
        return response

    def forget(_: BaseException | None) -> None:
        # Workers reuse their threads: what a request bound would be in the next lines, whosever.
        structlog.contextvars.clear_contextvars()

    # NB: Flask calls what was registered first, first before a request and last after it; log is
    # the first extension, so that the line tells the response that was really sent.
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)


def _one_of(names: tuple[str, ...]) -> str:
    return "one of " + ", ".join(names)
