"""Who made the current request, for code that only names the caller, such as the log.

An extension that authenticates callers says who they are, without either knowing the other.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import flask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

KEY = "backend_common.caller"
IDENTIFIED = "backend_common.caller.identified"  # in the WSGI environment

Name = Callable[[], str | None]


def provide(app: flask.Flask, name: Name) -> None:
    """Have *name* called for the name of the caller of the current request.

    :param name: returns None where nobody is authenticated, or nobody asked yet. It authenticates
        nobody, since a line of the log must not do so.
    """
    app.extensions[KEY] = name


def provider(app: flask.Flask) -> Name | None:
    """Return the function that names the caller, or None if *app* authenticates nobody."""
    name: Name | None = app.extensions.get(KEY)
    return name


def mark_identified(environ: "WSGIEnvironment") -> None:
    """Note that credentials were found in a request, in whatever header the document names."""
    environ[IDENTIFIED] = True


def is_identified(environ: "WSGIEnvironment") -> bool:
    """Say whether :func:`mark_identified` was called for a request."""
    return IDENTIFIED in environ
