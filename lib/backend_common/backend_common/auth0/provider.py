"""An OpenID Connect provider, found by discovery: code flow with PKCE, state and nonce."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import flask
import requests
from authlib.integrations.flask_client import (  # type: ignore[import-untyped]
    FlaskIntegration,
    FlaskOAuth2App,
    OAuthError,
)
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from backend_common.auth0.config import Config
from backend_common.auth0.errors import LoginError, ProviderError

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ("Ed25519", "ES256", "PS256", "RS256")  # of ID tokens; their keys are public
OURS = ("invalid_client", "invalid_scope", "unauthorized_client")  # errors that users cannot help
DENIED = "You did not let the provider log you in."
LOST = "This login has expired, or did not begin here."
NAME = "auth0"  # in the session, where what a login needs on its way is kept


class Login(NamedTuple):
    """What came of a login: the claims about the user, and the ID token that has most of them."""

    claims: Mapping[str, Any]
    id_token: str


class Provider:
    """The provider that the settings name.

    What it says of itself is not kept: logging in is rare, and so a provider that is down, or that
    has other keys than yesterday, is noticed.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    def begin(self, callback: str) -> Response:
        """Return the redirect to the provider, which sends the user back to *callback*.

        :raises ProviderError: it does not answer.
        """
        with _told():
            response: Response = self._client().authorize_redirect(callback)
        return response

    def finish(self) -> Login:
        """Return what the provider says of the user whom it sent back with this request.

        :raises LoginError: they did not log in, or not from here.
        :raises ProviderError: the provider does not answer, or not as it must.
        """
        if not any(flask.request.args.get(name) for name in ("code", "error")):
            raise LoginError(LOST)
        with _told():
            client = self._client()
            token = client.authorize_access_token(
                claims_options={"iss": {"essential": True, "value": self._config.issuer}}
            )
            claims = token.get("userinfo")
            if claims is None:
                message = "it gave no ID token"
                raise ProviderError(message)
            if "userinfo_endpoint" not in client.server_metadata:
                return Login(dict(claims), token["id_token"])
            more = client.userinfo(token=token)
            if more.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0, section 5.3.2
                message = "its UserInfo is about another user"
                raise ProviderError(message)
            return Login({**more, **claims}, token["id_token"])

    def end(self, hint: str | None, back: str) -> str | None:
        """Return the URL where the provider ends its own session, or None if it cannot.

        :param hint: the ID token of that session, if it is known.
        :param back: where the provider sends the user afterwards.
        :raises ProviderError: it does not answer.
        """
        with _told():
            client = self._client()
            if "end_session_endpoint" not in client.server_metadata:
                return None
            answer = client.create_logout_url(back, hint, client_id=self._config.client_id)
        url: str = answer["url"]
        return url

    def check(self) -> None:
        """Check that the provider answers.

        :raises ProviderError: it does not.
        """
        with _told():
            self._client()

    def _client(self) -> Any:
        client = FlaskOAuth2App(
            FlaskIntegration(NAME),
            NAME,
            client_id=self._config.client_id,
            client_secret=self._config.client_secret,
            server_metadata_url=self._config.issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": self._config.scope,
                "code_challenge_method": "S256",
                # NB: Authlib takes "timeout" too, ignores it, and then waits for ever.
                "default_timeout": self._config.timeout,
            },
        )
        metadata = client.load_server_metadata()
        if metadata.get("issuer") != self._config.issuer:  # OpenID Connect Discovery, section 4.3
            message = "it says that it is another issuer than AUTH0_ISSUER"
            raise ProviderError(message)
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        metadata["id_token_signing_alg_values_supported"] = [
            name for name in offered if name in ALGORITHMS
        ]
        return client


@contextmanager
def _told() -> Iterator[None]:
    """Tell errors of the protocol by what they mean, without what the provider sent."""
    try:
        yield
    except OAuthError as error:
        if error.error in OURS:
            message = f"{error.error}; AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET or AUTH0_SCOPE is wrong"
            raise ProviderError(message) from error
        denied = error.error == "access_denied"
        raise LoginError(DENIED if denied else LOST) from error
    except requests.RequestException as error:
        raise ProviderError(type(error).__name__) from error
    except (JoseError, ValueError, TypeError, KeyError, RuntimeError) as error:
        message = f"its answer cannot be trusted ({type(error).__name__})"
        raise ProviderError(message) from error
