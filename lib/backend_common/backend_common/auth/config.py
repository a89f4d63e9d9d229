"""The settings of the extension, read and checked; docs/extensions.md explains them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend_common.auth import issuers, jwks, keys
from backend_common.auth.bearer import ALGORITHMS
from backend_common.auth.issuers import Issuer
from backend_common.auth.permissions import are_permissions
from backend_common.auth.user import is_name
from backend_common.core import settings
from backend_common.core.app import Application
from backend_common.core.settings import SettingError


@dataclass(frozen=True)
class Config:
    """What the settings say.

    :param name: of the service as an issuer of tokens.
    :param issuers: the issuers whose tokens it trusts besides its own.
    :param anybody: the permissions that development gives without credentials.
    """

    name: str
    audience: str
    key_files: list[str]
    issuers: Mapping[str, Issuer]
    patience: jwks.Patience
    algorithms: list[str]
    claim: str
    leeway: int
    anybody: list[str]


def read(app: Application) -> Config:
    """Read the settings of *app*.

    :raises SettingError: one of them is wrong, or production trusts nobody's tokens.
    """
    text, seconds = "printable text", "seconds, more than 0"
    config = Config(
        name=settings.read(app, "AUTH_ISSUER", app.name, is_name, text),
        audience=settings.read(app, "AUTH_AUDIENCE", app.name, is_name, text),
        key_files=settings.read(app, "AUTH_KEY_FILES", [], _are_paths, "a list of paths"),
        issuers=_read_issuers(app),
        patience=jwks.Patience(
            schemes=_schemes(app),
            lifetime=settings.read(app, "AUTH_KEYS_LIFETIME", 3600.0, _is_duration, seconds),
            cooldown=settings.read(app, "AUTH_KEYS_COOLDOWN", 30.0, _is_duration, seconds),
            timeout=settings.read(app, "AUTH_KEYS_TIMEOUT", 2.5, _is_duration, seconds),
        ),
        algorithms=settings.read(
            app,
            "AUTH_ALGORITHMS",
            ["Ed25519", "ES256", "PS256", "RS256"],
            _are_algorithms,
            f"a list out of {', '.join(ALGORITHMS)}",
        ),
        claim=settings.read(app, "AUTH_CLAIM", "permissions", is_name, "the name of a claim"),
        leeway=settings.read(app, "AUTH_LEEWAY", 30, _is_leeway, "seconds, from 0 to 300"),
        anybody=settings.read(
            app,
            "AUTH_DEVELOPMENT_PERMISSIONS",
            [],
            are_permissions,
            "a list of permissions, such as shop/orders/update or shop/*",
        ),
    )
    if config.name in config.issuers:
        message = (
            f"the settings AUTH_ISSUER and AUTH_ISSUERS of {app.name!r} do not go together: both "
            f"name {config.name!r}, and tokens of another issuer would pass for the service's own; "
            "change AUTH_ISSUER, or remove the entry"
        )
        raise SettingError(message)
    if app.in_production and not config.key_files and not config.issuers:
        message = (
            f"the settings AUTH_ISSUERS and AUTH_KEY_FILES of {app.name!r} are missing, and "
            "production needs to know whose tokens to trust: name issuers and where their keys "
            f"are, or a file with a private key of the service's own; {keys.HOW_TO_MAKE_ONE}"
        )
        raise SettingError(message)
    return config


def _schemes(app: Application) -> tuple[str, ...]:
    return ("https",) if app.in_production else ("https", "http")


def _read_issuers(app: Application) -> dict[str, Issuer]:
    entries: Mapping[str, Any] = settings.read(
        app,
        "AUTH_ISSUERS",
        {},
        issuers.are_issuers,
        f"issuers (without #), and for each the URL of its keys or null, or a dict, such as "
        f"{issuers.EXAMPLE}, whose fields may be {', '.join(issuers.FIELDS)}",
    )
    for url in issuers.addresses(entries):
        if not jwks.is_url(url, _schemes(app)):
            message = (
                f"the setting AUTH_ISSUERS of {app.name!r} is wrong: production fetches keys by "
                f"https alone, and not from {url}; anybody on the way could change them"
            )
            raise SettingError(message)
    return issuers.read(entries)


def _are_paths(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _are_algorithms(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and set(value) <= set(ALGORITHMS)


def _is_leeway(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= 300


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and 0 < value < float("inf")
