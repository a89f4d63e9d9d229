"""What an application logs, for a test to look at."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask

Line = dict[str, Any]


class Collector(logging.Handler):
    """Keeps what is logged, by structlog or by the standard library, as structlog's event dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        event = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
        self.lines.append({**_context(), **event, "level": record.levelname.lower()})


@contextmanager
def capture(app: flask.Flask) -> Iterator[list[Line]]:
    """Collect what *app* logs meanwhile; it is written as well, where it would be anyway."""
    collector = Collector()
    app.logger.addHandler(collector)
    try:
        yield collector.lines
    finally:
        app.logger.removeHandler(collector)


def _context() -> Line:
    """Return what is bound to the request; without the extension log, nothing can be."""
    structlog = sys.modules.get("structlog")
    return structlog.contextvars.get_contextvars() if structlog else {}
