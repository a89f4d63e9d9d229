"""A relational database: SQLAlchemy through Flask-SQLAlchemy, migrations through Flask-Migrate.

A service declares its models with plain SQLAlchemy, on a ``DeclarativeBase`` of its own, and
works with them in ``app.db.session``. Nothing of the models knows the application.
"""

from typing import TYPE_CHECKING, Any
from weakref import finalize

from flask_sqlalchemy import SQLAlchemy

from backend_common.core import health, later, places, transient
from backend_common.core.app import Application
from backend_common.db import commands, config, engines, failures
from backend_common.db.faults import Faults
from backend_common.db.heartbeat import Heartbeat
from backend_common.db.instant import Instant
from backend_common.db.unique import GetOrCreate

if TYPE_CHECKING:
    from backend_common.db.migrations import run_migrations, schema_is_current

SETTINGS = config.SETTINGS

__all__ = ["SETTINGS", "GetOrCreate", "Instant", "init_app", "run_migrations", "schema_is_current"]

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

    ``postgresql://`` and ``postgres://`` in ``DATABASE_URL`` both mean psycopg 3. A relative path
    of an SQLite file starts at the state directory, which is made when the database is first used.

    :raises SettingError: a setting is wrong, such as the URL of another database.
    """
    read = config.Config(app)
    engines.configure(app, read)
    db = SQLAlchemy(app)
    faults = Faults()
    directory = places.migrations(app.name, app.root_path)
    commands.init_app(app, db, directory)
    with app.app_context():
        engine = db.engine
        for each in db.engines.values():
            engines.prepare(each, read)
            faults.watch(each)
            # An application that is no longer used has no connections, and none when Python ends.
            finalize(app, each.dispose)
    failures.handle(app, faults)
    transient.add(app, failures.is_transient)
    app.extensions[config.KEY] = read
    asked = engine if read.is_sqlite else engines.unpooled(read, timeout=read.connect_timeout)
    health.add(app, "db", Heartbeat(app, db, asked, directory, faults).check)
    return db
