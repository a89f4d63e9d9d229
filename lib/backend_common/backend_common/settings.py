"""The settings of an application: a Python file, and the checks that extensions make."""

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import flask

from backend_common import places

T = TypeVar("T")

CHANNELS = ("development", "production")


class SettingError(Exception):
    """A setting, or the file of settings, is not as it must be."""


def load(app: flask.Flask, overrides: Mapping[str, Any]) -> None:
    """Load the settings file of *app*, then *overrides*, into ``app.config``.

    ``APP_CHANNEL`` (``development`` or ``production``; the environment variable of the same name
    is its default) is there for every application.

    :raises SettingError: there is no such file, or ``APP_CHANNEL`` is wrong.
    """
    app.config["APP_CHANNEL"] = os.environ.get("APP_CHANNEL", CHANNELS[0])
    tried = places.settings(app.name, app.root_path)
    found = next((place for place in tried if place.is_file()), None)
    if found is None:
        message = (
            f"no settings file for {app.name!r}: looked for {' and '.join(map(str, tried))}; "
            "create one (an empty file will do), or name another in APP_SETTINGS"
        )
        raise SettingError(message)
    app.config.from_pyfile(str(found))
    app.config.from_mapping(overrides)
    read(app, "APP_CHANNEL", CHANNELS[0], CHANNELS.__contains__, " or ".join(CHANNELS))


def read(app: flask.Flask, key: str, default: T, valid: Callable[[Any], bool], expected: str) -> T:
    """Return the setting *key* of *app*, or *default*; in ``app.config`` it is set from then on.

    :param valid: says whether a value will do; it may raise TypeError or ValueError for "no".
    :param expected: what a valid value is, for the error.
    :raises SettingError: the value will not do. The error never has the value: it may be secret.
    """
    value = app.config.setdefault(key, default)
    try:
        fits = valid(value)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        message = (
            f"the setting {key} of {app.name!r} is wrong: expected {expected}; "
            "correct it in the settings file, or in the environment variable that it reads"
        )
        raise SettingError(message)
    return value  # type: ignore[no-any-return]
