"""The database tables that extensions bring: for migrations to see, and to be used.

An extension that keeps something in the service's database, when there is one, declares its tables
here; ``db``, if it is loaded at all, has them made.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import flask

from backend_common.core.app import Application
from backend_common.core.loader import ExtensionError

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy

KEY = "backend_common.core.tables"

_making = threading.Lock()
"""Two threads that make the same table at once would both find that it is not there."""


class Table:
    """A table of an extension. The extension needs no import of SQLAlchemy for it.

    :param name: of the table in the database.
    :param columns: returns the columns, out of ``app.db``.
    """

    def __init__(self, name: str, columns: "Callable[[SQLAlchemy], Sequence[Any]]") -> None:
        self.name = name
        self._columns = columns

    def declare(self, app: flask.Flask, is_needed: Callable[[], bool] = lambda: True) -> None:
        """Have the table made in the metadata of ``app.db``, when it is time.

        :param is_needed: whether the application cannot do its work without the table, so that
            the heartbeat is red where it is missing; asked each time.
        """
        app.extensions.setdefault(KEY, []).append((self, is_needed))

    def withdraw(self, app: flask.Flask) -> None:
        """Take back :meth:`declare`, before the table is made."""
        declared = app.extensions.get(KEY, [])
        app.extensions[KEY] = [each for each in declared if each[0] is not self]

    def of(self, db: "SQLAlchemy") -> Any:
        """Return the table, which is in ``db.metadata`` from then on."""
        with _making:
            table = db.metadata.tables.get(self.name)
            return db.Table(self.name, db.metadata, *self._columns(db)) if table is None else table

    def execute(self, app: Application, statement: Callable[[Any], Any]) -> Any:
        """Execute a statement about the table, in the transaction of ``app.db.session``.

        :param statement: makes the statement out of the table.
        :raises ExtensionError: the database lacks the table.
        """
        db = app.db
        try:
            return db.session.execute(statement(self.of(db)))
        # A missing table is a ProgrammingError of PostgreSQL, and an OperationalError of SQLite.
        # All other errors are about a table that exists, and leave the transaction to the caller.
        except (db.exc.ProgrammingError, db.exc.OperationalError) as error:
            db.session.rollback()
            if db.inspect(db.engine).has_table(self.name):
                raise
            message = (
                f"the database of {app.name!r} lacks the table {self.name}: add it to the "
                "migrations (flask db migrate), and apply them (flask db upgrade)"
            )
            raise ExtensionError(message) from error


def make_all(app: flask.Flask, db: "SQLAlchemy") -> None:
    """Put the tables of all extensions of *app* into ``db.metadata``."""
    for table, _ in app.extensions.get(KEY, []):
        table.of(db)


def optional(app: flask.Flask, db: "SQLAlchemy") -> list[Any]:
    """Return the tables of extensions of *app* that it does not need now."""
    declared = app.extensions.get(KEY, [])
    return [table.of(db) for table, is_needed in declared if not is_needed()]
