"""Give Flask applications an instance folder that may be written.

Flask takes `<prefix>/var/<name>-instance` for an application that is installed
(`flask.sansio.app.App.auto_find_instance_path`), which is a directory of the store here.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from environment_startup import read_only_store, state


def change(module: ModuleType) -> None:
    """Change the class of applications in `flask.sansio.app`, or `flask.app` before Flask 3."""
    owner = module.App if module.__name__ == "flask.sansio.app" else module.Flask
    if found := vars(owner).get("auto_find_instance_path"):
        owner.auto_find_instance_path = outside_of_store(found)


def outside_of_store(find: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return a method that finds the instance folder as `find` does, but never in the store."""

    def auto_find_instance_path(app: Any) -> str:
        path = find(app)
        return state.directory(app.name) if read_only_store.contains(f"{path}/file") else path

    return auto_find_instance_path
