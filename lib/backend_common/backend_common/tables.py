"""The database tables that extensions bring, for migrations to see.

An extension that keeps something in the service's database, when there is one, declares its tables
here; ``db``, if it is loaded at all, has them made.
"""

from collections.abc import Callable
from typing import Any

import flask

Declare = Callable[[Any], object]

KEY = "backend_common.tables"


def declare(app: flask.Flask, make: Declare) -> None:
    """Have *make* called with ``app.db``, in whose ``metadata`` it puts tables, when it is time."""
    app.extensions.setdefault(KEY, []).append(make)


def make_all(app: flask.Flask, db: Any) -> None:
    """Put the tables of all extensions of *app* into ``db.metadata``."""
    for make in app.extensions.get(KEY, []):
        make(db)
