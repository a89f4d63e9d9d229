"""The service that gets the requests."""

import importlib
import os
import sys
from pathlib import Path

from backend_common import App
from joserfc.jwk import OKPKey

from ..servers import new_database

CONFIG = {"AUTH_DEVELOPMENT_PERMISSIONS": [], "LOG_LEVEL": "CRITICAL"}
"""A caller without credentials has no permissions, as in production."""


def make(name: str) -> App:
    """Make the service with a new key, and with a new database if it has one."""
    if "DATABASE_URL" in os.environ:
        os.environ["DATABASE_URL"] = new_database(os.environ["DATABASE_URL"])
    key = Path(os.environ["STATE_DIRECTORY"], "key.pem")
    key.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    app: App = importlib.import_module(name).create_app({**CONFIG, "AUTH_KEY_FILES": [str(key)]})
    if "db" in app.loaded:
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
        if done.exit_code:
            sys.exit(f"the migrations of {name} failed; make them work first: {done.output}")
    return app
