"""What a line of the log looks like."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import flask
import orjson
from structlog.contextvars import get_contextvars
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from backend_common.core.app import current_request
from backend_common.log import console
from backend_common.log.known import KnownSecrets
from backend_common.log.requests import ended_request_id
from backend_common.log.values import LONGEST_TRACEBACK, clean, shorten

FORMATS = ("console", "json")
FRAMES = 50  # of a traceback, the last ones

Render = Callable[[dict[str, Any]], str]
Describe = Callable[[BaseException], Any]


def handler(service: str, kind: str, known: KnownSecrets) -> logging.Handler:
    """Write records of either origin, structlog's or the standard library's, in one format.

    :param service: its name is in every line; what a library logged has the library's name too.
    :param kind: one of :data:`FORMATS`.
    :param known: secrets that are in no line.
    """
    stream = ErrorStreamHandler()
    if kind == "json":
        stream.setFormatter(Formatter(service, known, _as_data, _as_json))
    else:
        stream.setFormatter(Formatter(service, known, _as_text, console.render))
    return stream


class Formatter(logging.Formatter):
    """Makes one line of a record, whatever the record has.

    structlog's ProcessorFormatter would do, at five times the cost: each request has a line, and
    most lines are those of requests.

    :param describe: returns an exception as a line has it.
    :param render: writes the finished event.
    """

    def __init__(
        self, service: str, known: KnownSecrets, describe: Describe, render: Render
    ) -> None:
        super().__init__()
        self._service = service
        self._known = known
        self._describe = describe
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*, without secrets."""
        try:
            return self._write(record, self._event(record))
        except Exception as error:  # noqa: BLE001  no value may cost the line
            kind = type(error).__name__
            return self._write(record, {"event": f"a line that cannot be written: {kind}"})

    def _event(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what *record* says, and what is bound to its context."""
        event = {**get_contextvars(), **said(record)}
        if record.exc_info:
            event["exc_info"] = record.exc_info
        if record.stack_info:
            event["stack_info"] = record.stack_info
        # The context of an answer that is streamed has ended.
        if "request_id" not in event and (found := ended_request_id()):
            event["request_id"] = found
        error = exception_of(event.pop("exc_info", None))
        line = clean(event)
        if error:
            line["exception"] = self._described(error)
        return line

    def _described(self, error: BaseException) -> Any:
        try:
            return self._describe(error)
        except Exception as failure:  # noqa: BLE001  no exception may cost the line
            return f"[{type(error).__name__} left out: {type(failure).__name__}]"

    def _write(self, record: logging.LogRecord, line: dict[str, Any]) -> str:
        line["level"] = record.levelname.lower()
        line["timestamp"] = _moment(record.created)
        line["service"] = self._service
        if record.name != self._service:
            line.setdefault("logger", record.name)
        return self._known.hide(self._render(line))


def said(record: logging.LogRecord) -> EventDict:
    """Return what *record* says, as an event of structlog.

    Where the arguments do not fit the message, both are there, each on its own.
    """
    if isinstance(record.msg, dict):  # of structlog, or as structlog would have it
        event = dict(record.msg)
        arguments = event.pop("positional_args", ())
        if isinstance(arguments, tuple) and len(arguments) == 1:
            # As in the standard library: %(name)s takes a name from the only argument.
            (only,) = arguments
            arguments = only if only and isinstance(only, dict) else arguments
    else:
        event, arguments = {"event": text_of(record.msg)}, record.args
    if not arguments:
        return event
    try:
        event["event"] = str(event["event"]) % arguments
    except Exception:  # noqa: BLE001  no argument may cost the line
        event["arguments"] = arguments
    return event


def text_of(message: Any) -> Any:
    """Return *message* as text; if it has none, it is left as it is."""
    try:
        return str(message)
    except Exception:  # noqa: BLE001  no message may cost the line
        return message


def exception_of(exc_info: Any) -> BaseException | None:
    """Return the exception of what loggers take for ``exc_info``."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return next((each for each in exc_info if isinstance(each, BaseException)), None)
    return sys.exception() if exc_info else None


class Handler(logging.Handler):
    """A handler that tells its own errors without the record, whose secrets are still in it.

    It has no lock: threads would queue for it while the one that has it makes its line, or waits
    for its turn to run Python. What it writes to keeps a line whole.
    """

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
            try:
                stream.write(line)
            except UnicodeEncodeError:  # of a stream that takes ASCII alone, for one
                stream.write(line.encode("ascii", "backslashreplace").decode())
            stream.flush()
        except Exception:  # noqa: BLE001  a log must not fail whoever logs
            self.handleError(record)


class DescriptorHandler(Handler):
    """Writes each line at once to a file descriptor, for those who own the process.

    The system does not mix what is written at once. Lines of more than ``PIPE_BUF`` bytes may mix
    in a pipe that is full (pipe(7)).
    """

    def __init__(self, descriptor: int, formatter: logging.Formatter | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be written is told as logging tells its own errors."""
        try:
            rest = (self.format(record) + "\n").encode(errors="backslashreplace")
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except Exception:  # noqa: BLE001  a log must not fail whoever logs
            self.handleError(record)


def _as_json(line: dict[str, Any]) -> str:
    """Write *line* in ASCII alone: other texts may have what some readers take for a new line."""
    try:
        written = orjson.dumps(line)
    except orjson.JSONEncodeError:  # of an integer that takes more than 64 bits
        return _as_json_in_ascii(line)
    return written.decode() if written.isascii() else _as_json_in_ascii(line)


# What orjson cannot do, at ten times its cost.
_as_json_in_ascii = json.JSONEncoder(separators=(",", ":")).encode


def _moment(seconds: float) -> str:
    """Return a time since 1970 as RFC 3339 has it, in UTC."""
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1_000_000):06d}Z"


@lru_cache(maxsize=1)  # many lines are of the same second
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


# NB: tracebacks have no local variables, which may be anything.
_transform = ExceptionDictTransformer(show_locals=False, max_frames=FRAMES)


def _as_data(error: BaseException) -> Any:
    found = _transform((type(error), error, error.__traceback__))
    return clean({"exception": found})["exception"]


def _as_text(error: BaseException) -> str:
    return shorten("".join(traceback.format_exception(error, limit=-FRAMES)), LONGEST_TRACEBACK)
