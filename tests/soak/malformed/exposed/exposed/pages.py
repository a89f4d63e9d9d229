"""Pages that use their address, the session and permissions."""

import flask
from backend_common import App, current_app
from backend_common.auth import require_permissions


def add(app: App) -> None:
    """Add the pages to *app*."""
    app.add_url_rule("/pages/<name>", "page", page)
    app.add_url_rule("/session", "session", session)
    app.add_url_rule("/guarded", "guarded", guarded, methods=["GET", "POST"])
    app.add_url_rule("/cached/<path:name>", "cached", app.cache.cached()(cached))


def page(name: str) -> str:
    """Show a page with its name and its query."""
    return current_app.templates.render("page.html", name=name, query=flask.request.args)


def session() -> dict[str, bool]:
    """Return whether a user is logged in."""
    return {"known": current_app.auth0.session() is not None}


@require_permissions([["exposed/admin"], ["exposed/read", "exposed/write"]])
def guarded() -> str:
    """Return the name of a user with the permissions."""
    return current_app.auth.current_user.name


def cached(name: str) -> str:
    """Return a name, from the cache if it was requested before."""
    return name
