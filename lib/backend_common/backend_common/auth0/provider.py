"""An OpenID Connect provider, found by discovery: code flow with PKCE, state and nonce."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging import Logger
from typing import Any

import flask
import requests
from authlib.integrations.flask_client import (  # type: ignore[import-untyped]
    FlaskIntegration,
    FlaskOAuth2App,
    OAuthError,
)
from joserfc.errors import InvalidClaimError, JoseError

from backend_common.auth0.config import Config
from backend_common.auth0.errors import LOST, LoginError, ProviderError, SpentError
from backend_common.auth0.login import Begun, Login

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ("Ed25519", "ES256", "PS256", "RS256")  # of ID tokens; their keys are public
OURS = ("invalid_client", "invalid_scope", "unauthorized_client")  # errors that users cannot help
DENIED = "You did not let the provider log you in."
MIXED = "This answer of the provider belongs to another login."
NAME = "auth0"


class _State(FlaskIntegration):  # type: ignore[misc]
    """The data of one login, which Authlib would keep in the session."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(NAME)
        self.state = ""
        self.data = data

    def set_state_data(self, _session: Any, state: str, data: dict[str, Any]) -> None:
        """Take the data of a new login; Authlib calls this."""
        self.state = state
        # The URL is long, and of no more use.
        self.data = {key: value for key, value in data.items() if key != "url"}

    def get_state_data(self, _session: Any, _state: str) -> Mapping[str, Any] | None:
        """Return the data; Authlib calls this."""
        return self.data

    def clear_state_data(self, _session: Any, _state: str) -> None:
        """Leave the data; Authlib calls this."""


class OpenIDProvider:
    """The provider that the settings name.

    What it says of itself is not kept: logging in is rare, and so a provider that is down, or that
    has other keys than yesterday, is noticed.
    """

    def __init__(self, config: Config, logger: Logger) -> None:
        self._config = config
        self._logger = logger

    def begin(self, callback: str) -> Begun:
        """Begin a login, after which the provider sends the user back to *callback*.

        :raises ProviderError: it does not answer.
        """
        state = _State()
        with _told():
            response = self._client(state).authorize_redirect(callback)
        return Begun(response.location, state.state, state.data or {})

    def finish(self, data: Mapping[str, Any] | None) -> Login:
        """Return what the provider says of the user whom it sent back with this request.

        :param data: of the login; None if it did not begin here.
        :raises LoginError: the user did not log in, or not from here.
        :raises ProviderError: the provider does not answer, or not as it must.
        """
        if not any(flask.request.args.get(name) for name in ("code", "error")):
            raise LoginError(LOST)
        with _told():
            client = self._client(_State(data))
            token = client.authorize_access_token(
                claims_options={"iss": {"essential": True, "value": self._config.issuer}}
            )
            claims = token.get("userinfo")
            if claims is None:
                message = "it gave no ID token"
                raise ProviderError(message)
            more = self._user_info(client, token, claims)
            return Login({**more, **claims}, token["id_token"])

    def _user_info(
        self, client: Any, token: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the claims of the UserInfo endpoint; none where the ID token has all that count.

        :raises ProviderError: it fails, and the ID token lacks a claim that the settings name.
        """
        endpoint = client.server_metadata.get("userinfo_endpoint")
        if endpoint is None:
            return {}
        try:
            with _told():
                more: Mapping[str, Any] = client.userinfo(token=token)
                subject = more["sub"]
        except (ProviderError, LoginError) as error:
            said = str(error) if endpoint in str(error) else f"{endpoint}: {error}"
            lacking = sorted(self._needed() - claims.keys())
            if lacking:
                message = f"UserInfo failed: {said}; the ID token has no {', '.join(lacking)}"
                raise ProviderError(message) from error
            self._logger.warning(
                "a login goes on with the claims of the ID token alone: UserInfo failed: %s", said
            )
            return {}
        if subject != claims["sub"]:  # OpenID Connect Core 1.0, section 5.3.2
            message = f"its UserInfo ({endpoint}) is about another user"
            raise ProviderError(message)
        return more

    def _needed(self) -> set[str]:
        """Return the claims that decide who a user is, and what it may do."""
        named = {self._config.name, *self._config.grants}
        return named | ({"email_verified"} if "email" in named else set())

    def end(self, hint: str | None, back: str) -> str | None:
        """Return the URL where the provider ends its own session, or None if it cannot.

        :param hint: the ID token of that session, if it is known.
        :param back: where the provider sends the user afterwards.
        :raises ProviderError: it does not answer.
        """
        with _told():
            client = self._client(_State())
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
            self._client(_State())

    def _client(self, state: _State) -> Any:
        client = FlaskOAuth2App(
            state,
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
        if flask.request.args.get("error"):
            denied = error.error == "access_denied"
            raise LoginError(DENIED if denied else LOST) from error
        raise SpentError(LOST) from error
    except requests.JSONDecodeError as error:
        message = "its answer is not JSON"
        raise ProviderError(message) from error
    except requests.RequestException as error:
        raise ProviderError(_what(error)) from error
    except InvalidClaimError as error:
        if error.claim == "nonce":  # the request has the code of another login
            raise LoginError(MIXED) from error
        raise _untrusted(error) from error
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise _untrusted(error) from error


def _untrusted(error: Exception) -> ProviderError:
    return ProviderError(f"its answer cannot be trusted ({type(error).__name__})")


def _what(error: requests.RequestException) -> str:
    """Return which endpoint failed, and how: its status, or the kind of the error."""
    url = getattr(error.request, "url", None) or ""
    endpoint = url.partition("?")[0] or "an endpoint"
    if error.response is not None:
        return f"{endpoint} answered {error.response.status_code}"
    return f"{endpoint} did not answer ({type(error).__name__})"
