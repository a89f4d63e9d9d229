"""The servers of a campaign."""

import subprocess
from typing import Literal
from uuid import uuid4

import sqlalchemy

Action = Literal["start", "stop", "kill", "freeze", "thaw"]


def needs(action: Action, server: str) -> None:
    """Do something to a server of this process; a start waits until it answers."""
    subprocess.run(["needs", action, server], check=True)


def new_database(url: str) -> str:
    """Make an empty database on the PostgreSQL server of `url`, and return its URL."""
    server = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"soak_{uuid4().hex}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)
