"""Settings of an application that say when they change."""

import functools
from collections.abc import Callable
from typing import Any

import flask


class Config(flask.Config):
    """Flask's settings, with a number that every change raises.

    Code that keeps something made of the settings compares this number, not all settings.
    """

    changes = 0


def _counted(change: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(change)
    def call(config: Config, *arguments: Any, **options: Any) -> Any:
        try:
            return change(config, *arguments, **options)
        finally:
            # NB: afterwards, or another thread would take the old settings for the new ones.
            config.changes += 1

    return call


# All methods of a dictionary that change it.
for _name in (
    "__delitem__",
    "__ior__",
    "__setitem__",
    "clear",
    "pop",
    "popitem",
    "setdefault",
    "update",
):
    setattr(Config, _name, _counted(getattr(dict, _name)))
