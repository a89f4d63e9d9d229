"""A service."""

from flask import Flask

__version__ = "1.2.3"


def create_app() -> Flask:
    """Return the application."""
    return Flask(__name__)
