"""What SQLite needs to serve several processes at once, and to do what models say."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

from backend_common.core.settings import SettingError


def prepare(engine: Engine, url: URL) -> None:
    """Have *engine* make the directory of its file, and set its connections up."""

    def make_directory(*_: Any) -> None:
        if (directory := directory_of(url)) is None:
            return
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = (
                f"cannot create {directory}, where the database is to be: {error.strerror}; "
                "set STATE_DIRECTORY to a directory that can be written, or DATABASE_URL"
            )
            raise SettingError(message) from error

    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")  # off by default, for old programs
        # Readers and a writer do not wait for each other: https://www.sqlite.org/wal.html
        # NB: with "uri", the file may be read-only; then the URL decides.
        if "uri" not in url.query:
            connection.execute("PRAGMA journal_mode = WAL")

    event.listen(engine, "do_connect", make_directory)
    event.listen(engine, "connect", set_up)
    event.listen(engine, "savepoint", begin)


def directory_of(url: URL) -> Path | None:
    """Return the directory of the file; None where there is no file, or its name is not known."""
    if not url.database or not Path(url.database).is_absolute():
        return None
    return Path(url.database).parent


def begin(connection: Connection, *_: Any) -> None:
    """Begin a transaction that may write, and wait for those that do, if there is none yet.

    Python's driver begins one before INSERT, UPDATE and DELETE alone. A savepoint without it would
    be a transaction itself, and its end a commit; a change to the schema would be on its own.
    """
    driver: Any = connection.connection.driver_connection
    # NB: without an isolation level, the application has said that it begins them by itself.
    if driver.isolation_level is not None and not driver.in_transaction:
        driver.execute("BEGIN IMMEDIATE")
