"""The settings of the extension."""

from pathlib import Path

import flask
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from backend_common.core import settings

DRIVERS = ("postgres", "postgresql", "postgresql+psycopg", "sqlite", "sqlite+pysqlite")

KEY = "backend_common.db"
"""Where an application has its :class:`Config`, in ``app.extensions``."""


def _is_url(value: str) -> bool:
    try:
        return make_url(value).drivername in DRIVERS
    except ArgumentError:
        return False


class Config(settings.Table):
    """How an application uses its database.

    :ivar name: the service's.
    :ivar url: of the database, with its driver; a file has an absolute path.
    :ivar hides_parameters: whether errors leave out the parameters of statements.
    """

    name: str
    url: URL
    hides_parameters: bool

    given_url = settings.Text(
        "DATABASE_URL",
        lambda app: f"sqlite:///{app.name}.db",
        shown="`sqlite:///<service>.db`, in the state directory",
        valid=_is_url,
        expected="postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE",
        text="The database. Parameters in its query (`?sslmode=verify-full`) are libpq's, and win.",
    )
    pool_size = settings.Whole(
        "DATABASE_POOL_SIZE",
        5,
        unit="connections",
        at_least=1,
        text="PostgreSQL: how many connections a process keeps.",
    )
    pool_overflow = settings.Whole(
        "DATABASE_POOL_OVERFLOW",
        10,
        unit="connections",
        at_least=0,
        text="PostgreSQL: how many more a process may have for a while. Both together, times the "
        "processes, must fit `max_connections` of the server.",
    )
    pool_timeout = settings.Number(
        "DATABASE_POOL_TIMEOUT",
        5.0,
        unit="seconds",
        more_than=0,
        text="PostgreSQL: how long a request waits for a connection that is free.",
    )
    pool_recycle = settings.Whole(
        "DATABASE_POOL_RECYCLE",
        1800,
        unit="seconds",
        at_least=1,
        text="PostgreSQL: how old a connection may become.",
    )
    # NB: libpq takes less than 2 for 2.
    connect_timeout = settings.Whole(
        "DATABASE_CONNECT_TIMEOUT",
        2,
        unit="seconds",
        at_least=2,
        text="PostgreSQL: how long connecting may take, and finding out whether a connection of "
        "the pool still works.",
    )
    statement_timeout = settings.Number(
        "DATABASE_STATEMENT_TIMEOUT",
        30.0,
        unit="seconds",
        at_least=0,
        text="PostgreSQL: how long a statement may take; 0 is no limit. The client closes the "
        "connection when the server has still said nothing `DATABASE_CONNECT_TIMEOUT` later.",
    )
    idle_timeout = settings.Number(
        "DATABASE_IDLE_TIMEOUT",
        600.0,
        unit="seconds",
        at_least=0,
        text="PostgreSQL: how long a transaction may do nothing; 0 is no limit. The server ends it "
        "then, so that a frozen process does not hold its locks for good.",
    )
    busy_timeout = settings.Number(
        "DATABASE_BUSY_TIMEOUT",
        5.0,
        unit="seconds",
        more_than=0,
        text="SQLite: how long a statement waits for another process that writes.",
    )
    migration_wait = settings.Number(
        "DATABASE_MIGRATION_WAIT",
        600.0,
        unit="seconds",
        at_least=0,
        text="How long `flask db upgrade` waits for another one.",
    )

    def __init__(self, app: flask.Flask) -> None:
        super().__init__(app)
        self.name = app.name
        self.url = complete(make_url(self.given_url), Path(app.instance_path))
        self.hides_parameters = app.config["APP_CHANNEL"] == "production"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file, or in memory."""
        return self.url.get_backend_name() == "sqlite"


SETTINGS = Config.fields()


def of(app: flask.Flask) -> Config:
    """Return what was read for *app*."""
    found: Config = app.extensions[KEY]
    return found


def complete(url: URL, state: Path) -> URL:
    """Add to *url* what it leaves open: the driver, and where a file is.

    :param state: the directory where a relative path begins.
    """
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    # NB: libpq knows this spelling too, but SQLAlchemy hides only the other one.
    if isinstance(password := url.query.get("password"), str):
        url = url.difference_update_query(["password"]).set(password=password)
    in_memory = url.database in (None, "", ":memory:")
    if url.get_backend_name() == "sqlite" and not in_memory and "uri" not in url.query:
        return url.set(database=str(state / str(url.database)))
    return url
