"""One at a time changes the schema; the others wait, and then find nothing left to do."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from backend_common.db import engines, sqlite
from backend_common.db.config import Config

PAUSE = 0.2  # seconds between two tries


@contextmanager
def held(config: Config) -> Iterator[None]:
    """Hold the lock of the migrations of a service.

    It is asked for again and again. A statement of PostgreSQL's that waited for it would be a
    transaction that CREATE INDEX CONCURRENTLY waits for in turn, and both would hang.

    :raises click.ClickException: somebody else held it for too long, or there is no database.
    """
    holder = _on_directory(config) if config.is_sqlite else _in_database(config)
    with holder:
        yield


@contextmanager
def _in_database(config: Config) -> Iterator[None]:
    """Hold an advisory lock, which ends with its connection, whatever happens to this process."""
    engine = engines.unpooled(config, timeout=0, isolation_level="AUTOCOMMIT")
    try:
        connection = engine.connect()
    except OperationalError as error:
        where = config.url.render_as_string()
        message = f"cannot connect to {where}: {error.orig}; correct DATABASE_URL, or start it"
        raise click.ClickException(message) from error
    key = _key(config.name)
    with connection:
        _wait(
            lambda: bool(
                connection.scalar(sqlalchemy.select(sqlalchemy.func.pg_try_advisory_lock(key)))
            ),
            config.migration_wait,
            lambda: _holder(connection, key),
        )
        yield


@contextmanager
def _on_directory(config: Config) -> Iterator[None]:
    """Lock the directory of the file, which leaves nothing behind; in memory, there is no need."""
    directory = sqlite.directory_of(config.url)
    if directory is None or not directory.is_dir():
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)

    def try_it() -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        _wait(try_it, config.migration_wait, lambda: f"a process that has locked {directory}")
        yield
    finally:
        os.close(descriptor)


def _wait(try_it: Callable[[], bool], limit: float, holder: Callable[[], str]) -> None:
    deadline = time.monotonic() + limit
    if try_it():
        return
    click.echo("waiting for other migrations of this database to end", err=True)
    while not try_it():
        if time.monotonic() > deadline:
            message = (
                f"waited {limit:g} s (DATABASE_MIGRATION_WAIT) for other migrations of this "
                f"database, by {holder()}: let that end, or end it, and try again"
            )
            raise click.ClickException(message)
        time.sleep(PAUSE)


def _key(service: str) -> int:
    """Return the number of the lock; PostgreSQL knows locks by 64 bits alone."""
    digest = hashlib.sha256(f"backend_common.db {service}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _holder(connection: Connection, key: int) -> str:
    """Return a description of the lock's holder; a key is kept in two halves (pg_locks)."""
    statement = sqlalchemy.text(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32 | objid::bigint) = :key"
    )
    pid = connection.scalar(statement, {"key": key})
    return f"the server's process {pid} (pg_stat_activity, pg_terminate_backend)"
