"""The entries of ``AUTH_ISSUERS``: where the keys of an issuer are, and how far it is trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend_common.auth import fetch
from backend_common.auth.bearer import ACCESS_TOKEN, TYPES
from backend_common.auth.permissions import are_permissions
from backend_common.auth.user import ISSUER_END, is_name

EXAMPLE = '{"https://login.example.org/": {"permissions": ["shop/*"], "types": ["at+jwt", "JWT"]}}'

FIELDS = ("keys", "permissions", "types", "revoked", "query")


@dataclass(frozen=True)
class Issuer:
    """What the settings say about an issuer.

    :param keys: the URL of its JWK Set; None for an issuer that is a URL itself, where OpenID
        Connect Discovery finds it.
    :param permissions: what it may grant.
    :param types: types of tokens that are taken for access tokens.
    :param revoked: the URL of its signed list of revoked tokens; None if it revokes none.
    :param query: the URL that says what an opaque token is; None if it issues none.
    """

    keys: str | None
    permissions: Sequence[str]
    types: Sequence[str]
    revoked: str | None = None
    query: str | None = None


def read(entries: Mapping[str, Any]) -> dict[str, Issuer]:
    """Return the issuers of a valid setting, by their names."""
    return {name: _read(_fields(entry)) for name, entry in entries.items()}


def are_issuers(value: Any) -> bool:
    """Return whether *value* is issuers and their entries."""
    return isinstance(value, dict) and all(
        is_name(name) and ISSUER_END not in name and _is_entry(name, entry)
        for name, entry in value.items()
    )


def addresses(entries: Mapping[str, Any]) -> list[str]:
    """Return the URLs in a valid setting that keys and lists of revoked tokens are fetched from."""
    issuers = read(entries)
    lists = [issuer.revoked for issuer in issuers.values() if issuer.revoked]
    return [issuer.keys or name for name, issuer in issuers.items()] + lists


def _fields(entry: Any) -> Any:
    """Return the fields of an entry; the short form is a URL, or None, alone."""
    return entry if isinstance(entry, dict) else {"keys": entry}


def _is_entry(name: str, entry: Any) -> bool:
    fields = _fields(entry)
    if not fields.keys() <= set(FIELDS):
        return False
    url = fields.get("keys")
    types = fields.get("types", list(TYPES))
    return (
        fetch.is_url(name if url is None else url)
        and (fields.get("revoked") is None or fetch.is_url(fields["revoked"]))
        and (fields.get("query") is None or fetch.is_confidential(fields["query"]))
        and are_permissions(fields.get("permissions", []))
        and isinstance(types, list)
        and bool(types)
        and all(each in TYPES for each in types)
    )


def _read(fields: Mapping[str, Any]) -> Issuer:
    return Issuer(
        fields.get("keys"),
        fields.get("permissions", []),
        fields.get("types", [ACCESS_TOKEN]),
        fields.get("revoked"),
        fields.get("query"),
    )
