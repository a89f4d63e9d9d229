"""The inbox: which messages were handled.

Brokers and relays deliver at least once; handlers work once.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from backend_common.core.app import Application
from backend_common.core.tables import Table
from backend_common.pulse.errors import HandlerError

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy


def _columns(db: "SQLAlchemy") -> list[Any]:
    return [
        db.Column("queue", db.String(255), primary_key=True),
        db.Column("message", db.String(255), primary_key=True),
        db.Column("at", db.Double, nullable=False, index=True),  # seconds since 1970
    ]


TABLE = Table("pulse_seen", _columns)
"""The name that the table has in existing deployments: another one would lose what it says."""


FAILED_TRANSACTION = "25P02"
"""The state of PostgreSQL in a transaction of which a statement has failed."""


class Inbox(Protocol):
    """Remembers the messages that were handled."""

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """Do *work*, unless it was done for this message of this queue; return whether it did."""

    def begin(self, queue: str, message: str) -> int:
        """Remember that a message which was delivered before is handled again.

        :returns: how often it was remembered before; 0 where nothing remembers it.
        """

    def withdraw(self, queue: str, message: str, begun: int) -> None:
        """Forget one :meth:`begin`, which returned *begun*: nothing has ended the process."""

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

    def begin(self, queue: str, message: str) -> int:
        """Return 0: what ends the process ends this memory, too."""
        del queue, message
        return 0

    def withdraw(self, queue: str, message: str, begun: int) -> None:
        """Do nothing: nothing was remembered."""

    def forget(self) -> None:
        """Do nothing: the oldest go by themselves."""


class DatabaseInbox:
    """Remembers messages in the database, in the transaction of the work itself.

    So either both are committed or neither is, and of two consumers that got the same message one
    waits for the other.

    Work that ends the transaction itself does not weaken this. What it commits before its end is
    committed without the row, so that a failure afterwards is not taken for success. The row is
    written again in the last transaction.

    :param age: seconds that they are remembered.
    :param is_needed: whether the application consumes messages at all.
    """

    def __init__(self, app: Application, age: float, is_needed: Callable[[], bool]) -> None:
        self._app = app
        self._age = age
        TABLE.declare(app, is_needed)

    def once(self, queue: str, message: str, work: Callable[[], object]) -> bool:
        """See :meth:`Inbox.once`; it commits ``app.db.session``, or rolls it back."""
        db = self._app.db
        row = {"queue": queue, "message": message}
        if not self._add(row):
            return False
        try:
            with self._left_out_of_commits(row):
                work()
            if not self._has(row) and not self._add(row):
                return False
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        return True

    def begin(self, queue: str, message: str) -> int:
        """See :meth:`Inbox.begin`; it commits a row for each time, beside those of :meth:`once`."""
        begun = 0
        while not self._add(_begun(queue, message, begun)):
            begun += 1
        self._app.db.session.commit()
        return begun

    def withdraw(self, queue: str, message: str, begun: int) -> None:
        """See :meth:`Inbox.withdraw`; it commits."""
        row = _begun(queue, message, begun)
        self._run(lambda table: table.delete().where(*_is(table, row)))
        self._app.db.session.commit()

    def _add(self, row: Mapping[str, str]) -> bool:
        """Add *row*; if it is there, roll back and return False."""
        db = self._app.db
        try:
            self._run(lambda table: table.insert().values({**row, "at": time.time()}))
        except db.exc.IntegrityError:
            db.session.rollback()
            return False
        return True

    def _has(self, row: Mapping[str, str]) -> bool:
        """Say whether the transaction still has *row*.

        :raises HandlerError: a statement of the work has failed, so that nothing can be committed.
        """
        db = self._app.db
        try:
            found = self._run(lambda table: db.select(table.c.at).where(*_is(table, row))).first()
        except db.exc.InternalError as error:
            if getattr(error.orig, "sqlstate", None) != FAILED_TRANSACTION:
                raise
            message = (
                "a statement failed and the function went on, so that PostgreSQL commits nothing: "
                "let the error end the function, or use a savepoint (app.db.session.begin_nested())"
            )
            raise HandlerError(message) from error
        return found is not None

    @contextmanager
    def _left_out_of_commits(self, row: Mapping[str, str]) -> Iterator[None]:
        """Keep *row* out of what the work commits by itself."""
        db = self._app.db
        session = db.session()

        def leave_out(_: Any) -> None:
            if not session.in_nested_transaction():
                self._run(lambda table: table.delete().where(*_is(table, row)))

        db.event.listen(session, "before_commit", leave_out)
        try:
            yield
        finally:
            db.event.remove(session, "before_commit", leave_out)

    def forget(self) -> None:
        """Forget what is older than the age, and commit that."""
        oldest = time.time() - self._age
        with self._app.app_context():
            self._run(lambda table: table.delete().where(table.c.at < oldest))
            self._app.db.session.commit()

    def _run(self, statement: Callable[[Any], Any]) -> Any:
        return TABLE.execute(self._app, statement)


def _begun(queue: str, message: str, begun: int) -> dict[str, str]:
    # In the same table, so that existing deployments need no migration. The names of queues that
    # this library declares have no space at their beginning.
    return {"queue": f" {begun} {queue}"[:255], "message": message}


def _is(table: Any, row: Mapping[str, str]) -> list[Any]:
    return [table.c[name] == value for name, value in row.items()]
