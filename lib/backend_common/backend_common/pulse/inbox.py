"""The inbox: which messages were handled.

Brokers and relays deliver at least once; handlers work once.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from backend_common.core import tables
from backend_common.core.app import Application

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy

TABLE = "pulse_seen"
"""The name that the table has in existing deployments: another one would lose what it says."""


class Inbox(Protocol):
    """Remembers the messages that were handled."""

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """Do *work*, unless it was done for this message of this queue; return whether it did."""

    def forget(self) -> None:
        """Forget what is old."""


class MemoryInbox:
    """Remembers the newest messages until the process ends.

    :param size: how many.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._handled: OrderedDict[tuple[str, str], None] = OrderedDict()

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """See :meth:`Inbox.once`."""
        with self._lock:
            if (queue, message) in self._handled:
                return False
        work()
        with self._lock:
            self._handled[queue, message] = None
            if len(self._handled) > self._size:
                self._handled.popitem(last=False)
        return True

    def forget(self) -> None:
        """Do nothing: the oldest go by themselves."""


class DatabaseInbox:
    """Remembers messages in the database, in the transaction of the work itself.

    So either both are committed or neither is, and of two consumers that got the same message one
    waits for the other.

    :param age: seconds that they are remembered.
    :param is_needed: whether the application consumes messages at all.
    """

    def __init__(self, app: Application, age: float, is_needed: Callable[[], bool]) -> None:
        self._app = app
        self._age = age
        tables.declare(app, declare, is_needed)

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """See :meth:`Inbox.once`; it commits ``app.db.session``, or rolls it back."""
        db = self._app.db
        row = {"queue": queue, "message": message, "at": time.time()}
        try:
            self._run(lambda table: table.insert().values(row))
        except db.exc.IntegrityError:
            db.session.rollback()
            return False
        try:
            work()
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        return True

    def forget(self) -> None:
        """Forget what is older than the age, and commit that."""
        oldest = time.time() - self._age
        with self._app.app_context():
            self._run(lambda table: table.delete().where(table.c.at < oldest))
            self._app.db.session.commit()

    def _run(self, statement: Callable[[Any], Any]) -> Any:
        return tables.execute(self._app, TABLE, declare, statement)


def declare(db: "SQLAlchemy") -> Any:
    """Return the table of what was handled, which is in ``db.metadata`` from then on."""
    if (table := db.metadata.tables.get(TABLE)) is not None:
        return table
    return db.Table(
        TABLE,
        db.metadata,
        db.Column("queue", db.String(255), primary_key=True),
        db.Column("message", db.String(255), primary_key=True),
        db.Column("at", db.Double, nullable=False, index=True),  # seconds since 1970
    )
