"""Whether the database answers, and has the schema that the code expects."""

from pathlib import Path

import flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend_common.core.health import Unhealthy
from backend_common.db.faults import Faults


class Heartbeat:
    """The check of one application.

    :param engine: how to connect. It is not the pool's of the requests where that could be
        exhausted, or have a connection to a server that has stopped answering.
    :param directory: of the migrations.
    :param faults: what requests found out, and reading does not show.
    """

    def __init__(
        self, app: flask.Flask, db: SQLAlchemy, engine: Engine, directory: Path, faults: Faults
    ) -> None:
        self._app = app
        self._db = db
        self._engine = engine
        self._directory = directory
        self._faults = faults

    def check(self) -> None:
        """Check the database.

        :raises Unhealthy: it does not answer, cannot be written to, or lacks migrations or tables.
        """
        # It imports Alembic, and what is not needed before.
        from backend_common.db import migrations  # noqa: PLC0415

        try:
            with self._engine.connect() as connection:
                lacking = migrations.fault(connection, self._app, self._db, self._directory)
        except SQLAlchemyError as error:
            message = "the database does not answer"
            raise Unhealthy(message) from error
        if lacking:
            raise Unhealthy(lacking)
        if fault := self._faults.current():
            raise Unhealthy(fault)
