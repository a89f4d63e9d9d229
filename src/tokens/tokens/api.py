"""The functions behind ``api.yml``."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import flask
from backend_common import current_app
from backend_common.auth import User, opaque, revocations
from werkzeug.exceptions import BadRequest, NotFound

from tokens import issuer, register
from tokens.issuer import SERVICE, LifeError, SizeError, Wanted
from tokens.models import Event, Token

Json = dict[str, Any]
Answer = tuple[Json, int, dict[str, str]]

GRANT = "tokens/grant"  # the permission to grant the permission whose name follows
ISSUE = "tokens/issue"  # to issue opaque tokens, of the type, and for the service, that follows
READ = "tokens/read"  # to read about the tokens of others
REVOKE = "tokens/revoke"  # to revoke the tokens of others
NOT_STORED = {"Cache-Control": "no-store"}  # RFC 6749, section 5.1


def post_token(body: Json) -> Answer:
    """Issue a token, to a caller that may grant all that it allows."""
    typ, permissions = body.get("typ", register.TEMPORARY), body["permissions"]
    name = body.get("name")
    needed = [f"{GRANT}/{permission}" for permission in permissions]
    if typ in opaque.PREFIXES:
        # A permission for each service: otherwise a caller could speak for any of them.
        needed.append(f"{ISSUE}/{typ}/{name}" if name else f"{ISSUE}/{typ}")
    caller = current_app.auth.require(needed)
    wanted = Wanted(
        typ,
        _stands_for(typ, name, caller),
        permissions,
        _instant(body["expires"]) if "expires" in body else None,
        body.get("metadata", {}),
    )
    try:
        text, token = issuer.current().issue(wanted, caller)
    except LifeError as error:
        raise BadRequest(f"body/expires: {error}") from error
    except SizeError as error:
        raise BadRequest(f"body: {error}") from error
    return {"result": {"token": text, **_said(token)}}, HTTPStatus.OK, {**NOT_STORED}


def query_token(body: Json) -> Answer:
    """Say what a token is."""
    reading = issuer.current().read(body["token"])
    said = _said(reading.token) if reading.token else {}
    return {"result": {"status": reading.status, **said}}, HTTPStatus.OK, {**NOT_STORED}


def get_tokens(
    *,
    user: User,
    limit: int,
    ended: bool,
    of: str | None = None,
    typ: str | None = None,
    cursor: int | None = None,
) -> Answer:
    """List tokens: those of the caller, or with a permission those of others."""
    if of is None and not user.has([READ]):
        of = user.name
    if of not in (None, user.name):
        current_app.auth.require([READ])
    found = register.page(user=of, typ=typ, ended=ended, before=cursor, most=limit + 1)
    now = datetime.now(UTC)
    shown = [{"status": token.status(now), **_said(token)} for token in found[:limit]]
    return _paged(shown, found, limit)


def get_token(id_: str, user: User) -> Answer:
    """Say what is known of one token."""
    token = _readable(id_, user)
    shown = {"status": token.status(datetime.now(UTC)), **_said(token)}
    return {"result": shown}, HTTPStatus.OK, {**NOT_STORED}


def delete_token(id_: str, user: User) -> tuple[None, int]:
    """Revoke one token, and those that were issued with it."""
    token = _readable(id_, user)
    if user.name not in (token.user, token.issued_by):
        current_app.auth.require([REVOKE])
    register.revoke(id_, user.name)
    return None, HTTPStatus.NO_CONTENT


def get_log(limit: int, token: str | None = None, cursor: int | None = None) -> Answer:
    """List what happened to tokens."""
    found = register.events(token=token, before=cursor, most=limit + 1)
    return _paged([_happened(event) for event in found[:limit]], found, limit)


def get_revoked() -> tuple[str, int, dict[str, str]]:
    """Answer with the signed list of revoked temporary tokens."""
    now = datetime.now(UTC)  # before they are looked up
    lifetime = timedelta(seconds=current_app.config["TOKENS_LIST_LIFETIME"])
    text = current_app.auth.sign_revocations(register.revoked(now), now, lifetime)
    return text, HTTPStatus.OK, {"Content-Type": revocations.MEDIA_TYPE, **NOT_STORED}


def _stands_for(typ: str, name: str | None, caller: User) -> str:
    """Return the name of the user that a new token stands for.

    :raises BadRequest: *name* is missing, or does not belong there.
    """
    if typ != opaque.PERMANENT:
        if name is not None:
            raise BadRequest(f"body/name: a token of the type {typ} stands for its caller: omit it")
        return caller.name
    if name is None:
        raise BadRequest("body/name: a permanent token needs the name of the service it is for")
    return SERVICE + name


def _readable(id_: str, user: User) -> Token:
    """Return a token that the user may read about.

    :raises NotFound: there is no such token, as far as the user may know.
    """
    token = register.by_id(id_)
    if token and (user.name in (token.user, token.issued_by) or user.has([READ])):
        return token
    raise NotFound(f"There is no token {id_} that you may read about. GET /tokens lists them.")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadRequest(
            "body/expires: must be a date and a time with a time zone (RFC 3339), "
            "such as 2030-01-31T12:00:00Z"
        )
    return instant


def _paged(shown: list[Json], found: Sequence[Token] | Sequence[Event], limit: int) -> Answer:
    """Return an answer with a page, and where the next one begins, if there is one."""
    headers = {**NOT_STORED}
    cursor = found[limit - 1].number if len(found) > limit else None
    if cursor is not None:
        arguments = {**flask.request.args.to_dict(), "cursor": str(cursor)}
        url = f"{flask.request.path}?{urlencode(arguments)}"
        headers["Link"] = f'<{url}>; rel="next"'
    return {"result": shown, "next": cursor}, HTTPStatus.OK, headers


def _said(token: Token) -> Json:
    return {
        "id": token.id,
        "typ": token.typ,
        "user": token.user,
        "permissions": token.permissions,
        "created": token.created.isoformat(),
        "expires": token.expires and token.expires.isoformat(),
        "revoked": token.revoked and token.revoked.isoformat(),
        "issued_by": token.issued_by,
        "parent": token.parent,
        "metadata": token.metadata_,
    }


def _happened(event: Event) -> Json:
    return {
        "when": event.when.isoformat(),
        "who": event.who,
        "action": event.action,
        "token": event.token,
        "typ": event.typ,
        "user": event.user,
        "with": event.with_,
    }
