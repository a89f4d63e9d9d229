"""What a client gets when the database fails: 503, 409 or 400 when the code is not at fault."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import BadRequest, Conflict, ServiceUnavailable

from backend_common.db.faults import Faults
from backend_common.db.wording import UNREPRESENTABLE


@dataclass(frozen=True)
class Failure:
    """A kind of failure.

    :param answer: what the client gets to read.
    :param pause: seconds after which the client may try again (``Retry-After``).
    :param fault: what the operator has to correct; it makes the heartbeat red.
    """

    answer: str
    pause: int
    fault: str | None = None


SILENT = Failure("The database does not answer. Try again later.", pause=5)
BUSY = Failure("The database is busy. Try again later.", pause=1)
COLLISION = Failure("The request collided with another one. Try again.", pause=1)
FULL = Failure(
    "The database has no room. Try again later.",
    pause=60,
    fault="the database has no room: free some on its disk",
)
READ_ONLY = Failure(
    "The database cannot be written to now. Try again later.",
    pause=10,
    fault="the database cannot be written to: is it a standby, or opened read-only?",
)
BROKEN = Failure(
    "The database cannot read or write its files. Try again later.",
    pause=60,
    fault="the database cannot read or write its files: see its own log",
)

# By the beginning of the state; the longest that fits is meant.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
STATES = {
    "08": SILENT,  # no connection
    "25006": READ_ONLY,
    "25P03": SILENT,  # the transaction was idle for too long, and the connection is closed
    "40001": COLLISION,  # serialization failure
    "40P01": COLLISION,  # deadlock
    "53": FULL,  # of disk, of memory
    "53300": SILENT,  # too many connections
    "55P03": BUSY,  # a lock is not available
    "57014": BUSY,  # a statement was cancelled
    "57P": SILENT,  # starting, stopping
    "58": BROKEN,  # an error of the system
    "XX001": BROKEN,  # corrupted data
    "XX002": BROKEN,  # corrupted index
}

# https://www.sqlite.org/rescode.html
CODES = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_NOMEM: FULL,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: BROKEN,
    sqlite3.SQLITE_CORRUPT: BROKEN,
    sqlite3.SQLITE_CANTOPEN: BROKEN,
    sqlite3.SQLITE_NOTADB: BROKEN,
}

# A value is too long, too large, of another type, or has a character that is not allowed.
NO_VALUE = ("22001", "22003", "22007", "22008", "22021", "22P02", "22P05")
NUL = "cannot contain NUL"  # which psycopg refuses by itself, without a state

REFERENCE = "Another request has changed or deleted the same. Look at it, and try again."
THERE = "There is the same already. Look at it, and change the request."

# What the client gets to read, by the state or code. A value that is missing or fails a check is
# the fault of the code, which should have validated it.
CONFLICTS = {
    # A row that the new one refers to is gone, or another one still refers to the old one.
    "23503": REFERENCE,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: REFERENCE,
    # A row with the same key is there already, or one that excludes it.
    "23505": THERE,
    "23P01": THERE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: THERE,
    sqlite3.SQLITE_CONSTRAINT_ROWID: THERE,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: THERE,
}

REFUSED = "The database cannot take a value: it is too long or too large, or not text."


def handle(app: flask.Flask, faults: Faults) -> None:
    """Have *app* answer for the database: 503 while it cannot serve, 409 when requests collide.

    What it cannot take is a 400. A request that has its answer gets it, even if the database goes
    away before the session has ended. Flask-SQLAlchemy must be there already.

    :param faults: gets to know what the operator has to correct.
    """

    def explain(error: SQLAlchemyError) -> Any:
        return _explain(error, faults)

    db = app.extensions["sqlalchemy"]

    def end_session(_: BaseException | None) -> None:
        if db.session.registry.has():  # many requests use none
            _end()

    # Instead of Flask-SQLAlchemy's own, which would end the session once more.
    app.teardown_appcontext_funcs.remove(db._teardown_session)
    app.teardown_appcontext(end_session)
    app.register_error_handler(DataError, _refuse)
    app.register_error_handler(IntegrityError, _collide)
    app.register_error_handler(StaleDataError, _lose)
    app.register_error_handler(ObjectDeletedError, _lose)
    for kind in (DBAPIError, PoolTimeoutError):
        app.register_error_handler(kind, explain)


def _refuse(error: DataError) -> Any:
    """Answer 400 when a value is at fault, which came with the request; the rest is the code's."""
    state = getattr(error.orig, "sqlstate", None)
    no_value = isinstance(error.orig, UNREPRESENTABLE)
    if state not in NO_VALUE and not no_value and NUL not in str(error.orig):
        raise error
    app = flask.current_app
    _end()
    app.logger.warning("the database refused a value: %s", type(error.orig).__name__)
    return app.handle_http_exception(BadRequest(REFUSED))


def _collide(error: IntegrityError) -> Any:
    """Answer 409 when rows of another request are in the way; the rest is the code's."""
    code = getattr(error.orig, "sqlite_errorcode", None) or getattr(error.orig, "sqlstate", None)
    if (answer := CONFLICTS.get(code)) is None:
        raise error
    # NB: its own words may have values of the rows; the name of the constraint has none.
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return _conflict(f"{type(error.orig).__name__}: {constraint or _reason(error)}", answer)


def _lose(error: StaleDataError | ObjectDeletedError) -> Any:
    """Answer 409: a row that the request has read is not there any more."""
    return _conflict(str(error), REFERENCE)


def _conflict(reason: str, answer: str) -> Any:
    app = flask.current_app
    _end()
    app.logger.warning("requests collided: %s", reason)
    return app.handle_http_exception(Conflict(answer))


def _explain(error: SQLAlchemyError, faults: Faults) -> Any:
    """Answer 503 when the operator has something to do; any other error stays what it is."""
    app = flask.current_app
    _end()
    if failure := failure_of(error):
        app.logger.error("%s: %s", failure.answer.partition(".")[0], _reason(error))
        if failure.fault:
            faults.add(failure.fault)
        return _unavailable(failure.answer, failure.pause)
    try:
        lacking = _lacking(error)
    except SQLAlchemyError as second:
        app.logger.error("the database does not answer: %s", _reason(second))
        return _unavailable(SILENT.answer, SILENT.pause)
    if lacking is None:
        raise error
    app.logger.error(lacking)
    return _unavailable(
        "The database schema is not up to date: "
        f"the operator must run: flask --app {app.name}.flask db upgrade",
        SILENT.pause,
    )


def _lacking(error: SQLAlchemyError) -> str | None:
    """Return what the schema lacks, if *error* may come from that.

    :raises SQLAlchemyError: the database does not answer.
    """
    from backend_common.db.migrations import fault  # noqa: PLC0415  it imports Alembic

    # A table or column that is not there is the one to PostgreSQL, the other to SQLite.
    if not isinstance(error, OperationalError | ProgrammingError):
        return None
    app = flask.current_app
    db = app.extensions["sqlalchemy"]
    with db.engine.connect() as connection:
        return fault(connection, app, db, Path(app.extensions["migrate"].directory))


def is_transient(error: Exception) -> bool:
    """Say whether the same work may succeed once the database is well, or has its migrations."""
    if not isinstance(error, SQLAlchemyError):
        return False
    if failure_of(error) or isinstance(error, InterfaceError):
        return True
    try:
        return _lacking(error) is not None
    except SQLAlchemyError:
        return True


def failure_of(error: SQLAlchemyError) -> Failure | None:
    """Return what has failed if the same request may succeed later, without another request."""
    if isinstance(error, PoolTimeoutError):
        return BUSY
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without what extends it
        return CODES.get(code)
    state = getattr(error.orig, "sqlstate", None)
    for length in (5, 3, 2):
        if state and (found := STATES.get(state[:length])):
            return found
    # An error without a state is the client's: the server has said nothing.
    gone = state is None and isinstance(error, OperationalError)
    return SILENT if gone or error.connection_invalidated else None


def _unavailable(answer: str, pause: int) -> Any:
    return flask.current_app.handle_http_exception(ServiceUnavailable(answer, retry_after=pause))


def _end() -> None:
    """End the session of the request, whatever has become of its connection."""
    session = flask.current_app.extensions["sqlalchemy"].session
    try:
        session.remove()
    except DBAPIError as error:
        flask.current_app.logger.warning("could not end a transaction: %s", _reason(error))
        session().invalidate()
        session.remove()


def _reason(error: SQLAlchemyError) -> object:
    """Return what the driver said, without the statement and its parameters."""
    return (isinstance(error, DBAPIError) and error.orig) or error
