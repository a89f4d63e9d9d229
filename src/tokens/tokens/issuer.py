"""Issuing tokens, and saying what a token is.

A temporary token is a JSON Web Token (RFC 7519) signed by the service; others are opaque.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import flask
from backend_common import current_app
from backend_common.auth import Auth, User, opaque, query
from backend_common.auth.challenge import InvalidTokenError, invalid
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from werkzeug.exceptions import Forbidden, TooManyRequests

from tokens import register
from tokens.config import Config
from tokens.models import Event, Token
from tokens.register import TEMPORARY

USUAL_LIFE = timedelta(hours=1)
"""How long a temporary token lives, unless its issuer wants something else."""

LARGEST = 5000
"""The most bytes that the user, permissions and metadata of a token have, as JSON.

A signed token has a third more in base64, and at most 7,168 bytes: a header of 8 kB, which is what
servers and proxies read by default, has room for it and for others.
"""

DEEPEST = 10
"""How many tokens there are above a token at most, each of which issued the next."""

SERVICE = "service:"
"""The beginning of the names of services that permanent tokens stand for; no person has it."""

OPERATOR = "operator"
"""The name that the log has for a user of the command ``flask tokens``."""

Status = Literal["valid", "expired", "revoked", "invalid"]


class LifeError(ValueError):
    """A token would live too long, or not at all."""


class SizeError(ValueError):
    """A token would be too large to be sent."""


@dataclass(frozen=True)
class Wanted:
    """The token that a caller wants.

    :param typ: ``tmp``, ``prm`` or ``usr``.
    :param user: the name of the user that it stands for.
    :param expires: with a time zone; None for the usual end.
    """

    typ: str
    user: str
    permissions: list[str]
    expires: datetime | None
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What came of reading a text: an invalid one has no token."""

    status: Status
    token: Token | None


class Issuer:
    """Issues tokens, and knows its own.

    :param auth: signs, and knows what it signed.
    """

    def __init__(self, auth: Auth, config: Config) -> None:
        self._auth = auth
        self._config = config
        self._claims = jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True})

    def issue(self, wanted: Wanted, caller: User | None) -> tuple[str, Token]:
        """Return a new token, as text and as what is known of it; it is committed.

        It does not outlive the token of the caller, and is revoked together with it. A signed one
        is for the services that its permissions are about: those whose names they begin with.

        :param caller: the user that asks for it, and may grant its permissions; None for an
            operator.
        :raises LifeError: it would end in the past, or too late.
        :raises SizeError: it would be too large.
        :raises TooManyRequests: the caller has too many tokens.
        :raises Forbidden: there are too many tokens above it.
        :raises Unauthorized: the token of the caller was revoked meanwhile.
        """
        now = datetime.now(UTC)
        services = sorted({each.partition("/")[0] for each in wanted.permissions})
        _require_size(wanted, services)
        expires = self._end(wanted, caller, now)
        parent = self._parent(caller)
        if caller:
            self._require_room(caller.name, now)
        who = caller.name if caller else OPERATOR
        token = Token(
            id=uuid4().hex,
            typ=wanted.typ,
            user=wanted.user,
            permissions=wanted.permissions,
            metadata_=wanted.metadata,
            issued_by=who,
            created=now,
            expires=expires,
            parent=parent.id if parent else None,
            depth=parent.depth + 1 if parent else 0,
        )
        if wanted.typ == TEMPORARY:
            # As the service: the caller may grant all this, and the register revokes it with its
            # parent.
            text = self._auth.sign(
                wanted.user,
                wanted.permissions,
                expires,
                audience=services,
                as_service=True,
                jti=token.id,
                metadata=wanted.metadata,
            )
        else:
            text = opaque.make(wanted.typ)
            token.digest = opaque.digest(text)
        session = current_app.db.session
        session.add(token)
        session.add(
            Event(
                when=now,
                who=who,
                action="issue",
                token=token.id,
                typ=token.typ,
                user=token.user,
                with_=token.parent,
            )
        )
        session.commit()
        return text, token

    def read(self, text: str) -> Reading:
        """Say what *text* is. Only what this issuer issued has a token, whatever its status."""
        if opaque.is_like(text):
            found = register.by_text(text)
            return _reading(found) if found else Reading("invalid", None)
        try:
            claims = self._auth.keys.read(text)
            token = self._signed(claims)
        except (ValueError, LookupError, OverflowError, JoseError):
            return Reading("invalid", None)
        return _reading(register.by_id(token.id) or token)

    def _signed(self, claims: dict[str, Any]) -> Token:
        """Return the token with *claims*, which may not be in the database (``flask auth sign``).

        :raises JoseError: it lacks a claim, or has a wrong one.
        :raises LookupError: it lacks one that the service always gives.
        """
        with suppress(ExpiredTokenError):  # its status says so
            self._claims.validate(claims)
        return Token(
            id=str(claims.get("jti", "")),
            typ=TEMPORARY,
            user=claims["sub"],
            permissions=claims["permissions"],
            metadata_=claims.get("metadata", {}),
            issued_by=OPERATOR,
            created=datetime.fromtimestamp(claims.get("iat", 0), UTC),
            expires=datetime.fromtimestamp(claims["exp"], UTC),
        )

    def _end(self, wanted: Wanted, caller: User | None, now: datetime) -> datetime | None:
        """Return when a token ends; None for never.

        :raises LifeError: *wanted* is past, or too late.
        """
        latest, bound = self._latest(wanted.typ, now)
        if caller and caller.expires and (latest is None or caller.expires < latest):
            latest = caller.expires
            bound = f"not after the end of the caller's token, {latest.isoformat()}"
        expires = wanted.expires
        if expires is None:
            usual = now + USUAL_LIFE if wanted.typ == TEMPORARY else latest
            expires = min(usual, latest) if usual and latest else usual
        if expires is not None and (expires <= now or (latest and expires > latest)):
            message = "must be later than now" + (f", and {bound}" if bound else "")
            raise LifeError(message)
        return expires and expires.astimezone(UTC).replace(microsecond=0)

    def _latest(self, typ: str, now: datetime) -> tuple[datetime | None, str]:
        """Return when a token of a type ends at the latest, and that in words."""
        seconds = {
            TEMPORARY: self._config.longest_life,
            opaque.PERSONAL: self._config.personal_life,
        }.get(typ)
        if seconds is None:
            return None, ""
        longest = timedelta(seconds=seconds)
        return now + longest, f"at most {longest} from now"

    def _parent(self, caller: User | None) -> Token | None:
        """Return the token of the caller, if it is one of these, locked.

        :raises Unauthorized: it has been revoked.
        :raises Forbidden: there are too many tokens above it.
        """
        if caller is None or caller.issuer is not None or caller.jti is None:
            return None
        parent = register.lock(caller.jti)
        if parent is None:
            if register.by_id(caller.jti) is None:
                return None  # an operator signed it, and it ends soon
            raise invalid(current_app.name, InvalidTokenError(query.REVOKED))
        if parent.depth >= DEEPEST:
            raise Forbidden(
                f"The token of the caller has {DEEPEST} tokens above it, each of which issued the "
                "next, and so issues none: use one of those above it."
            )
        return parent

    def _require_room(self, who: str, now: datetime) -> None:
        """Refuse to issue a token to a user that has too many.

        :raises TooManyRequests: that is so.
        """
        if register.count(who, now) >= self._config.per_user:
            raise TooManyRequests(
                f"{who} has issued {self._config.per_user} tokens that have not ended: revoke "
                "permanent and personal ones, or wait until temporary ones expire."
            )


def current() -> Issuer:
    """Return the issuer of the current application."""
    issuer: Issuer = flask.current_app.extensions["tokens"]
    return issuer


def _require_size(wanted: Wanted, services: list[str]) -> None:
    """Refuse to issue a token that could not be sent.

    :raises SizeError: that is so.
    """
    said = [wanted.user, wanted.permissions, services, wanted.metadata]
    size = len(json.dumps(said, separators=(",", ":")))
    if size > LARGEST:
        message = (
            f"a token would have {size} bytes of user, permissions, their services and metadata, "
            f"and may have {LARGEST}, so that it can be sent in a header: leave some out"
        )
        raise SizeError(message)


def _reading(token: Token) -> Reading:
    status: Any = token.status(datetime.now(UTC))
    return Reading(status, token)
