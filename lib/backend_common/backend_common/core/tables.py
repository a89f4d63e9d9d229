"""The database tables that extensions bring: for migrations to see, and to be used.

An extension that keeps something in the service's database, when there is one, declares its tables
here; ``db``, if it is loaded at all, has them made.
"""

from collections.abc import Callable
from typing import Any

import flask

from backend_common.core.app import Application
from backend_common.core.loader import ExtensionError

Declare = Callable[[Any], Any]

KEY = "backend_common.core.tables"


def declare(app: flask.Flask, make: Declare) -> None:
    """Have *make* called with ``app.db``, in whose ``metadata`` it puts tables, when it is time."""
    app.extensions.setdefault(KEY, []).append(make)


def make_all(app: flask.Flask, db: Any) -> None:
    """Put the tables of all extensions of *app* into ``db.metadata``."""
    for make in app.extensions.get(KEY, []):
        make(db)


def execute(app: Application, name: str, make: Declare, statement: Callable[[Any], Any]) -> Any:
    """Execute a statement about the table *name*, in the transaction of ``app.db.session``.

    :param make: as for :func:`declare`; it returns the table.
    :param statement: makes the statement out of the table.
    :raises ExtensionError: the database lacks the table.
    """
    db = app.db
    try:
        return db.session.execute(statement(make(db)))
    # What is not there is the one to PostgreSQL, the other to SQLite. All other errors are found in
    # a table that is there, and leave the transaction to the caller.
    except (db.exc.ProgrammingError, db.exc.OperationalError) as error:
        db.session.rollback()
        if db.inspect(db.engine).has_table(name):
            raise
        message = (
            f"the database of {app.name!r} lacks the table {name}: add it to the migrations "
            "(flask db migrate), and apply them (flask db upgrade)"
        )
        raise ExtensionError(message) from error
