"""The settings of the extension, read and checked; docs/extensions.md explains them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from backend_common.core import settings
from backend_common.core.app import Application
from backend_common.core.settings import SettingError

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHORTEST_SECRET = 32  # characters

Grants = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True)
class Config:
    """What the settings say.

    :param grants: permissions, by the claims about a user and their values; ``*`` is any value.
    :param name: the claim that is the user's name.
    :param timeout: of each wait for the provider, in seconds.
    :param lifetime: of a session, in seconds.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    grants: Grants
    name: str
    timeout: float
    lifetime: int


def read(app: Application) -> Config:
    """Read the settings of *app*, and make its session cookie safe.

    :raises SettingError: one of them is wrong, or production lacks ``SECRET_KEY``.
    """
    _prepare_sessions(app)
    return Config(
        issuer=settings.read(
            app,
            "AUTH0_ISSUER",
            "",
            _is_issuer,
            "the https URL of an OpenID Connect provider (http will do on this machine)",
        ),
        client_id=settings.read(
            app, "AUTH0_CLIENT_ID", "", _is_text, "the id that the provider knows the service by"
        ),
        client_secret=settings.read(
            app, "AUTH0_CLIENT_SECRET", "", _is_text, "the secret that goes with AUTH0_CLIENT_ID"
        ),
        scope=settings.read(
            app,
            "AUTH0_SCOPE",
            "openid profile email",
            _is_scope,
            "scopes between spaces, one of them openid",
        ),
        grants=settings.read(
            app,
            "AUTH0_PERMISSIONS",
            {},
            _are_grants,
            "claims, their values, and lists of permissions, such as "
            '{"groups": {"sheriffs": ["treestatus/*"]}, "sub": {"*": ["shop/orders/read"]}}',
        ),
        name=settings.read(app, "AUTH0_NAME", "sub", _is_text, "the name of a claim"),
        timeout=settings.read(app, "AUTH0_TIMEOUT", 2.5, _is_duration, "seconds, more than 0"),
        lifetime=settings.read(
            app,
            "AUTH0_SESSION_LIFETIME",
            8 * 60 * 60,
            _is_lifetime,
            "seconds, more than 0",
        ),
    )


def _prepare_sessions(app: Application) -> None:
    # Sessions of development end when it restarts, unless it has a key that lasts.
    default = "" if app.in_production else secrets.token_urlsafe()
    settings.read(
        app,
        "SECRET_KEY",
        default,
        _is_secret,
        f"{SHORTEST_SECRET} random characters or more, the same for all workers; "
        "make them with: openssl rand -hex 32",
    )
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    if app.in_production:
        app.config["SESSION_COOKIE_SECURE"] = True
    same_site = app.config["SESSION_COOKIE_SAMESITE"] or "Lax"
    if same_site != "Lax":
        # A stricter cookie does not come back from the provider, a laxer one goes everywhere.
        message = (
            f"the setting SESSION_COOKIE_SAMESITE of {app.name!r} is wrong: expected 'Lax', "
            "with which alone logging in is both possible and safe; remove it"
        )
        raise SettingError(message)
    app.config["SESSION_COOKIE_SAMESITE"] = same_site


def _is_secret(value: Any) -> bool:
    return isinstance(value, str | bytes) and len(value) >= SHORTEST_SECRET


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_issuer(value: Any) -> bool:
    if not _is_text(value):
        return False
    parts = urlsplit(value)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _is_scope(value: Any) -> bool:
    return isinstance(value, str) and "openid" in value.split()


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and 0 < value < float("inf")


def _is_lifetime(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _are_grants(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_are_worth, value.values()))


def _are_worth(by_value: Any) -> bool:
    return isinstance(by_value, dict) and all(
        isinstance(permissions, list) and all(map(_is_text, permissions))
        for permissions in by_value.values()
    )
