"""The pages for people."""

from backend_common import current_app

from treestatus import trees


def index() -> str:
    """Show the status of every tree."""
    return current_app.templates.render("index.html", states=trees.every())
