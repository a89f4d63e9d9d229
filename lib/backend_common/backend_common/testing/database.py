"""Databases for tests: made, migrated, rolled back, dropped; nobody loads this without ``db``."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, PoolProxiedConnection, StaticPool

from backend_common import App
from backend_common.core import places
from backend_common.testing.places import OWN, Place


class MigrationError(Exception):
    """The migrations of the service do not run on an empty database."""


class OverlapError(Exception):
    """Two transactions overlap, and neither is inside of the other."""


def create(place: Place) -> None:
    """Make the database, without a schema.

    :raises sqlalchemy.exc.OperationalError: the server does not answer.
    :raises sqlalchemy.exc.ProgrammingError: its user may not create databases.
    """
    _on_server(place, "CREATE DATABASE {}")


def drop(place: Place) -> None:
    """Remove the database, whoever is connected to it."""
    _on_server(place, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def migrate(app: App) -> None:
    """Apply all migrations of the service, if it has any.

    :raises MigrationError: they failed; the message is what ``flask db upgrade`` wrote.
    """
    if not places.migrations(app.name, app.root_path).is_dir():
        return
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    if result.exit_code:
        message = f"flask db upgrade failed: {result.exception!r}\n{result.output}"
        raise MigrationError(message)


def engines(app: App) -> list[Engine]:
    """Return the engines of *app*."""
    with app.app_context():
        return list(app.db.engines.values())


@contextmanager
def rolled_back(engine: Engine) -> Iterator[None]:
    """Let all that goes through *engine* meanwhile happen in one transaction, and roll that back.

    Whoever connects to the database shares one connection. What they take for a transaction, to
    commit or to roll back, is a savepoint in it. So one can be inside of another, and they cannot
    overlap in any other way.
    """
    with engine.connect() as holder, holder.begin() as transaction:
        shared = _begin(holder)
        pool, dialect = engine.pool, engine.dialect
        own = {name: getattr(dialect, name) for name in ("do_begin", "do_commit", "do_rollback")}
        # NB: nothing resets the connection: that would end the transaction.
        engine.pool = StaticPool(lambda: shared, reset_on_return=None, dialect=dialect)
        for name, function in _savepoints().items():
            setattr(dialect, name, function)
        event.listen(engine, "before_cursor_execute", _begin_nothing, retval=True)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", _begin_nothing)
            for name, function in own.items():
                setattr(dialect, name, function)
            engine.pool = pool
            transaction.rollback()


def _begin(holder: Connection) -> Any:
    """Begin the transaction, which drivers put off; return the driver's connection."""
    connection = holder.connection.driver_connection
    if holder.dialect.name == "sqlite" and not connection.in_transaction:  # type: ignore[union-attr]
        holder.exec_driver_sql("BEGIN")
    return connection


def _begin_nothing(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any
) -> tuple[str, Any]:
    """Leave out a BEGIN of the application's own, as SQLAlchemy recommends for SQLite."""
    return "SELECT 1" if statement.upper().startswith("BEGIN") else statement, parameters


def _savepoints() -> dict[str, Any]:
    """Return what a dialect is to do in place of transactions."""
    numbers = itertools.count(1)
    open_ones: dict[PoolProxiedConnection, str] = {}

    def execute(connection: PoolProxiedConnection, *statements: str) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    def close(connection: PoolProxiedConnection) -> str:
        last, name = open_ones.popitem()
        if last is not connection:
            open_ones.clear()
            message = (
                "a transaction ends while another, which began later, goes on: "
                f"mark the test @pytest.mark.{OWN}, so that they are apart"
            )
            raise OverlapError(message)
        return name

    def begin(connection: PoolProxiedConnection) -> None:
        open_ones[connection] = f"test_{next(numbers)}"
        execute(connection, f"SAVEPOINT {open_ones[connection]}")

    def commit(connection: PoolProxiedConnection) -> None:
        execute(connection, f"RELEASE SAVEPOINT {close(connection)}")

    def rollback(connection: PoolProxiedConnection) -> None:
        if connection in open_ones:
            name = close(connection)
            execute(connection, f"ROLLBACK TO SAVEPOINT {name}", f"RELEASE SAVEPOINT {name}")

    return {"do_begin": begin, "do_commit": commit, "do_rollback": rollback}


def _on_server(place: Place, statement: str) -> None:
    url = make_url(place.url)
    if place.server is None:
        if statement.startswith("DROP"):
            for file in Path(str(url.database)).parent.glob(f"{Path(str(url.database)).name}*"):
                file.unlink()  # the journal, too
        return
    server = make_url(place.server).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(statement.format(url.database)))
