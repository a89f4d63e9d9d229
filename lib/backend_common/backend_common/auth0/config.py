"""The settings of the extension."""

import secrets
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from backend_common.core import settings
from backend_common.core.app import Application
from backend_common.core.settings import REQUIRED

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHORTEST_SECRET = 32  # characters
SAME_SITE = "Lax"

Grants: TypeAlias = Mapping[str, Mapping[str, list[str]]]


def _is_issuer(value: str) -> bool:
    parts = urlsplit(value)
    return (parts.scheme == "https" and bool(parts.hostname)) or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    )


def _is_scope(value: str) -> bool:
    return "openid" in value.split()


def _are_grants(value: Mapping[str, Any]) -> bool:
    return all(map(_are_worth, value.values()))


def _are_worth(by_value: Any) -> bool:
    return isinstance(by_value, dict) and all(
        isinstance(permissions, list)
        and all(isinstance(permission, str) and permission for permission in permissions)
        for permissions in by_value.values()
    )


def _are_users(value: Mapping[str, Any]) -> bool:
    return all(name and isinstance(claims, dict) for name, claims in value.items())


def _issuer(app: Application) -> str:
    """Return the default: none is needed where users of development log in without a provider."""
    return "" if Config.users.read(app) and not app.in_production else REQUIRED


def _of_issuer(app: Application) -> str:
    """Return the default of what the provider knows: it must be set where there is one."""
    return REQUIRED if app.config["AUTH0_ISSUER"] else ""


class _Secret(settings.Field[str | bytes]):
    """Text or bytes, long enough to be secret."""

    kind = "str"

    def accepts(self, value: Any) -> bool:
        """Return whether *value* will do."""
        return isinstance(value, str | bytes) and len(value) >= SHORTEST_SECRET

    def _described(self) -> str:
        return f"{SHORTEST_SECRET} random characters or more, the same for all workers"


def _secret(app: Application) -> str | bytes:
    """Return the default: sessions of development end when it restarts."""
    default: str = REQUIRED if app.in_production else secrets.token_urlsafe()
    return default


class Config(settings.Table):
    """How users log in to an application.

    :ivar grants: permissions, by the claims about a user and their values; ``*`` is any value.
    """

    issuer = settings.Text(
        "AUTH0_ISSUER",
        _issuer,
        shown="none: it must be set, but in development with `AUTH0_DEVELOPMENT_USERS`",
        valid=_is_issuer,
        expected="the https URL of an OpenID Connect provider (http will do on this machine)",
        text="The provider where users log in.",
    )
    client_id = settings.Text(
        "AUTH0_CLIENT_ID",
        _of_issuer,
        shown="none: it must be set with `AUTH0_ISSUER`",
        text="The id that the provider knows the service by. With a wrong one, a login is a 503.",
    )
    client_secret = settings.Text(
        "AUTH0_CLIENT_SECRET",
        _of_issuer,
        shown="none: it must be set with `AUTH0_ISSUER`",
        text="The secret that goes with it. With a wrong one, a login is a 503.",
    )
    scope = settings.Text(
        "AUTH0_SCOPE",
        "openid profile email",
        valid=_is_scope,
        expected="scopes with blanks between them, one of them openid",
        text="What the provider is asked to tell about users.",
    )
    grants = settings.Object(
        "AUTH0_PERMISSIONS",
        {},
        valid=_are_grants,
        expected="claims, their values, and lists of permissions, such as "
        '{"groups": {"sheriffs": ["treestatus/*"]}, "sub": {"*": ["shop/orders/read"]}}',
        text="What the claims about a user are worth.",
    )
    name = settings.Text(
        "AUTH0_NAME",
        "sub",
        text="The claim that is the name of a user; without the claim there is no login.",
    )
    timeout = settings.Number(
        "AUTH0_TIMEOUT",
        2.5,
        unit="seconds",
        more_than=0,
        text="How long the provider may take to answer; a login asks it several times.",
    )
    lifetime = settings.Whole(
        "AUTH0_SESSION_LIFETIME",
        8 * 60 * 60,
        unit="seconds",
        at_least=1,
        text="When a session ends by itself.",
    )
    users = settings.Object(
        "AUTH0_DEVELOPMENT_USERS",
        {},
        valid=_are_users,
        expected='names and their claims, such as {"sheriff": {"groups": ["sheriffs"]}}',
        text="Who may log in without a provider, by a click, in development where AUTH0_ISSUER is "
        "not set; production ignores it.",
    )
    secret_key = _Secret(
        "SECRET_KEY",
        _secret,
        shown="none in production, a new one at each start in development",
        expected=f"{SHORTEST_SECRET} random characters or more, the same for all workers; "
        "make them with: openssl rand -hex 32",
        text="The key that signs cookies.",
    )
    # A stricter cookie does not come back from the provider, a laxer one goes everywhere.
    same_site = settings.Choice(
        "SESSION_COOKIE_SAMESITE",
        SAME_SITE,
        choices=(SAME_SITE,),
        expected="Lax, with which alone logging in is both possible and safe",
        text="To which sites browsers send the cookies.",
    )

    def __init__(self, app: Application) -> None:
        super().__init__(app)
        app.config["SESSION_COOKIE_HTTPONLY"] = True
        if app.in_production:
            app.config["SESSION_COOKIE_SECURE"] = True


SETTINGS = Config.fields()
