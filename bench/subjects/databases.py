"""Databases of their own, on the server that there is."""

from uuid import uuid4

import sqlalchemy


def new_database(url: str) -> str:
    """Make an empty database on the PostgreSQL server of *url*, and return its URL."""
    server = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"measured_{uuid4().hex}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)
