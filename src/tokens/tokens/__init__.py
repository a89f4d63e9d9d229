"""Temporary API tokens: issued, signed, and told what they are."""

from collections.abc import Mapping
from typing import Any

import backend_common

from tokens import issuer, key


def create_app(config: Mapping[str, Any] | None = None) -> backend_common.App:
    """Make the application; *config* goes on top of ``settings.py``.

    :raises SettingError: the signing key, or another setting, is wrong.
    """
    app = backend_common.create_app("tokens", extensions=["log", "api"], config=config)
    app.extensions["tokens"] = issuer.Issuer(key.load(app), issuer.longest_life(app))
    app.api.register("api.yml")
    return app
