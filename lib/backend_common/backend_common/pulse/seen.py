"""Which messages were handled: brokers and relays deliver at least once, handlers work once."""

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


class Seen(Protocol):
    """What remembers messages."""

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """Do *work*, unless it was done for this message of this queue; tell whether it was."""

    def forget(self) -> None:
        """Forget what is old."""


class SeenInMemory:
    """Remembers the newest messages until the process ends.

    :param size: how many.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """See :meth:`Seen.once`."""
        with self._lock:
            if (queue, message) in self._seen:
                return False
        work()
        with self._lock:
            self._seen[queue, message] = None
            if len(self._seen) > self._size:
                self._seen.popitem(last=False)
        return True

    def forget(self) -> None:
        """Do nothing: the oldest go by themselves."""


class SeenInDatabase:
    """Remembers messages in the database, in the transaction of the work itself.

    So either both are committed or neither is, and of two consumers that got the same message one
    waits for the other.

    :param age: seconds that they are remembered.
    """

    def __init__(self, app: Application, age: float) -> None:
        self._app = app
        self._age = age
        tables.declare(app, declare)

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """See :meth:`Seen.once`; it commits ``app.db.session``, or rolls it back."""
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
