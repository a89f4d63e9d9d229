"""Logging in with a browser, at Auth0 or any other OpenID Connect provider.

The provider is asked who somebody is, the settings say what that is worth, and a signed cookie
remembers both. Where the extension ``auth`` is loaded, it knows callers by their sessions too.
"""

import time
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from backend_common.auth0 import config, grants
from backend_common.auth0.errors import LoginError, ProviderError
from backend_common.core import health, later
from backend_common.core.app import Application

if TYPE_CHECKING:
    from backend_common.auth0.provider import Provider

__all__ = ["Auth0", "Session", "init_app"]

later.require("authlib", "joserfc", "requests")

KEY = "user"  # in the session
HINT = "id_token"  # in the session: without it, some providers ask whether to log out
LONGEST_HINT = 2000  # characters
MOST_LOGINS = 3  # on their way at once, in several tabs; a cookie holds 4 kB
SAFE = ("GET", "HEAD", "OPTIONS")  # methods that change nothing (RFC 9110, section 9.2.1)


class Session(NamedTuple):
    """The user who is logged in.

    :param name: the claim that ``AUTH0_NAME`` names; unique among the users of the issuer.
    :param permissions: what ``AUTH0_PERMISSIONS`` grants to the user.
    :param issuer: the provider, which vouches for the user.
    """

    name: str
    permissions: list[str]
    issuer: str


class Auth0:
    """Logging in to one application, and out of it."""

    def __init__(self, app: Application, settings: config.Config) -> None:
        self._app = app
        self._config = settings

    @cached_property
    def _provider(self) -> "Provider":
        # Authlib's client takes longer to import than most extensions, and logging in is rare.
        from backend_common.auth0.provider import Provider  # noqa: PLC0415

        return Provider(self._config)

    def session(self) -> Session | None:
        """Return who is logged in where the current request comes from, or None."""
        said = flask.session.get(KEY)
        if said is None or said["until"] < time.time():
            return None
        # Cookies go along with requests that pages of other origins make.
        origin = flask.request.headers.get("Origin")
        here = flask.request.host_url.rstrip("/")
        if flask.request.method not in SAFE and origin not in (None, here):
            self._app.logger.warning("a page of another origin used a session; it was ignored")
            return None
        return Session(said["name"], said["permissions"], self._config.issuer)

    def login(self) -> Response:
        """Begin to log in: the view ``/auth0/login?next=/where/to/go``."""
        where = flask.request.args.get("next", "/")
        if not _is_path(where):
            message = "next: must be a path of this site, such as /orders"
            raise BadRequest(message)
        begun = [key for key in flask.session if key.startswith("_state_")]
        for key in begun[: -MOST_LOGINS + 1]:
            del flask.session[key]
        try:
            response = self._provider.begin(flask.url_for("auth0.callback", _external=True))
        except ProviderError as error:
            raise self._unavailable(error) from error
        flask.session["next"] = where
        return response

    def callback(self) -> Response:
        """Finish to log in, where the provider sends users back to: ``/auth0/callback``."""
        try:
            claims, id_token = self._provider.finish()
        except LoginError as error:
            self._app.logger.warning("a login failed: %s", error)
            again = flask.url_for("auth0.login")
            message = f"{error} Begin again at {again}."
            raise BadRequest(message) from error
        except ProviderError as error:
            raise self._unavailable(error) from error
        name = grants.text(claims, self._config.name)
        if name is None:
            message = f"The provider does not tell your {self._config.name}, which is needed here."
            raise BadRequest(message)
        where = flask.session.get("next", "/")
        flask.session.clear()  # whoever had this cookie before
        flask.session[KEY] = {
            "name": name,
            "permissions": grants.permissions(claims, self._config.grants),
            "until": int(time.time()) + self._config.lifetime,
        }
        if len(id_token) <= LONGEST_HINT:
            flask.session[HINT] = id_token
        return flask.redirect(where)

    def logout(self) -> Response:
        """Log out here, and at the provider: the view ``/auth0/logout``."""
        hint = flask.session.get(HINT)
        flask.session.clear()
        home = flask.request.host_url
        try:
            return flask.redirect(self._provider.end(hint, home) or home)
        except ProviderError as error:
            self._app.logger.warning("the provider's session goes on: %s", error)
            return flask.redirect(home)

    def check(self) -> None:
        """Check, for the heartbeat, that the provider answers.

        :raises Unhealthy: it does not.
        """
        try:
            self._provider.check()
        except ProviderError as error:
            message = f"the login provider does not answer as it should: {error}"
            raise health.Unhealthy(message) from error

    def _unavailable(self, error: ProviderError) -> HTTPException:
        self._app.logger.error("the login provider does not answer as it should: %s", error)
        return ServiceUnavailable("The login provider does not answer. Try again later.")


def init_app(app: Application) -> Auth0:
    """Let users of *app* log in: ``/auth0/login``, ``/auth0/callback`` and ``/auth0/logout``.

    Settings: those that begin with ``AUTH0_``, and ``SECRET_KEY``, in docs/extensions.md.

    :raises SettingError: one is wrong or missing.
    """
    auth0 = Auth0(app, config.read(app))
    for view in (auth0.login, auth0.callback, auth0.logout):
        app.add_url_rule(f"/auth0/{view.__name__}", f"auth0.{view.__name__}", view)
    health.add(app, "auth0", auth0.check)
    if "auth" in app.loaded:
        settings = auth0._config
        app.auth.require_another_audience(settings.issuer, settings.client_id)
        app.auth.accept(auth0.session)
    return auth0


def _is_path(where: str) -> bool:
    # Browsers take a backslash for a slash, and leave out tabs and line ends.
    parts = urlsplit(where)
    plain = where.isprintable() and "\\" not in where and not where.startswith("//")
    return where.startswith("/") and plain and not parts.scheme and not parts.netloc
