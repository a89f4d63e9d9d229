"""Migrations: running them, and telling whether they have run."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import flask
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event

from backend_common.db import config, engines, lock, schema, sqlite
from backend_common.db.config import Config

SHOWN = 5  # names of tables


def run_migrations(metadata: MetaData | None = None) -> None:
    """Do what Alembic asks for; the whole of a service's ``migrations/env.py`` is this call.

    Each migration is a transaction, in SQLite too. Several processes may do this at once: one
    does the work, the others wait for it.

    Constraints without a name get one, since a later migration can change no other.

    :param metadata: of the service's models, to compare with the database; None for that of all
        models in modules of the service that are imported, and in ``<service>.models``.
    :raises click.ClickException: another process holds the lock for too long, or there is no
        database, or a migration leaves rows in SQLite whose foreign keys lead nowhere.
    """
    app = flask.current_app
    db: SQLAlchemy = app.extensions["sqlalchemy"]
    read = config.of(app)
    if metadata is None and find_spec(f"{app.name}.models"):
        import_module(f"{app.name}.models")
    compared = schema.of(app, db)
    if metadata is not None and metadata not in compared:
        compared.append(metadata)
    schema.name_constraints(compared)
    options: dict[str, Any] = {
        "on_version_apply": _announce,
        "target_metadata": compared,
        "process_revision_directives": _write_nothing_empty,
        "render_as_batch": True,
        "transaction_per_migration": True,
    }
    if context.is_offline_mode():
        context.configure(url=read.url, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    with lock.held(read), _engine(db, read).connect() as connection:
        if read.is_sqlite:
            _run_in_sqlite(connection, options)
        else:
            _run(connection, options)


def schema_is_current() -> bool:
    """Return whether the database of the current application has every migration.

    :raises sqlalchemy.exc.OperationalError: the database does not answer.
    """
    app = flask.current_app
    with app.extensions["sqlalchemy"].engine.connect() as connection:
        return is_current(connection, Path(app.extensions["migrate"].directory))


def fault(connection: Connection, app: flask.Flask, db: SQLAlchemy, directory: Path) -> str | None:
    """Return what the schema of the database lacks, and what to do about it; None if it is whole.

    :param directory: of the migrations.
    """
    if not is_current(connection, directory):
        return "the database lacks migrations: run flask db upgrade"
    lacking = schema.lacking(connection, schema.needed(app, db))
    if not lacking:
        return None
    names = ", ".join(lacking[:SHOWN]) + (", ..." if lacking[SHOWN:] else "")
    return (
        f"the database lacks the tables {names}: add them to the migrations (flask db migrate), "
        "and apply them (flask db upgrade)"
    )


def is_current(connection: Connection, directory: Path) -> bool:
    """Return whether the database has every migration in *directory*.

    One that has a migration that is not there is ahead: a newer release has been at it, and old
    processes go on until they are replaced.
    """
    applied = set(MigrationContext.configure(connection).get_current_heads())
    if not directory.is_dir():
        return True
    scripts = ScriptDirectory(str(directory))
    if applied == set(scripts.get_heads()):
        return True
    return not applied <= {script.revision for script in scripts.walk_revisions()}


def _engine(db: SQLAlchemy, read: Config) -> Engine:
    """Return what migrations connect by: for as long as they take, but one file, or memory."""
    return db.engine if read.is_sqlite else engines.unpooled(read, timeout=0)


def _run(connection: Connection, options: dict[str, Any]) -> None:
    context.configure(connection=connection, **options)
    with context.begin_transaction():
        context.run_migrations()


def _run_in_sqlite(connection: Connection, options: dict[str, Any]) -> None:
    """Let tables be made anew, which is how SQLite changes most of what there is of them.

    A table that is dropped meanwhile must not take with it what refers to it: "Making Other Kinds
    Of Table Schema Changes", https://www.sqlite.org/lang_altertable.html
    """
    driver: Any = connection.connection.driver_connection
    before = set(_lost(driver))

    def check(*, step: MigrationInfo, **more: Any) -> None:
        if lost := set(_lost(driver)) - before:
            message = (
                f"the migration {_revision(step)} leaves rows whose foreign keys lead nowhere, in "
                f"{', '.join(sorted({str(row[0]) for row in lost}))}: it has been taken back; "
                "correct it, or the rows"
            )
            raise click.ClickException(message)
        _announce(step=step, **more)

    event.listen(connection, "begin", sqlite.begin)
    (checked,) = driver.execute("PRAGMA foreign_keys").fetchone()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        _run(connection, {**options, "on_version_apply": check, "transactional_ddl": True})
    finally:
        connection.rollback()  # in a transaction, the pragma does nothing
        driver.execute(f"PRAGMA foreign_keys = {checked}")


def _lost(driver: Any) -> list[tuple[Any, ...]]:
    """List the rows that refer to nothing: table, number, table, constraint."""
    return [tuple(row) for row in driver.execute("PRAGMA foreign_key_check")]


def _write_nothing_empty(
    context_: MigrationContext, _revision: Iterable[Any], scripts: list[Any]
) -> None:
    """Let ``flask db migrate`` write no migration where there is nothing to change."""
    configuration: Any = context_.opts["script"] and context.config
    asked = getattr(configuration.cmd_opts, "autogenerate", False)
    if asked and all(script.upgrade_ops.is_empty() for script in scripts):
        scripts.clear()
        click.echo("the database has all that the models say: no migration was written", err=True)


def _announce(*, step: MigrationInfo, **_: Any) -> None:
    click.echo(f"{'applied' if step.is_upgrade else 'took back'} {_revision(step)}", err=True)


def _revision(step: MigrationInfo) -> str:
    return ", ".join(step.up_revision_ids if step.is_upgrade else step.source_revision_ids)
