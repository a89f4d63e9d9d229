"""Have Flask's commands and gunicorn's warn of settings that lead into the store.

An application of backend_common, and every application that `bin/<service>` serves, does so itself.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def change(module: Any) -> None:
    """Change `flask.cli` or `gunicorn.util`, where their commands load the application."""
    if module.__name__ == "flask.cli":
        module.ScriptInfo.load_app = warning(module.ScriptInfo.load_app)
    else:
        module.import_app = warning(module.import_app)


def warning(load: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that loads an application as `load` does, and has it warn."""

    def load_app(info: Any) -> Any:
        app = load(info)
        if not _is_flask(app):
            return app
        try:
            store = import_module("backend_common.core.store")
        except ModuleNotFoundError:
            return app  # it has no settings that backend_common knows
        store.warn(app)
        return app

    return load_app


def _is_flask(app: Any) -> bool:
    """Tell whether an application is Flask's: gunicorn serves others, and does not import Flask."""
    flask = sys.modules.get("flask")
    return flask is not None and isinstance(app, flask.Flask)
