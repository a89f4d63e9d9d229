"""The settings file of a service, a Python file, and what every application has in its settings."""

from collections.abc import Mapping
from typing import Any

import flask

from backend_common.core import places, settings
from backend_common.core.settings import SettingError
from backend_common.core.startup import explained


class Settings(settings.Table):
    """What every application is told."""

    channel = settings.Choice(
        "APP_CHANNEL",
        "production",
        choices=("production", "development"),
        text="Whether real users depend on the process.",
    )


SETTINGS = Settings.fields()


def load(app: flask.Flask, overrides: Mapping[str, Any]) -> None:
    """Load the settings file of *app*, then *overrides*, into ``app.config``.

    :raises SettingError: there is no such file, or a setting of every application is wrong.
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
    Settings(app)
