"""Have `flask run`, and every other command of Flask, warn of settings that lead into the store.

An application of backend_common, and every application that `bin/<service>` serves, does so itself.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


def change(module: ModuleType) -> None:
    """Change `flask.cli`, where the commands load the application."""
    module.ScriptInfo.load_app = warning(module.ScriptInfo.load_app)


def warning(load: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a method that loads an application as `load` does, and has it warn."""

    def load_app(info: Any) -> Any:
        app = load(info)
        try:
            store = import_module("backend_common.store")
        except ModuleNotFoundError:
            return app  # not a service: a service depends on backend_common, which serves it
        store.warn(app)
        return app

    return load_app
