"""A service with every extension of the library, and every kind of endpoint that they offer."""

from collections.abc import Mapping
from typing import Any

import backend_common

from . import pages

DOCUMENTS = ("swagger2.yml", "openapi30.yml", "openapi31.yml", "composed.yml")


def create_app(config: Mapping[str, Any] | None = None) -> backend_common.App:
    """Make the application; *config* goes on top of ``settings.py``."""
    app = backend_common.create_app("exposed", backend_common.EXTENSIONS, config)
    for document in DOCUMENTS:
        app.api.register(document)
    pages.add(app)
    return app
