"""A relational database: SQLAlchemy through Flask-SQLAlchemy, migrations through Flask-Migrate.

A service declares its models with plain SQLAlchemy, on a ``DeclarativeBase`` of its own, and
works with them in ``app.db.session``. Nothing of the models knows the application.
"""

import sqlite3
from pathlib import Path
from typing import Any

import click
import flask
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from flask_migrate import Migrate  # type: ignore[import-untyped]
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from werkzeug.exceptions import ServiceUnavailable

from backend_common import places, settings, tables
from backend_common.settings import SettingError

BACKENDS = ("postgres", "postgresql", "sqlite")
EXPECTED = "postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"


def init_app(app: flask.Flask) -> SQLAlchemy:
    """Connect *app* to its database, and add the command ``flask db``.

    ``flask db upgrade`` brings the schema to what the migrations say; nothing else does.

    Setting: ``DATABASE_URL``. ``postgresql://`` and ``postgres://`` both mean psycopg 3; the
    default is the SQLite file ``<service>.db``. A relative path of an SQLite file starts at the
    state directory, which is made when the database is first used.

    :raises SettingError: the URL cannot be read, or is of another database.
    """
    default = f"sqlite:///{app.name}.db"
    text = settings.read(app, "DATABASE_URL", default, _is_url, EXPECTED)
    url = _with_driver(make_url(text), Path(app.instance_path))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy(app)
    Migrate(app, db, directory=str(places.migrations(app.name, app.root_path)))
    if url.get_backend_name() == "sqlite":
        with app.app_context():
            _prepare_sqlite(db.engine, url)
    app.register_error_handler(OperationalError, _explain)
    app.register_error_handler(ProgrammingError, _explain)
    return db


def run_migrations(metadata: MetaData) -> None:
    """Do what Alembic asks for; the whole of a service's ``migrations/env.py`` is this call.

    :param metadata: of the service's models, to compare with the database.
    """
    app = flask.current_app
    tables.make_all(app, app.extensions["sqlalchemy"])
    options: dict[str, Any] = {
        "target_metadata": [metadata, app.extensions["sqlalchemy"].metadata],
        "render_as_batch": True,
        "on_version_apply": _announce,
    }
    if context.is_offline_mode():
        url = flask.current_app.config["SQLALCHEMY_DATABASE_URI"]
        context.configure(url=url, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    with _engine().connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


def schema_is_current() -> bool:
    """Tell whether the database of the current application has every migration.

    :raises sqlalchemy.exc.OperationalError: the database does not answer.
    """
    scripts = ScriptDirectory(flask.current_app.extensions["migrate"].directory)
    with _engine().connect() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    return set(applied) == set(scripts.get_heads())


def _engine() -> Engine:
    db: SQLAlchemy = flask.current_app.extensions["sqlalchemy"]
    return db.engine


def _announce(*, step: MigrationInfo, **_: Any) -> None:
    click.echo(f"{'applied' if step.is_upgrade else 'took back'} {_revision(step)}", err=True)


def _revision(step: MigrationInfo) -> str:
    return ", ".join(step.up_revision_ids if step.is_upgrade else step.source_revision_ids)


def _is_url(value: Any) -> bool:
    try:
        return make_url(value).get_backend_name() in BACKENDS
    except ArgumentError:
        return False


def _with_driver(url: URL, state: Path) -> URL:
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    in_memory = url.database in (None, "", ":memory:")
    if url.get_backend_name() == "sqlite" and not in_memory and "uri" not in url.query:
        return url.set(database=str(state / str(url.database)))
    return url


def _prepare_sqlite(engine: Engine, url: URL) -> None:
    def make_directory(*_: Any) -> None:
        if not url.database or not Path(url.database).is_absolute():
            return
        directory = Path(url.database).parent
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = (
                f"cannot create {directory}, where the database is to be: {error.strerror}; "
                "set STATE_DIRECTORY to a directory that can be written, or DATABASE_URL"
            )
            raise SettingError(message) from error

    def check_foreign_keys(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")  # off by default, for old programs

    event.listen(engine, "do_connect", make_directory)
    event.listen(engine, "connect", check_foreign_keys)


def _explain(error: Exception) -> Any:
    """Answer 503 when the operator has something to do; any other error stays what it is."""
    app = flask.current_app
    app.extensions["sqlalchemy"].session.rollback()
    try:
        current = schema_is_current()
    except OperationalError:
        app.logger.exception("the database does not answer")
        return app.handle_http_exception(
            ServiceUnavailable("The database does not answer. Try again later.")
        )
    if current:
        raise error
    app.logger.error("the database lacks migrations: run flask db upgrade")
    return app.handle_http_exception(
        ServiceUnavailable(
            "The database schema is not up to date: "
            f"the operator must run: flask --app {app.name}.flask db upgrade"
        )
    )
