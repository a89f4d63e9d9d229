"""Logging in with a browser, at Auth0 or any other OpenID Connect provider.

The provider says who a user is, and the settings say what that is worth. Both are kept where
:mod:`backend_common.auth0.sessions` chooses: in the database, in the cache, or in a signed cookie.
Where the extension ``auth`` is loaded, it knows callers by their sessions too.
"""

import time
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from backend_common.auth0 import grants, sessions
from backend_common.auth0.attempts import LONGEST_PATH, Attempt, Attempts
from backend_common.auth0.config import SETTINGS, Config
from backend_common.auth0.development import DevelopmentProvider
from backend_common.auth0.errors import LoginError, ProviderError, SpentError
from backend_common.auth0.login import Provider
from backend_common.auth0.sessions import CannotKeepError, Record, Sessions
from backend_common.core import health, later
from backend_common.core.app import Application

__all__ = ["SETTINGS", "Auth0", "Session", "init_app"]

later.require("authlib", "joserfc", "requests")

DEVELOPMENT = "development"
"""The issuer of the users of development."""

LONGEST_HINT = 8000
"""The longest ID token that is kept, in characters: it becomes part of a URL."""

SAFE = ("GET", "HEAD", "OPTIONS")  # methods that change nothing (RFC 9110, section 9.2.1)


class Session(NamedTuple):
    """The logged-in user.

    :param name: the claim that ``AUTH0_NAME`` names; unique among the users of the issuer.
    :param permissions: what ``AUTH0_PERMISSIONS`` grants to the user.
    :param issuer: the provider, which vouches for the user.
    """

    name: str
    permissions: list[str]
    issuer: str


class Auth0:
    """Logging in to one application, and out of it."""

    def __init__(self, app: Application, config: Config) -> None:
        self._app = app
        self._config = config
        self._attempts = Attempts(app)

    @cached_property
    def _provider(self) -> Provider:
        if not self._config.issuer:
            return DevelopmentProvider(self._config.users, self._config.name)
        # Authlib's client takes longer to import than most extensions, and logging in is rare.
        from backend_common.auth0.provider import OpenIDProvider  # noqa: PLC0415

        return OpenIDProvider(self._config, self._app.logger)

    @cached_property
    def _sessions(self) -> Sessions:
        # Not before the first request, when all extensions are loaded.
        return sessions.choose(self._app)

    def session(self) -> Session | None:
        """Return who is logged in where the current request comes from, or None."""
        record = self._sessions.find()
        if record is None:
            return None
        # Cookies go along with requests that pages of other origins make.
        if flask.request.method not in SAFE and (_is_of_another_site() or not _is_own_origin()):
            self._app.logger.warning("a page of another origin used a session; it was ignored")
            return None
        return Session(record.name, record.permissions, self._config.issuer or DEVELOPMENT)

    def login(self) -> Response:
        """Begin to log in: the view ``/auth0/login?next=/where/to/go``."""
        where = flask.request.args.get("next", "/")
        if not _is_path(where):
            message = "next: must be a path of this site, such as /orders"
            raise BadRequest(message)
        if len(where) > LONGEST_PATH:
            message = f"next: must have at most {LONGEST_PATH} characters"
            raise BadRequest(message)
        return self._begin(where)

    def callback(self) -> Response:
        """Finish a login, where the provider sends users back to: ``/auth0/callback``.

        A user who reloads this page, or comes back to it, is sent where the login led.
        """
        attempt = self._attempts.find(flask.request.args.get("state"))
        if (attempt is None or attempt.is_finished) and self._sessions.find():
            return flask.redirect(attempt.where if attempt else "/")
        if attempt and attempt.is_finished:  # and logged out since
            return self._begin(attempt.where)
        try:
            claims, id_token = self._provider.finish(attempt.data if attempt else None)
        except SpentError as error:
            # The browser may have lost the answer to the request that used the code.
            if attempt is None or attempt.is_second:
                raise self._failed(error) from error
            if self._sessions.find():
                return flask.redirect(attempt.where)
            return self._begin(attempt.where, instead_of=attempt)
        except LoginError as error:
            raise self._failed(error) from error
        except ProviderError as error:
            raise self._unavailable(error) from error
        assert attempt is not None, "the provider finishes no other"
        name = grants.text(claims, self._config.name)
        if name is None:
            message = f"The provider does not tell your {self._config.name}, which is needed here."
            raise BadRequest(message)
        record = Record(
            name,
            grants.permissions(claims, self._config.grants),
            int(time.time()) + self._config.lifetime,
            id_token if len(id_token) <= LONGEST_HINT else None,
        )
        self._replace_session(record)
        response = flask.redirect(attempt.where)
        self._attempts.keep(response, replace(attempt, data={}, is_finished=True))
        return response

    def logout(self) -> Response:
        """Log out here, and at the provider: the view ``/auth0/logout``."""
        if _is_of_another_site() or not _is_own_origin():
            message = "Another site cannot log you out. Log out on a page of this site."
            raise Forbidden(message)
        record = self._sessions.find()
        hint = record.id_token if record else None
        self._end_session()
        home = flask.request.host_url
        try:
            return flask.redirect(self._provider.end(hint, home) or home)
        except ProviderError as error:
            self._app.logger.warning("the provider's session goes on: %s", error)
            return flask.redirect(home)

    def _begin(self, where: str, instead_of: Attempt | None = None) -> Response:
        try:
            begun = self._provider.begin(flask.url_for("auth0.callback", _external=True))
        except ProviderError as error:
            raise self._unavailable(error) from error
        response = flask.redirect(begun.url)
        attempt = Attempt(begun.state, where, begun.data, is_second=instead_of is not None)
        self._attempts.keep(response, attempt)
        if instead_of:
            self._attempts.forget(response, instead_of)
        return response

    def _replace_session(self, record: Record) -> None:
        """Begin a session; nobody who had this cookie before shares it."""
        self._end_session()
        try:
            self._sessions.begin(record)
        except CannotKeepError as error:
            self._app.logger.error("%s cannot log in: %s", record.name, error)
            message = "The service cannot keep your session. Its operators know why: see its log."
            raise ServiceUnavailable(message) from error

    def _end_session(self) -> None:
        try:
            self._sessions.end()
        except CannotKeepError as error:
            self._app.logger.warning("a session may go on until it expires: %s", error)
        flask.session.clear()

    def check(self) -> None:
        """Check, for the heartbeat, that the provider answers.

        :raises Unhealthy: it does not.
        """
        try:
            self._provider.check()
        except ProviderError as error:
            message = f"the login provider does not answer as it should: {error}"
            raise health.Unhealthy(message) from error

    def _failed(self, error: LoginError) -> HTTPException:
        self._app.logger.warning("a login failed: %s", error)
        return BadRequest(f"{error} Begin again at {flask.url_for('auth0.login')}.")

    def _unavailable(self, error: ProviderError) -> HTTPException:
        self._app.logger.error("the login provider does not answer as it should: %s", error)
        return ServiceUnavailable("The login provider does not answer. Try again later.")


def init_app(app: Application) -> Auth0:
    """Let users of *app* log in: ``/auth0/login``, ``/auth0/callback`` and ``/auth0/logout``.

    :raises SettingError: one is wrong or missing.
    """
    config = Config(app)
    auth0 = Auth0(app, config)
    for view, methods in (
        (auth0.login, ["GET"]),
        (auth0.callback, ["GET"]),
        (auth0.logout, ["GET", "POST"]),
    ):
        name = view.__name__
        app.add_url_rule(f"/auth0/{name}", f"auth0.{name}", view, methods=methods)
    sessions.TABLE.declare(app)
    health.add(app, "auth0", auth0.check)
    if not config.issuer:
        page = DevelopmentProvider(config.users, config.name).page
        app.add_url_rule("/auth0/development", "auth0.development", page)
    if "auth" in app.loaded:
        if config.issuer:
            app.auth.require_another_audience(config.issuer, config.client_id)
        app.auth.accept(auth0.session)
    return auth0


def _is_own_origin() -> bool:
    """Return whether no page of another origin made the current request."""
    return flask.request.headers.get("Origin") in (None, flask.request.host_url.rstrip("/"))


def _is_of_another_site() -> bool:
    """Return whether the browser says that a page of another site made the current request."""
    return flask.request.headers.get("Sec-Fetch-Site") == "cross-site"


def _is_path(where: str) -> bool:
    # Browsers take a backslash for a slash, and leave out tabs and line ends.
    parts = urlsplit(where)
    plain = where.isprintable() and "\\" not in where and not where.startswith("//")
    return where.startswith("/") and plain and not parts.scheme and not parts.netloc
