"""Where a service keeps the tokens that it issues to callers of other services."""

from typing import Any, Protocol

from backend_common.auth.user import User


class Register(Protocol):
    """Knows the tokens that a service issued, and which of them are revoked."""

    def identify(self, token: str) -> User:
        """Return the user of an opaque token, whose checksum is right.

        :raises InvalidTokenError: it is unknown, has expired, or is revoked.
        """

    def require_unrevoked(self, token_id: Any) -> None:
        """Refuse a signed token that is revoked; one that the register does not know is not.

        :param token_id: its claim ``jti``; None, or of another type than text, if it has no id.
        :raises InvalidTokenError: it is revoked.
        """
