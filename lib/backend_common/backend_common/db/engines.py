"""How SQLAlchemy connects: what a service's requests share, and what others have alone."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import flask
import sqlalchemy
from sqlalchemy import Engine, NullPool
from sqlalchemy.engine import URL, make_url

from backend_common.db import config as config_
from backend_common.db import forks, sqlite, wording
from backend_common.db.config import Config

# A peer that is gone without a word, such as a machine without power, is found out by the system:
# after IDLE seconds of silence it is asked COUNT times, every INTERVAL seconds.
IDLE, INTERVAL, COUNT = 30, 5, 3

OWN_TIMEOUT = re.compile(r"statement_timeout\s*=\s*'?(\d+)\s*(us|ms|s|min|h|d)?")
"""A limit for statements in the URL, in PostgreSQL's notation."""

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}  # in seconds

POOL = ("pool_size", "max_overflow", "pool_timeout")
"""The options of the usual pool, which others do not have."""


def configure(app: flask.Flask, config: Config) -> None:
    """Write into ``app.config`` how Flask-SQLAlchemy connects.

    Each database gets the options of its own kind. Those that a service gives win, in
    ``SQLALCHEMY_ENGINE_OPTIONS`` and in ``SQLALCHEMY_BINDS``.
    """
    given = app.config.get("SQLALCHEMY_ENGINE_OPTIONS") or {}
    app.config["SQLALCHEMY_DATABASE_URI"] = config.url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _merge(options(config, config.url), given)
    binds = app.config.get("SQLALCHEMY_BINDS") or {}
    app.config["SQLALCHEMY_BINDS"] = {
        key: _bind(config, value, Path(app.instance_path)) for key, value in binds.items()
    }


def prepare(engine: Engine, config: Config) -> None:
    """Set the connections of *engine* up for its kind of database."""
    forks.prepare(engine)
    wording.prepare(engine)
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine, engine.url)
    elif engine.dialect.driver == "psycopg":
        _limit(engine, config, config.statement_timeout)


def options(config: Config, url: URL) -> dict[str, Any]:
    """Return the engine options for the requests of a service.

    A connection is asked for a sign of life before it is used (``pool_pre_ping``), so that the
    first request after a restart of the database does not get one that is gone.
    """
    shared = {"hide_parameters": config.hides_parameters}
    if url.get_backend_name() == "sqlite":
        return {**shared, "connect_args": {"timeout": config.busy_timeout}}
    pool = {
        "pool_pre_ping": True,
        "pool_size": config.pool_size,
        "max_overflow": config.pool_overflow,
        "pool_timeout": config.pool_timeout,
        "pool_recycle": config.pool_recycle,
    }
    if url.drivername != "postgresql+psycopg":
        return {**shared, **pool}
    limits = (config.statement_timeout, config.idle_timeout)
    return {**shared, **pool, "connect_args": _arguments(config, url, *limits)}


def unpooled(config: Config, timeout: float, **more: Any) -> Engine:
    """Return an engine that connects anew each time, to a PostgreSQL.

    :param timeout: seconds that a statement has; 0 for as long as it takes.
    :param more: options of SQLAlchemy's for it.
    """
    engine = sqlalchemy.create_engine(
        config.url,
        poolclass=NullPool,
        hide_parameters=config.hides_parameters,
        connect_args=_arguments(config, config.url, timeout, idle=0),
        **more,
    )
    wording.prepare(engine)
    _limit(engine, config, timeout)
    return engine


def _limit(engine: Engine, config: Config, timeout: float) -> None:
    """Give the server its own time limit, and as long again as connecting takes to report it."""
    from backend_common.db import deadline  # noqa: PLC0415  it imports psycopg

    brief = float(config.connect_timeout)
    # NB: what comes later wins, and the limit in the URL wins over the setting.
    for number, unit in OWN_TIMEOUT.findall(str(engine.url.query.get("options", ""))):
        timeout = int(number) * UNITS[unit or "ms"]
    deadline.apply(engine, brief, timeout + brief if timeout else None)


def _arguments(config: Config, url: URL, timeout: float, idle: float) -> dict[str, Any]:
    """Return parameters of libpq; those in the URL win."""
    query = url.query
    arguments = {
        "application_name": config.name,
        "connect_timeout": config.connect_timeout,
        "keepalives_idle": IDLE,
        "keepalives_interval": INTERVAL,
        "keepalives_count": COUNT,
        "tcp_user_timeout": (IDLE + INTERVAL * COUNT) * 1000,  # milliseconds
    }
    arguments = {name: value for name, value in arguments.items() if name not in query}
    # NB: what comes later wins.
    given = query.get("options", "")
    limits = {"statement_timeout": timeout, "idle_in_transaction_session_timeout": idle}
    own = " ".join(f"-c {name}={round(limit * 1000)}" for name, limit in limits.items())
    arguments["options"] = f"{own} {given}".strip()
    return arguments


def _bind(config: Config, given: Any, state: Path) -> dict[str, Any]:
    """Return the engine options for an entry of SQLALCHEMY_BINDS: a URL, or options with one."""
    given = dict(given) if isinstance(given, Mapping) else {"url": given}
    url = config_.complete(make_url(given.pop("url")), state)
    return {"url": url, **_merge(options(config, url), given)}


def _merge(own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return options, of which the given ones win, each argument of a connection by itself."""
    if {"pool", "poolclass", "creator"} & given.keys():
        own = {name: value for name, value in own.items() if name not in POOL}
    arguments = {**own.get("connect_args", {}), **given.get("connect_args", {})}
    return {**own, **given, **({"connect_args": arguments} if arguments else {})}
