"""What a line of the log looks like."""

import logging
from typing import TextIO, cast

import structlog
from flask.logging import wsgi_errors_stream
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
    stream = logging.StreamHandler(cast("TextIO", wsgi_errors_stream))
    stream.setFormatter(formatter)
    return stream


def _redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    return cast("EventDict", redact(event))
