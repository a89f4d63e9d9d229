"""How SQLAlchemy connects: what a service's requests share, and what others have alone."""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine, NullPool

from backend_common.db.config import Config

# A peer that is gone without a word, such as a machine without power, is found out by the system:
# after IDLE seconds of silence it is asked COUNT times, every INTERVAL seconds.
IDLE, INTERVAL, COUNT = 30, 5, 3


def options(config: Config) -> dict[str, Any]:
    """Return the engine options for the requests of a service.

    A connection is asked for a sign of life before it is used (``pool_pre_ping``), so whoever
    comes after a restart of the database does not meet one that is gone.
    """
    shared = {"hide_parameters": config.hides_parameters}
    if config.is_sqlite:
        return {**shared, "connect_args": {"timeout": config.busy_timeout}}
    return {
        **shared,
        "pool_pre_ping": True,
        "pool_size": config.pool_size,
        "max_overflow": config.pool_overflow,
        "pool_timeout": config.pool_timeout,
        "pool_recycle": config.pool_recycle,
        "connect_args": _arguments(config, config.statement_timeout),
    }


def unpooled(config: Config, timeout: float, **more: Any) -> Engine:
    """Return an engine that connects anew each time, to a PostgreSQL.

    :param timeout: seconds that a statement has; 0 for as long as it takes.
    :param more: options of SQLAlchemy's for it.
    """
    return sqlalchemy.create_engine(
        config.url,
        poolclass=NullPool,
        hide_parameters=config.hides_parameters,
        connect_args=_arguments(config, timeout),
        **more,
    )


def _arguments(config: Config, timeout: float) -> dict[str, Any]:
    """Return parameters of libpq; those in the URL win."""
    query = config.url.query
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
    arguments["options"] = f"-c statement_timeout={round(timeout * 1000)} {given}".strip()
    return arguments
