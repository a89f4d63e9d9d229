"""What a provider and the views of logging in tell each other."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class Begun(NamedTuple):
    """A login that has begun: the URL to send the user to, its state, and the data to finish it."""

    url: str
    state: str
    data: Mapping[str, Any]


class Login(NamedTuple):
    """A finished login: the claims about the user, and the ID token that has most of them."""

    claims: Mapping[str, Any]
    id_token: str


class Provider(Protocol):
    """Says who a user is."""

    def begin(self, callback: str, /) -> Begun:
        """Begin a login, after which the user is sent back to *callback*.

        :raises ProviderError: the provider does not answer.
        """

    def finish(self, data: Mapping[str, Any] | None, /) -> Login:
        """Return what the provider says of the user whom it sent back with this request.

        :param data: of the login; None if it did not begin here.
        :raises LoginError: the user did not log in, or not from here.
        :raises ProviderError: the provider does not answer, or not as it must.
        """

    def end(self, id_token: str | None, home: str, /) -> str | None:
        """Return the URL that ends the session at the provider, or None if it has no such URL.

        :raises ProviderError: the provider does not answer.
        """

    def check(self) -> None:
        """Check that the provider answers.

        :raises ProviderError: it does not.
        """
