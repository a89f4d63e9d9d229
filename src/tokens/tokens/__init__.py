"""Temporary API tokens: issued, signed, and told what they are."""

from collections.abc import Mapping
from typing import Any

import backend_common

from tokens import issuer


def create_app(config: Mapping[str, Any] | None = None) -> backend_common.App:
    """Make the application; *config* goes on top of ``settings.py``.

    :raises SettingError: a setting is wrong, or production has no key to sign with.
    """
    app = backend_common.create_app("tokens", extensions=["log", "api", "auth"], config=config)
    app.extensions["tokens"] = issuer.Issuer(app.auth, issuer.Settings(app).longest_life)
    app.api.register("api.yml")
    return app
