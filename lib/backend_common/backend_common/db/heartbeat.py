"""Whether the database answers, and has the schema that the code expects."""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend_common.core.health import Unhealthy


class Heartbeat:
    """The check of one application.

    :param engine: how to connect. It is not the pool's of the requests where that could be
        exhausted, or have a connection to a server that has stopped answering.
    :param directory: of the migrations.
    """

    def __init__(self, engine: Engine, directory: Path) -> None:
        self._engine = engine
        self._directory = directory

    def check(self) -> None:
        """Check the database.

        :raises Unhealthy: it does not answer, or lacks migrations.
        """
        from backend_common.db import migrations  # noqa: PLC0415  it imports Alembic

        try:
            with self._engine.connect() as connection:
                current = migrations.is_current(connection, self._directory)
        except SQLAlchemyError as error:
            message = "the database does not answer"
            raise Unhealthy(message) from error
        if not current:
            message = "the database lacks migrations: run flask db upgrade"
            raise Unhealthy(message)
