"""What a line of the log looks like."""

import logging
import sys
from typing import cast

import flask
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from backend_common.log.redaction import redact
from backend_common.log.requests import add_id

FORMATS = ("console", "json")


def handler(service: str, kind: str) -> logging.Handler:
    """Write records of either origin, structlog's or the standard library's, in one format.

    :param service: its name is in every line; what a library logged has the library's name too.
    :param kind: one of :data:`FORMATS`.
    """

    def add_origin(_logger: object, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        name = event["_record"].name
        if name != service:
            event.setdefault("logger", name)
        return event

    # NB: tracebacks have no local variables, which may be anything.
    render: list[Processor] = (
        [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _redact,
            structlog.processors.JSONRenderer(),
        ]
        if kind == "json"
        else [
            structlog.processors.format_exc_info,
            _redact,
            structlog.dev.ConsoleRenderer(colors=False),
        ]
    )
    formatter = ProcessorFormatter(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_id,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_origin,
            structlog.stdlib.PositionalArgumentsFormatter(),
            ProcessorFormatter.remove_processors_meta,
            *render,
        ],
    )
    stream = ErrorStreamHandler()
    stream.setFormatter(formatter)
    return stream


class ErrorStreamHandler(logging.Handler):
    """Writes each line at once to the server's error stream, or ``sys.stderr`` outside of requests.

    ``flask.logging.wsgi_errors_stream`` on a StreamHandler does the same, but looks for the request
    four times for each line, which is a good part of what a line costs.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be written is told as logging tells its own errors."""
        try:
            line = self.format(record) + "\n"
            in_request = flask.has_request_context()
            stream = flask.request.environ["wsgi.errors"] if in_request else sys.stderr
            stream.write(line)
            stream.flush()
        except Exception:  # noqa: BLE001  a log must not fail whoever logs
            self.handleError(record)


def _redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    return cast("EventDict", redact(event))
