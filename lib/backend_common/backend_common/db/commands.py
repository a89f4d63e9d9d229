"""``flask db``, Flask-Migrate's commands.

Flask-Migrate and Alembic are imported when somebody uses them: they take a tenth of the time in
which a service with all extensions starts, and no request needs them.
"""

import stat
from pathlib import Path
from typing import Any

import click
from flask_sqlalchemy import SQLAlchemy

from backend_common.core import store
from backend_common.core.app import Application

NAME = "db"
KEY = "migrate"  # in app.extensions, Flask-Migrate's own

TEMPLATE = Path(__file__).parent / "template"
"""The files that ``flask db init`` copies."""

WRITING = {"edit", "init", "merge", "migrate", "revision"}
"""The commands that write into the directory of the migrations; the others read it alone."""


class Migrations:
    """Stands for what Flask-Migrate has in ``app.extensions``, and has it put there when needed.

    :param directory: of the migrations.
    """

    def __init__(self, app: Application, db: SQLAlchemy, directory: Path) -> None:
        self._app = app
        self._db = db
        self._directory = directory

    def __getattr__(self, name: str) -> Any:
        """Return what Flask-Migrate has of that name, as for its own ``upgrade()``."""
        self.import_()
        return getattr(self._app.extensions[KEY], name)

    def import_(self) -> click.Command:
        """Put Flask-Migrate in the place of this, and return its command."""
        from flask_migrate import Migrate  # type: ignore[import-untyped]  # noqa: PLC0415

        migrate = Migrate(self._app, self._db, directory=str(self._directory), command=NAME)
        migrate.configure(_check)
        return self._app.cli.commands[NAME]


class Command(click.Command):
    """Hands everything on to Flask-Migrate's command."""

    def __init__(self, migrations: Migrations) -> None:
        super().__init__(NAME, short_help="Perform database migrations.")
        self._migrations = migrations

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Return the context of Flask-Migrate's command, which is what click goes on with."""
        options["default_map"] = {"init": {"template": str(TEMPLATE)}}
        return self._migrations.import_().make_context(*arguments, **options)


def _check(config: Any) -> Any:
    """Return Alembic's configuration as it is, unless a command cannot do what it is to do.

    Flask-Migrate calls this in each command, once the directory is known.

    :raises click.ClickException: it would write into the Nix store, or is about several databases.
    """
    context = click.get_current_context(silent=True)
    directory = config.get_main_option("script_location")
    if context and context.params.get("multidb"):
        message = (
            "`flask db init --multidb` makes migrations for SQLALCHEMY_BINDS, which run_migrations "
            "does not run: leave --multidb out, and migrate other databases by Alembic itself"
        )
        raise click.ClickException(message)
    if context and context.info_name == "init":
        context.call_on_close(lambda: _make_writable(Path(directory)))
    if context and context.info_name in WRITING and store.contains(directory):
        message = (
            f"`flask db {context.info_name}` writes into {directory}, which is in the Nix store, "
            "and nothing may write there: run it in the development shell of the service, or name "
            "another directory with --directory"
        )
        raise click.ClickException(message)
    return config


def _make_writable(directory: Path) -> None:
    """Let the user edit what was copied out of an installation, such as the Nix store."""
    for path in [directory, *directory.rglob("*")]:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def init_app(app: Application, db: SQLAlchemy, directory: Path) -> None:
    """Give *app* the command; the migrations are in *directory*."""
    migrations = Migrations(app, db, directory)
    app.extensions[KEY] = migrations
    app.cli.add_command(Command(migrations))
