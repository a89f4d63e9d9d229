"""Letting a whole process log as its application does: libraries, warnings, what ends a thread.

An application changes nothing that is global. A command that serves one application until it is
stopped calls :func:`take_over`. An extension that writes logs says how, with :func:`provide`.
Neither knows the other.
"""

from collections.abc import Callable

import flask

KEY = "backend_common.process"

TakeOver = Callable[[], None]


def provide(app: flask.Flask, function: TakeOver) -> None:
    """Have *function* called by :func:`take_over`."""
    app.extensions[KEY] = function


def take_over(app: flask.Flask) -> bool:
    """Have the process log as *app* does; return whether *app* has an extension for that."""
    function: TakeOver | None = app.extensions.get(KEY)
    if function is None:
        return False
    function()
    return True
