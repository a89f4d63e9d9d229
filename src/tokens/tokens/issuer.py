"""Issuing tokens, which are JSON Web Tokens (RFC 7519) signed by the service, and reading them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import flask
from backend_common import settings
from backend_common.auth import Auth
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError

DAY = 24 * 60 * 60  # seconds
USUAL_LIFE = timedelta(hours=1)


class Settings(settings.Table):
    """What an issuer is told."""

    longest_life = settings.Whole(
        "TOKENS_LONGEST_LIFE",
        30 * DAY,
        unit="seconds",
        at_least=1,
        at_most=100 * 365 * DAY,
        text="The longest that a token may live.",
    )


@dataclass(frozen=True)
class Token:
    """What a token that this service issued says."""

    user: str
    permissions: list[str]
    expires: datetime
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What came of reading a text: an invalid one has no token."""

    status: Literal["valid", "expired", "invalid"]
    token: Token | None


class LifeError(ValueError):
    """A token would live too long, or not at all."""


class Issuer:
    """Issues tokens, and knows its own.

    :param auth: signs, and knows what it signed.
    :param longest_life: the longest that a token may live, in seconds.
    """

    def __init__(self, auth: Auth, longest_life: int) -> None:
        self._auth = auth
        self._longest_life = timedelta(seconds=longest_life)
        self._claims = jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True})

    def issue(
        self, user: str, permissions: list[str], expires: datetime | None, metadata: dict[str, Any]
    ) -> tuple[str, Token]:
        """Return a signed token, as text and as what it says.

        It is for the services that its permissions are about: those whose names they begin with.
        It does not outlive the token of the caller who asks for it.

        :param user: whom the token stands for.
        :param expires: with a time zone; None for an hour from now, or for the latest end if that
            is before.
        :raises LifeError: *expires* is past, or too far away.
        """
        now = datetime.now(UTC)
        latest = now + self._longest_life
        bound = f"at most {self._longest_life} from now"
        callers = self._auth.latest_end()
        if callers and callers < latest:
            latest = callers
            bound = f"not after the end of the caller's token, {callers.isoformat()}"
        if expires is None:
            expires = min(now + USUAL_LIFE, latest)
        if not now < expires <= latest:
            message = f"must be later than now, and {bound}"
            raise LifeError(message)
        expires = expires.astimezone(UTC).replace(microsecond=0)
        services = sorted({permission.partition("/")[0] for permission in permissions})
        text = self._auth.sign(user, permissions, expires, audience=services, metadata=metadata)
        return text, Token(user, permissions, expires, metadata)

    def read(self, text: str) -> Reading:
        """Say what *text* is. Only what this issuer signed has a token, expired or not."""
        try:
            claims = self._auth.keys.read(text)
        except ValueError:
            return Reading("invalid", None)
        try:
            self._claims.validate(claims)
            status: Literal["valid", "expired"] = "valid"
        except ExpiredTokenError:
            status = "expired"
        except JoseError:
            return Reading("invalid", None)
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        metadata = claims.get("metadata", {})
        return Reading(status, Token(claims["sub"], claims["permissions"], expires, metadata))


def current() -> Issuer:
    """Return the issuer of the current application."""
    issuer: Issuer = flask.current_app.extensions["tokens"]
    return issuer
