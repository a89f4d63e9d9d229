"""The service that is asked."""

import importlib
import os
import sys
from pathlib import Path

from backend_common import App
from joserfc.jwk import OKPKey

from ..databases import new_database

CONFIG = {"AUTH_DEVELOPMENT_PERMISSIONS": [], "LOG_LEVEL": "CRITICAL"}
"""Who has no credentials is nobody, as in production."""


def make(name: str) -> App:
    """Make the service, with a key of its own, and with a database where it has one."""
    if "DATABASE_URL" in os.environ:
        os.environ["DATABASE_URL"] = new_database(os.environ["DATABASE_URL"])
    key = Path(os.environ["STATE_DIRECTORY"], "key.pem")
    key.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    app: App = importlib.import_module(name).create_app({**CONFIG, "AUTH_KEY_FILES": [str(key)]})
    if "db" in app.loaded:
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
        if done.exit_code:
            sys.exit(f"the database of {name} cannot be made: {done.output}")
    return app
