"""Faults of a database that reading it does not show: a full disk, a standby.

The heartbeat writes nothing, so it has to hear of them from requests that failed.
"""

import threading
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

MEMORY = 60.0
"""Seconds that a fault is remembered when nothing is written meanwhile."""

WRITES = ("DELETE", "INSERT", "MERGE", "UPDATE")


class Faults:
    """The last fault of an application's database, until something was written after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: str | None = None
        self._at = 0.0

    def add(self, fault: str) -> None:
        """Remember *fault*, a text that everybody may read."""
        with self._lock:
            self._last, self._at = fault, time.monotonic()

    def current(self) -> str | None:
        """Return the last fault, unless that is over."""
        with self._lock:
            if self._last is not None and time.monotonic() - self._at > MEMORY:
                self._last = None
            return self._last

    def watch(self, engine: Engine) -> None:
        """Find out from *engine* when something was written again."""

        def executed(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if self._last is not None and statement.lstrip()[:6].upper().startswith(WRITES):
                connection.info[self] = True

        def committed(connection: Connection) -> None:
            if self._last is not None and connection.info.pop(self, False):
                with self._lock:
                    self._last = None

        event.listen(engine, "after_cursor_execute", executed)
        event.listen(engine, "commit", committed)
