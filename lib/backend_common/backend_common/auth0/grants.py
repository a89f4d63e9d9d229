"""What a provider's claims about a user are worth here."""

from collections.abc import Mapping
from typing import Any

from backend_common.auth0.config import Grants

ANY = "*"
LONGEST = 255  # characters of a value


def permissions(claims: Mapping[str, Any], grants: Grants) -> list[str]:
    """Return the permissions of a user.

    :param claims: of the ID token and the UserInfo endpoint.
    :param grants: permissions, by claims and their values; ``*`` is any value. A claim that is a
        list has several values.
    """
    granted = {
        permission
        for claim, by_value in grants.items()
        for value in [*_values(claims, claim), ANY]
        for permission in by_value.get(value, ())
        if value != ANY or _values(claims, claim)
    }
    return sorted(granted)


def text(claims: Mapping[str, Any], claim: str) -> str | None:
    """Return the one value of *claim*, or None."""
    values = _values(claims, claim)
    return values[0] if len(values) == 1 else None


def _values(claims: Mapping[str, Any], claim: str) -> list[str]:
    # Who registers with somebody else's address has it as their claim, but not verified
    # (OpenID Connect Core 1.0, section 5.7).
    if claim == "email" and claims.get("email_verified") is not True:
        return []
    value = claims.get(claim)
    items = value if isinstance(value, list) else [value]
    return [
        item
        for item in items
        if isinstance(item, str) and 0 < len(item) <= LONGEST and item.isprintable()
    ]
