"""The settings of an application: a Python file, the environment, and the checks on both."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import flask

from backend_common.core import places
from backend_common.core.startup import StartupError, explained

T = TypeVar("T")

CHANNELS = ("production", "development")
"""The values of ``APP_CHANNEL``; the first is the default."""


class SettingError(StartupError):
    """A setting, or the file of settings, is not as it must be."""


def load(app: flask.Flask, overrides: Mapping[str, Any]) -> None:
    """Load the settings file of *app*, then *overrides*, into ``app.config``.

    ``APP_CHANNEL`` is there for every application: ``production``, unless it is ``development``.

    :raises SettingError: there is no such file, or ``APP_CHANNEL`` is wrong.
    :raises StartupError: the file fails; the error names its line.
    """
    tried = places.settings(app.name, app.root_path)
    found = next((place for place in tried if place.is_file()), None)
    if found is None:
        message = (
            f"no settings file for {app.name!r}: looked for {' and '.join(map(str, tried))}; "
            "create one (an empty file will do), or name another in APP_SETTINGS"
        )
        raise SettingError(message)
    with explained(app.name, files=[str(found)]):
        app.config.from_pyfile(str(found))
    app.config.from_mapping(overrides)
    read(app, "APP_CHANNEL", CHANNELS[0], CHANNELS.__contains__, " or ".join(CHANNELS))


def read(app: flask.Flask, key: str, default: T, valid: Callable[[Any], bool], expected: str) -> T:
    """Return the setting *key* of *app*; in ``app.config`` it is set from then on.

    What ``app.config`` lacks, or has as None (Flask's own defaults), comes from the environment
    variable of the same name, and else is *default*. A variable is text: the type of *default*
    says how it is read, a bool as ``true`` or ``false``, a list or tuple with commas between its
    items, a dict as JSON, a number as Python does.

    :param valid: says whether a value will do; it may raise TypeError or ValueError for "no".
    :param expected: what a valid value is, for the error.
    :raises SettingError: the value will not do. The error never has the value: it may be secret.
    """
    where = "correct it in the settings file, or in the environment variable that it reads"
    try:
        value: Any = app.config.get(key)
        if value is None and key in os.environ:
            where = f"correct the environment variable {key}"
            value = _parse(os.environ[key], default)
        elif value is None:
            value = default
        fits = valid(value)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        message = f"the setting {key} of {app.name!r} is wrong: expected {expected}; {where}"
        raise SettingError(message)
    app.config[key] = value
    return cast("T", value)


def _parse(text: str, default: object) -> object:
    """Read *text* as a value of the type of *default*; raise ValueError if it is none."""
    match default:
        case bool():
            return {"true": True, "false": False}.get(text.lower(), text)
        case int() | float():
            return type(default)(text)
        case list() | tuple():
            return type(default)(item for part in text.split(",") if (item := part.strip()))
        case dict():
            return json.loads(text)
        case _:
            return text
