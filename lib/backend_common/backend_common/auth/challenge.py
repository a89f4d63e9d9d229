"""What a caller hears who may not: 401 and 403 with ``WWW-Authenticate`` (RFC 6750, section 3)."""

from typing import Any

from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

from backend_common.auth.permissions import Roles


class InvalidTokenError(Exception):
    """A token is not to be trusted; the text says why, and holds nothing of the token."""


class _Challenge(HTTPException):
    def __init__(self, description: str, **parameters: str) -> None:
        super().__init__(description)
        # NB: werkzeug's WWWAuthenticate leaves out quotes, which a realm must have (RFC 9110,
        # section 11.5). Nothing here has quotes or backslashes of its own.
        said = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
        self._header = ("WWW-Authenticate", f"Bearer {said}")

    def get_headers(self, *arguments: Any, **options: Any) -> list[tuple[str, str]]:
        """Return the headers of the response."""
        return [*super().get_headers(*arguments, **options), self._header]


class UnknownCaller(_Challenge, Unauthorized):
    """It is not known who calls: 401."""


class InsufficientPermissions(_Challenge, Forbidden):
    """It is known who calls, and they lack a permission: 403."""


def missing(realm: str) -> UnknownCaller:
    """Answer a caller who gave no credentials."""
    description = "This needs credentials: send a token in the header Authorization: Bearer TOKEN."
    # NB: no error code for who may not have known that credentials are needed (section 3.1).
    return UnknownCaller(description, realm=realm)


def invalid(realm: str, error: InvalidTokenError) -> UnknownCaller:
    """Answer a caller whose token is not to be trusted."""
    description = f"The token is invalid: {error}."
    return UnknownCaller(
        description, realm=realm, error="invalid_token", error_description=str(error)
    )


def insufficient(realm: str, roles: Roles) -> InsufficientPermissions:
    """Answer a caller who has none of the *roles*."""
    needed = " or ".join(" and ".join(role) for role in roles)
    # A scope can name one role only, where any of several would do.
    scope = {"scope": " ".join(roles[0])} if len(roles) == 1 else {}
    description = f"This needs the permission {needed}."
    return InsufficientPermissions(description, realm=realm, error="insufficient_scope", **scope)
