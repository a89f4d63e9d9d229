"""The transactional outbox: messages that are published once the transaction is committed.

They are in a table of the service's own database, written in the transaction of the request. The
extension ``db`` brings the database and SQLAlchemy, so nothing here imports it.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from backend_common.core.app import Application
from backend_common.core.tables import Table
from backend_common.pulse import body
from backend_common.pulse.message import Message
from backend_common.pulse.publisher import Envelope, Outcome

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy


def _columns(db: "SQLAlchemy") -> list[Any]:
    return [
        # SQLite numbers rows by itself in an INTEGER alone.
        db.Column("id", db.BigInteger().with_variant(db.Integer(), "sqlite"), primary_key=True),
        db.Column("message", db.String(36), nullable=False, unique=True),
        db.Column("routing_key", db.String(255), nullable=False),
        db.Column("body", db.Text, nullable=False),
        db.Column("due", db.Double, nullable=False),  # seconds since 1970
    ]


TABLE = Table("pulse_outbox", _columns)

LATER = 30.0
"""Seconds until a message is tried again that no queue takes; others overtake it."""


class Outbox:
    """The messages of one application that wait for a relay.

    :param lease: seconds that a relay has to publish what it took.
    """

    def __init__(self, app: Application, lease: float) -> None:
        self._app = app
        self._lease = lease
        TABLE.declare(app)

    def add(self, envelope: Envelope) -> None:
        """Write *envelope* down, in the transaction of ``app.db.session``.

        :raises ExtensionError: the database lacks the table.
        """
        row = {
            "message": envelope.id,
            "routing_key": envelope.routing_key,
            "body": envelope.body,
            "due": 0.0,
        }
        self._run(lambda table: table.insert().values(row))

    def take(self, limit: int) -> Sequence[Envelope]:
        """Return the oldest envelopes that are due, at most *limit*; no other relay gets them.

        PostgreSQL locks them until the transaction ends, which is the lease at the latest, so that
        a frozen relay does not hold them for good. SQLite has no such locks, so there they are not
        due again until the lease is over.
        """
        db = self._app.db
        if db.engine.dialect.name == "postgresql":
            limit_ms = round(self._lease * 1000)
            end = db.text(f"SET LOCAL idle_in_transaction_session_timeout = {limit_ms}")
            db.session.execute(end)
            rows = self._run(lambda table: _due(table, limit).with_for_update(skip_locked=True))
            return [_envelope(row) for row in rows]

        def lease(table: Any) -> Any:
            due = _due(table, limit).with_only_columns(table.c.id)
            taking = table.update().where(table.c.id.in_(due))
            return taking.values(due=time.time() + self._lease).returning(*table.c)

        rows = sorted(self._run(lease), key=lambda row: row.id)
        db.session.commit()
        return [_envelope(row) for row in rows]

    def settle(self, envelopes: Iterable[Envelope], outcome: Outcome) -> None:
        """Remove what is confirmed, keep the rest for later, and commit.

        :param envelopes: what :meth:`take` returned, in the same transaction.
        """
        ids = {envelope.id for envelope in envelopes}
        rest = ids - outcome.confirmed - outcome.unroutable
        now = time.time()
        self._set_due(outcome.unroutable & ids, now + LATER)
        self._set_due(rest, now)
        self._run(lambda table: table.delete().where(table.c.message.in_(outcome.confirmed & ids)))
        self._app.db.session.commit()

    def waiting(self) -> list[Message]:
        """Return the messages that wait, the oldest first."""
        with self._app.app_context():
            rows = self._run(lambda table: table.select().order_by(table.c.id)).all()
        return [Message(row.routing_key, body.load(row.body), row.message) for row in rows]

    def _set_due(self, ids: Iterable[str], due: float) -> None:
        if ids:
            self._run(lambda it: it.update().where(it.c.message.in_(ids)).values(due=due))

    def _run(self, statement: Callable[[Any], Any]) -> Any:
        return TABLE.execute(self._app, statement)


def _due(table: Any, limit: int) -> Any:
    return table.select().where(table.c.due <= time.time()).order_by(table.c.id).limit(limit)


def _envelope(row: Any) -> Envelope:
    return Envelope(row.message, row.routing_key, row.body)
