"""Logging in without a provider, in development: a page where one chooses who to be.

It takes the place of the provider alone. All else of a login goes its usual way: its state, its
session, and what the claims of the user are worth.
"""

import secrets
from collections.abc import Mapping
from typing import Any

import flask
from markupsafe import Markup

from backend_common.auth0.errors import LOST, LoginError
from backend_common.auth0.login import Begun, Login

Users = Mapping[str, Mapping[str, Any]]

_PAGE = Markup("""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Log in to {service} in development</title>
  </head>
  <body>
    <h1>Log in to {service}</h1>
    <p>Who do you want to be?</p>
    <ul>{choices}</ul>
    <p>This page is for development: anybody who sees it can be any of these users.
    Production refuses it, and sends users to the provider that <code>AUTH0_ISSUER</code> names.</p>
  </body>
</html>
""")
_CHOICE = Markup('<li><a href="{url}">{name}</a></li>')


class DevelopmentProvider:
    """Users who are known by the settings alone.

    :param users: their names, and their claims.
    :param name: the claim that is the name of a user.
    """

    def __init__(self, users: Users, name: str) -> None:
        self._users = users
        self._name = name

    def begin(self, _callback: str) -> Begun:
        """Begin a login at the page."""
        state = secrets.token_urlsafe()
        return Begun(flask.url_for("auth0.development", state=state), state, {"is_local": True})

    def finish(self, data: Mapping[str, Any] | None) -> Login:
        """Return the claims of the user who was chosen.

        :param data: of the login; None if it did not begin here.
        :raises LoginError: it did not, or there is no such user.
        """
        name = flask.request.args.get("user", "")
        if data is None or name not in self._users:
            raise LoginError(LOST)
        return Login({"sub": name, self._name: name, **self._users[name]}, "")

    def end(self, _id_token: str | None, _home: str) -> None:
        """Do nothing: there is no session but that of the service."""

    def check(self) -> None:
        """Do nothing: there is nothing that could be away."""

    def page(self) -> flask.Response:
        """Answer with the page: the view ``/auth0/development``."""
        state = flask.request.args.get("state", "")
        choices = Markup().join(
            _CHOICE.format(url=flask.url_for("auth0.callback", state=state, user=name), name=name)
            for name in self._users
        )
        page = _PAGE.format(service=flask.current_app.name, choices=choices)
        response = flask.Response(page)
        response.headers["Cache-Control"] = "no-store"
        return response
