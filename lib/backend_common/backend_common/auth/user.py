"""Who calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from backend_common.auth.permissions import covers

Method = Literal["bearer", "token", "session", "development"]

LONGEST_NAME = 255

ISSUER_END = "#"
"""Ends the issuer in the name of its user; no issuer has it (RFC 3986: it begins a fragment)."""


@dataclass(frozen=True)
class User:
    """A caller, and what it may do.

    :param name: identifies the user among those of all issuers. A user whom another issuer
        vouches for has the issuer in front: ``https://login.example.org/#alice``.
    :param permissions: the granted permissions, which may end in ``/*``.
    :param method: how the caller proved its identity: by a signed token, by an API token, by a
        session in the browser, or not at all (in development); None for nobody.
    :param issuer: the issuer that vouches for the user; None for the service itself.
    :param expires: when the token of the caller ends; None where it does not, or is not a token.
    :param token_id: the id of the API token of the caller, if it has one.
    :param jti: the id that the issuer of a signed token (RFC 7519, section 4.1.7), or of an opaque
        token that several services accept, gave it.
    :param revocable: whether the token of the caller can be revoked before it ends.
    """

    name: str
    permissions: frozenset[str]
    method: Method | None
    issuer: str | None = None
    expires: datetime | None = None
    token_id: int | None = None
    jti: str | None = None
    revocable: bool = False

    @property
    def subject(self) -> str:
        """The name without the issuer, to show to people: users of several issuers may share it."""
        return self.name if self.issuer is None else self.name[len(self.issuer + ISSUER_END) :]

    @property
    def is_authenticated(self) -> bool:
        """Whether it is known who this is."""
        return self.method not in (None, "development")

    def has(self, needed: Iterable[str]) -> bool:
        """Tell whether the user has all permissions that are *needed*."""
        return all(any(covers(one, each) for one in self.permissions) for each in needed)


NOBODY = User("anonymous", frozenset(), None)


def name_of(subject: str, issuer: str | None) -> str:
    """Return the name of a user: *subject* is unique among the users of *issuer*."""
    return subject if issuer is None else f"{issuer}{ISSUER_END}{subject}"


def is_name(value: Any) -> bool:
    """Tell whether *value* can be a user's name: it goes to logs, databases and headers."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
