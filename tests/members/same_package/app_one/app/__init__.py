"""A service whose package has another name than its project."""

import config
from flask import Flask


def create_app() -> Flask:
    """Return the application."""
    app = Flask(config.NAME)
    app.get("/")(lambda: config.NAME)
    return app
