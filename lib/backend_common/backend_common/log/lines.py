"""What a line of the log looks like."""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import flask
import structlog
from structlog.contextvars import get_contextvars
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from backend_common.core.app import current_request
from backend_common.log.known import KnownSecrets
from backend_common.log.redaction import redact
from backend_common.log.requests import ended_request_id

FORMATS = ("console", "json")

Render = Callable[[dict[str, Any]], str]

_positional = structlog.stdlib.PositionalArgumentsFormatter()


def handler(service: str, kind: str, known: KnownSecrets) -> logging.Handler:
    """Write records of either origin, structlog's or the standard library's, in one format.

    :param service: its name is in every line; what a library logged has the library's name too.
    :param kind: one of :data:`FORMATS`.
    :param known: secrets that are in no line.
    """
    stream = ErrorStreamHandler()
    stream.setFormatter((_json if kind == "json" else _console)(service, known))
    return stream


class Formatter(logging.Formatter):
    """Makes one line of a record.

    structlog's ProcessorFormatter would do, at five times the cost: each request has a line, and
    most lines are those of requests.

    :param exception: one of structlog's processors, which tells the exception of an event.
    :param render: writes the finished event.
    """

    def __init__(
        self, service: str, known: KnownSecrets, exception: Processor, render: Render
    ) -> None:
        super().__init__()
        self._service = service
        self._known = known
        self._exception = exception
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*, without secrets."""
        event = self._event(record)
        if "exc_info" in event:
            self._exception(None, record.levelname, event)
        line = redact(event)
        line["level"] = record.levelname.lower()
        line["timestamp"] = _moment(record.created)
        line["service"] = self._service
        if record.name != self._service:
            line.setdefault("logger", record.name)
        return self._known.hide(self._render(line))

    def _event(self, record: logging.LogRecord) -> EventDict:
        """Return what *record* says, and what is bound to its context."""
        if isinstance(record.msg, dict):  # of structlog, or as structlog would have it
            event = {**get_contextvars(), **record.msg}
            if "positional_args" in event:
                _positional(None, record.levelname, event)
        else:
            event = {**get_contextvars(), "event": record.getMessage()}
        if record.exc_info:
            event["exc_info"] = record.exc_info
        if record.stack_info:
            event["stack_info"] = record.stack_info
        # The context of an answer that is streamed has ended.
        if "request_id" not in event and (found := ended_request_id()):
            event["request_id"] = found
        return event


class Handler(logging.Handler):
    """A handler that tells its own errors without the record, whose secrets are still in it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging calls it so
        """Tell the error that is handled now, and where the record was made."""
        told = {**vars(record), "msg": "(left out, as it may have secrets)", "args": ()}
        super().handleError(logging.makeLogRecord(told))


class ErrorStreamHandler(Handler):
    """Writes each line at once to the server's error stream, or ``sys.stderr`` outside of requests.

    ``flask.logging.wsgi_errors_stream`` on a StreamHandler does the same, but looks for the request
    four times for each line, which is a good part of what a line costs.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be written is told as logging tells its own errors."""
        try:
            line = self.format(record) + "\n"
            in_request = flask.has_request_context()
            stream = current_request().environ["wsgi.errors"] if in_request else sys.stderr
            stream.write(line)
            stream.flush()
        except Exception:  # noqa: BLE001  a log must not fail whoever logs
            self.handleError(record)


class DescriptorHandler(Handler):
    """Writes each line at once to a file descriptor, for those who own the process.

    It has no lock, nor has what it writes to: threads would queue for it while the one that has it
    waits for its turn to run Python. The system does not mix what is written at once, but for lines
    of more than ``PIPE_BUF`` bytes in a pipe that is full (pipe(7)).
    """

    def __init__(self, descriptor: int, formatter: logging.Formatter | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.setFormatter(formatter)

    def createLock(self) -> None:  # noqa: N802  logging calls it so
        """Do without a lock."""
        self.lock = None

    def handle(self, record: logging.LogRecord) -> bool:
        """Write one line, if the filters let it pass; from 3.13 on, Python's wants a lock here."""
        found: bool | logging.LogRecord = self.filter(record)
        if found:
            # A filter may give another record in place of this one (Python 3.12).
            self.emit(found if isinstance(found, logging.LogRecord) else record)
        return bool(found)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be written is told as logging tells its own errors."""
        try:
            rest = (self.format(record) + "\n").encode(errors="backslashreplace")
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except Exception:  # noqa: BLE001  a log must not fail whoever logs
            self.handleError(record)


def _moment(seconds: float) -> str:
    """Return a time since 1970 as RFC 3339 has it, in UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _json(service: str, known: KnownSecrets) -> Formatter:
    # NB: tracebacks have no local variables, which may be anything.
    exception = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    return Formatter(service, known, exception, json.dumps)


def _console(service: str, known: KnownSecrets) -> Formatter:
    console = structlog.dev.ConsoleRenderer(colors=False)
    return Formatter(
        service, known, structlog.processors.format_exc_info, lambda line: console(None, "", line)
    )
