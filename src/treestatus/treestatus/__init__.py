"""Trees of source code: which are open for changes, which are closed, and why."""

from collections.abc import Mapping
from typing import Any

import backend_common

from treestatus import commands, pages

EXTENSIONS = ["log", "security", "templates", "api", "auth", "db"]


def create_app(config: Mapping[str, Any] | None = None) -> backend_common.App:
    """Make the application; *config* goes on top of ``settings.py``."""
    app = backend_common.create_app("treestatus", extensions=EXTENSIONS, config=config)
    app.api.register("api.yml")
    pages.init_app(app)
    app.cli.add_command(commands.group)
    return app
