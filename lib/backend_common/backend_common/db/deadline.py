"""Connections to PostgreSQL that do not wait for an answer forever.

A server that is frozen, or behind a network that is gone, keeps its connections and says nothing.
``statement_timeout`` is the server's own, and TCP is content as long as a kernel answers. So the
client has a deadline as well: https://github.com/psycopg/psycopg/issues/1371
"""

import time
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Engine, event


class Connection(psycopg.Connection[Any]):
    """A connection with a limit for each answer; it is closed when that has passed.

    :ivar limit: seconds; None for as long as it takes.
    """

    limit: float | None = None

    def wait(self, gen: PQGen[RV], *arguments: Any, **more: Any) -> RV:
        """Wait for the server, as psycopg does; LISTEN alone has a timeout of its own.

        :raises psycopg.OperationalError: the server has said nothing within the limit.
        """
        limit = self.limit
        if limit is None or arguments or "timeout" in more:
            return super().wait(gen, *arguments, **more)
        end = time.monotonic() + limit
        try:
            return super().wait(gen, timeout=limit, **more)
        except psycopg.OperationalError as error:
            if error.sqlstate is not None or time.monotonic() < end:
                raise
            self.close()  # without a word to the server
            message = f"the server has not answered within {limit:g} s"
            raise psycopg.OperationalError(message) from None


def apply(engine: Engine, brief: float, limit: float | None) -> None:
    """Have the connections of *engine* wait for a limited time.

    :param brief: seconds that the server has to say that a connection works, or that a transaction
        is over, when an application gets a connection or gives it back.
    :param limit: seconds that a statement has; None for as long as it takes.
    """

    def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Connection:
        connection = Connection.connect(*arguments, **named)
        connection.limit = brief
        return connection

    def give(connection: Connection, *_: Any) -> None:
        connection.limit = limit

    def take_back(connection: Connection | None, *_: Any) -> None:
        if connection is not None:  # it is when it has been closed meanwhile
            connection.limit = brief

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", give)
    event.listen(engine, "reset", take_back)
    event.listen(engine, "checkin", take_back)
