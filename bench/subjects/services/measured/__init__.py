"""A service with every extension of the library."""

import backend_common


def create_app() -> backend_common.App:
    """Make the application."""
    app = backend_common.create_app("measured", extensions=backend_common.EXTENSIONS)
    app.api.register("api.yml")
    return app
