"""The database tables that extensions bring: for migrations to see, and to be used.

An extension that keeps something in the service's database, when there is one, declares its tables
here; ``db``, if it is loaded at all, has them made.
"""

import threading
from collections.abc import Callable
from typing import Any

import flask

from backend_common.core.app import Application
from backend_common.core.loader import ExtensionError

Declare = Callable[[Any], Any]

KEY = "backend_common.core.tables"

_making = threading.Lock()
"""Two threads that declare the same table at once would both find that it is not there."""


def declare(app: flask.Flask, make: Declare, is_needed: Callable[[], bool] = lambda: True) -> None:
    """Have *make* called with ``app.db``, in whose ``metadata`` it puts a table, when it is time.

    :param make: returns the table.
    :param is_needed: whether the application cannot do its work without the table, so that the
        heartbeat is red where it is missing; asked each time.
    """
    app.extensions.setdefault(KEY, []).append((make, is_needed))


def make_all(app: flask.Flask, db: Any) -> None:
    """Put the tables of all extensions of *app* into ``db.metadata``."""
    for make, _ in app.extensions.get(KEY, []):
        _made(make, db)


def optional(app: flask.Flask, db: Any) -> list[Any]:
    """Return the tables of extensions of *app* that it does not need now."""
    declared = app.extensions.get(KEY, [])
    return [_made(make, db) for make, is_needed in declared if not is_needed()]


def execute(app: Application, name: str, make: Declare, statement: Callable[[Any], Any]) -> Any:
    """Execute a statement about the table *name*, in the transaction of ``app.db.session``.

    :param make: as for :func:`declare`; it returns the table.
    :param statement: makes the statement out of the table.
    :raises ExtensionError: the database lacks the table.
    """
    db = app.db
    try:
        return db.session.execute(statement(_made(make, db)))
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


def _made(make: Declare, db: Any) -> Any:
    with _making:
        return make(db)
