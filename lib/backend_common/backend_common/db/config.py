"""The settings of the extension, read and checked; docs/extensions.md explains them."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from backend_common.core import settings
from backend_common.core.app import Application

DRIVERS = ("postgres", "postgresql", "postgresql+psycopg", "sqlite", "sqlite+pysqlite")
EXPECTED = "postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"

KEY = "backend_common.db"
"""Where an application has its :class:`Config`, in ``app.extensions``."""


@dataclass(frozen=True)
class Config:
    """What the settings say; times are in seconds."""

    name: str
    url: URL
    hides_parameters: bool
    pool_size: int
    pool_overflow: int
    pool_timeout: float
    pool_recycle: int
    connect_timeout: int
    statement_timeout: float
    busy_timeout: float
    migration_wait: float

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file, or in memory."""
        return self.url.get_backend_name() == "sqlite"


def read(app: Application) -> Config:
    """Read the settings of *app*.

    :raises SettingError: one of them is wrong.
    """
    default = f"sqlite:///{app.name}.db"
    text = settings.read(app, "DATABASE_URL", default, _is_url, EXPECTED)
    some, any_number = "a number more than 0", "a number, 0 or more"
    seconds, any_seconds = "seconds, more than 0", "seconds, 0 or more"
    return Config(
        name=app.name,
        url=_complete(make_url(text), Path(app.instance_path)),
        hides_parameters=app.in_production,
        pool_size=settings.read(app, "DATABASE_POOL_SIZE", 5, _is_positive, some),
        pool_overflow=settings.read(app, "DATABASE_POOL_OVERFLOW", 10, _is_count, any_number),
        pool_timeout=settings.read(app, "DATABASE_POOL_TIMEOUT", 5.0, _is_duration, seconds),
        pool_recycle=settings.read(
            app, "DATABASE_POOL_RECYCLE", 1800, _is_positive, "whole seconds, more than 0"
        ),
        # NB: libpq takes less than 2 for 2.
        connect_timeout=settings.read(
            app, "DATABASE_CONNECT_TIMEOUT", 2, _is_patient, "whole seconds, 2 or more"
        ),
        statement_timeout=settings.read(
            app, "DATABASE_STATEMENT_TIMEOUT", 30.0, _is_age, any_seconds
        ),
        busy_timeout=settings.read(app, "DATABASE_BUSY_TIMEOUT", 5.0, _is_duration, seconds),
        migration_wait=settings.read(app, "DATABASE_MIGRATION_WAIT", 600.0, _is_age, any_seconds),
    )


def of(app: flask.Flask) -> Config:
    """Return what was read for *app*."""
    found: Config = app.extensions[KEY]
    return found


def _complete(url: URL, state: Path) -> URL:
    """Add to *url* what it leaves open: the driver, and where a file is."""
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    # NB: libpq knows this spelling too, but who shows a URL hides the other one alone.
    if isinstance(password := url.query.get("password"), str):
        url = url.difference_update_query(["password"]).set(password=password)
    in_memory = url.database in (None, "", ":memory:")
    if url.get_backend_name() == "sqlite" and not in_memory and "uri" not in url.query:
        return url.set(database=str(state / str(url.database)))
    return url


def _is_url(value: Any) -> bool:
    try:
        return make_url(value).drivername in DRIVERS
    except ArgumentError:
        return False


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_positive(value: Any) -> bool:
    return _is_count(value) and value > 0


def _is_patient(value: Any) -> bool:
    return _is_count(value) and value >= 2


def _is_age(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def _is_duration(value: Any) -> bool:
    return _is_age(value) and value > 0
