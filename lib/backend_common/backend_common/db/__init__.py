"""A relational database: SQLAlchemy through Flask-SQLAlchemy, migrations through Flask-Migrate.

A service declares its models with plain SQLAlchemy, on a ``DeclarativeBase`` of its own, and
works with them in ``app.db.session``. Nothing of the models knows the application.
"""

from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy

from backend_common.core import health, later, places
from backend_common.core.app import Application
from backend_common.db import commands, config, engines, failures, sqlite
from backend_common.db.heartbeat import Heartbeat
from backend_common.db.unique import GetOrCreate

if TYPE_CHECKING:
    from backend_common.db.migrations import run_migrations, schema_is_current

__all__ = ["GetOrCreate", "init_app", "run_migrations", "schema_is_current"]

later.require("alembic", "flask_migrate")


def __getattr__(name: str) -> Any:
    """Import what needs Alembic when it is asked for (PEP 562); see :mod:`.commands`."""
    if name in ("run_migrations", "schema_is_current"):
        from backend_common.db import migrations  # noqa: PLC0415

        return getattr(migrations, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def init_app(app: Application) -> SQLAlchemy:
    """Connect *app* to its database, and add the command ``flask db``.

    ``flask db upgrade`` brings the schema to what the migrations say; nothing else does.

    Settings: ``DATABASE_URL``, and those that docs/extensions.md lists. ``postgresql://`` and
    ``postgres://`` both mean psycopg 3; the default is the SQLite file ``<service>.db``. A
    relative path of an SQLite file starts at the state directory, which is made when the
    database is first used.

    :raises SettingError: a setting is wrong, such as the URL of another database.
    """
    read = config.read(app)
    app.config["SQLALCHEMY_DATABASE_URI"] = read.url
    db = SQLAlchemy(app, engine_options=engines.options(read))
    directory = places.migrations(app.name, app.root_path)
    commands.init_app(app, db, directory)
    with app.app_context():
        engine = db.engine
    if read.is_sqlite:
        sqlite.prepare(engine, read.url)
    failures.handle(app)
    app.extensions[config.KEY] = read
    asked = engine if read.is_sqlite else engines.unpooled(read, timeout=read.connect_timeout)
    health.add(app, "db", Heartbeat(asked, directory).check)
    return db
