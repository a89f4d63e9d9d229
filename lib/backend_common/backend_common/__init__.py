"""What every backend service has in common.

A service's application is made by :func:`create_app`, out of the extensions that it names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from backend_common.app import App, current_app
from backend_common.core import (
    health,
    loader,
    loopback,
    places,
    settings,
    settings_file,
    shadow,
    store,
    unknown,
)
from backend_common.core.health import Unhealthy
from backend_common.core.loader import ExtensionError
from backend_common.core.settings import SettingError
from backend_common.core.startup import StartupError

__all__ = [
    "EXTENSIONS",
    "EXTENTIONS",
    "App",
    "ExtensionError",
    "SettingError",
    "StartupError",
    "Unhealthy",
    "create_app",
    "current_app",
    "health",
    "settings",
]

# Extensions load in this order, whatever order a service names them in.
EXTENSIONS = [
    "log",
    "security",
    "cors",
    "templates",
    "api",
    "auth",
    "auth0",
    "cache",
    "db",
    "pulse",
]

EXTENTIONS = EXTENSIONS  # the spelling of the written convention


def create_app(
    name: str, extensions: Iterable[str] = (), config: Mapping[str, Any] | None = None
) -> App:
    """Make the application of the service *name*.

    Settings come from the service's settings file (:func:`backend_common.core.places.settings`),
    *config* goes on top of them, and what both lack may be in the environment. The application
    has the endpoints of :mod:`backend_common.core.health`, whatever it is made of.

    :param name: the service's package, which is importable.
    :param extensions: names out of :data:`EXTENSIONS`; each becomes an attribute of the
        application, the object that the extension's ``init_app`` returned.
    :param config: settings that win over the file's, for tests above all.
    :raises SettingError: the settings file is not there, a value in it is wrong, the name of a
        setting is misspelled, or ``flask run`` would make the application of development reachable
        for other machines.
    :raises ExtensionError: an extension is unknown, named twice, or its extra is not installed.
    :raises StartupError: the settings file fails, or the package uses ``flask`` as the name of
        Flask, although ``<service>.flask`` takes that name.
    """
    shadow.check(name)
    app = App(name, instance_path=str(places.state(name)))
    settings_file.load(app, config or {})
    given = set(app.config)  # before extensions add to it
    loopback.require_of_flask_run(app)
    health.init_app(app)
    loader.load(app, extensions, known=EXTENSIONS)
    unknown.check(app, [*settings_file.SETTINGS, *health.SETTINGS, *loader.fields(app)], given)
    store.warn(app)
    return app
