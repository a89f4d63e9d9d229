"""The functions behind ``api.yml``."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from backend_common import current_app
from werkzeug.exceptions import BadRequest

from tokens import issuer
from tokens.issuer import LifeError, Token

Json = dict[str, Any]
Answer = tuple[Json, int, dict[str, str]]

GRANT = "tokens/grant"  # the permission to grant the permission whose name follows
NOT_STORED = {"Cache-Control": "no-store"}  # RFC 6749, section 5.1


def post_token(body: Json) -> Answer:
    """Issue a token, to whom may grant all that it allows."""
    permissions = body["permissions"]
    user = current_app.auth.require([f"{GRANT}/{permission}" for permission in permissions])
    expires = _instant(body["expires"]) if "expires" in body else None
    metadata = body.get("metadata", {})
    try:
        text, token = issuer.current().issue(user.name, permissions, expires, metadata)
    except LifeError as error:
        raise BadRequest(f"body/expires: {error}") from error
    return {"result": {"token": text, **_said(token)}}, HTTPStatus.OK, {**NOT_STORED}


def query_token(body: Json) -> Answer:
    """Say what a token is."""
    reading = issuer.current().read(body["token"])
    said = _said(reading.token) if reading.token else {}
    return {"result": {"status": reading.status, **said}}, HTTPStatus.OK, {**NOT_STORED}


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


def _said(token: Token) -> Json:
    return {
        "typ": "tmp",
        "user": token.user,
        "permissions": token.permissions,
        "expires": token.expires.isoformat(),
        "metadata": token.metadata,
    }
