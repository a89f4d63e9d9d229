"""Tokens for services and people: issued, listed, revoked, and what each of them is."""

from collections.abc import Mapping
from typing import Any

import backend_common

from tokens import commands, issuer, register
from tokens.config import Config

EXTENSIONS = ["log", "api", "auth", "db"]


def create_app(config: Mapping[str, Any] | None = None) -> backend_common.App:
    """Make the application; *config* goes on top of ``settings.py``.

    :raises SettingError: a setting is wrong, or production has no key to sign with.
    """
    app = backend_common.create_app("tokens", extensions=EXTENSIONS, config=config)
    app.auth.keep(register.Register(app.config["AUTH_AUDIENCE"]), "flask tokens")
    app.extensions["tokens"] = issuer.Issuer(app.auth, Config(app))
    app.api.register("api.yml")
    app.cli.add_command(commands.group)
    return app
