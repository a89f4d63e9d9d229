"""What a caller is told when the database fails: 503 or 400 when it is not the code's fault."""

import sqlite3
from typing import Any

import flask
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadRequest, ServiceUnavailable

# https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = ("08", "53300", "57P")  # no connection; too many of them; starting, stopping
TOO_LONG = "57014"  # a statement was cancelled
# A value is too long, too large, of another type, or has a character that is none there.
NO_VALUE = ("22001", "22003", "22007", "22008", "22021", "22P02", "22P05")
NUL = "cannot contain NUL"  # which psycopg refuses by itself, without a state

SILENT = "The database does not answer. Try again later."
BUSY = "The database is busy. Try again later."
REFUSED = "The database cannot take a value: it is too long or too large, or has a NUL."


def handle(app: flask.Flask) -> None:
    """Have *app* answer 503 while the database cannot serve, and 400 to what it cannot take.

    A request that has its answer gets it, even if the database goes away before the session has
    ended. Flask-SQLAlchemy must be there already: its own end of the session comes later.
    """
    app.teardown_appcontext(_end)
    app.register_error_handler(DataError, _refuse)
    for kind in (OperationalError, ProgrammingError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(kind, _explain)


def _refuse(error: DataError) -> Any:
    """Answer 400 when a value is at fault, which came with the request; the rest is the code's."""
    state = getattr(error.orig, "sqlstate", None)
    too_large = isinstance(error.orig, OverflowError)  # see sqlite.py
    if state not in NO_VALUE and not too_large and NUL not in str(error.orig):
        raise error
    app = flask.current_app
    _end()
    app.logger.warning("the database refused a value: %s", type(error.orig).__name__)
    return app.handle_http_exception(BadRequest(REFUSED))


def _explain(error: SQLAlchemyError) -> Any:
    """Answer 503 when the operator has something to do; any other error stays what it is."""
    from backend_common.db.migrations import schema_is_current  # noqa: PLC0415  it imports Alembic

    app = flask.current_app
    _end()
    if answer := _temporary(error):
        app.logger.error("%s: %s", answer.partition(".")[0], _reason(error))
        return app.handle_http_exception(ServiceUnavailable(answer))
    try:
        current = schema_is_current()
    except SQLAlchemyError as second:
        app.logger.error("the database does not answer: %s", _reason(second))
        return app.handle_http_exception(ServiceUnavailable(SILENT))
    if current:
        raise error
    app.logger.error("the database lacks migrations: run flask db upgrade")
    return app.handle_http_exception(
        ServiceUnavailable(
            "The database schema is not up to date: "
            f"the operator must run: flask --app {app.name}.flask db upgrade"
        )
    )


def _end(_: BaseException | None = None) -> None:
    """End the session of the request, whatever has become of its connection."""
    session = flask.current_app.extensions["sqlalchemy"].session
    try:
        session.remove()
    except DBAPIError as error:
        flask.current_app.logger.warning("could not end a transaction: %s", _reason(error))
        session().invalidate()


def _temporary(error: SQLAlchemyError) -> str | None:
    """Return what to answer if the same request may do later, without a change to anything."""
    if isinstance(error, PoolTimeoutError):
        return BUSY
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what extends it
        return BUSY if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None
    state = getattr(error.orig, "sqlstate", None)
    if state == TOO_LONG:
        return BUSY
    # An error without a state is the client's: the server has told it nothing.
    gone = state.startswith(AWAY) if state else isinstance(error, OperationalError)
    return SILENT if gone or error.connection_invalidated else None


def _reason(error: SQLAlchemyError) -> object:
    """Return what the driver said, without the statement and its parameters."""
    return (isinstance(error, DBAPIError) and error.orig) or error
