"""Which errors are over after a while, so that the same work may succeed later.

An extension that knows errors of its own, such as those of a database that restarts, says so here.
One that repeats work asks.
"""

from collections.abc import Callable

import flask

KEY = "backend_common.core.transient"


def add(app: flask.Flask, knows: Callable[[Exception], bool]) -> None:
    """Have *knows* asked about each error: it returns whether that is transient."""
    app.extensions.setdefault(KEY, []).append(knows)


def is_transient(app: flask.Flask, error: Exception) -> bool:
    """Say whether an extension of *app* knows *error* as transient, in an application context."""
    return any(knows(error) for knows in app.extensions.get(KEY, []))
