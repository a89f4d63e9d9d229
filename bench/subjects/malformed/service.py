"""The service that is asked."""

import importlib
import os
import sys
from pathlib import Path
from uuid import uuid4

import sqlalchemy
from backend_common import App
from joserfc.jwk import OKPKey

CONFIG = {"AUTH_DEVELOPMENT_PERMISSIONS": [], "LOG_LEVEL": "CRITICAL"}
"""Who has no credentials is nobody, as in production."""


def make(name: str) -> App:
    """Make the service, with a key of its own, and with a database where it has one."""
    if "DATABASE_URL" in os.environ:
        os.environ["DATABASE_URL"] = _new_database(os.environ["DATABASE_URL"])
    key = Path(os.environ["STATE_DIRECTORY"], "key.pem")
    key.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    app: App = importlib.import_module(name).create_app({**CONFIG, "AUTH_KEY_FILES": [str(key)]})
    if "db" in app.loaded:
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
        if done.exit_code:
            sys.exit(f"the database of {name} cannot be made: {done.output}")
    return app


def _new_database(url: str) -> str:
    """Make an empty database beside that at *url*, and return its URL."""
    server = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"malformed_{uuid4().hex}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)
