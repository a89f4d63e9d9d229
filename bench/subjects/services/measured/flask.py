"""The application that the server loads."""

from . import create_app

app = create_app()
