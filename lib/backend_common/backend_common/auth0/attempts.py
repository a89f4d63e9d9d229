"""Logins that have begun: one signed cookie for each, so that several tabs can log in at once.

A cookie for all of them would lose one where two tabs begin at the same time. The cookies are sent
to the views of the extension alone, and their number and size are bounded: browsers and servers
limit the headers of a request.
"""

import hashlib
import posixpath
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import flask
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from backend_common.core.app import Application

PREFIX = "auth0_login_"
"""The names of the cookies begin with it; the rest is a hash of the state of the login."""

LIFETIME = 60 * 60
"""How long a user may take to log in at the provider, in seconds."""

MOST = 5
"""How many logins may be under way in one browser."""

LARGEST = 6000
"""How large their cookies may be together, in characters."""

LONGEST_PATH = 2000
"""How long the path may be where a login ends, in characters: a cookie holds 4 kB."""


@dataclass(frozen=True)
class Attempt:
    """A login that has begun.

    :param state: identifies it: the provider sends it back.
    :param where: the path where it ends.
    :param data: what the client of the provider needs to finish it.
    :param is_second: whether it was begun because another one could not be finished.
    :param is_finished: whether the user has logged in by it.
    :param began: when, in nanoseconds since 1970.
    """

    state: str
    where: str
    data: Mapping[str, Any] = field(default_factory=dict)
    is_second: bool = False
    is_finished: bool = False
    began: int = field(default_factory=time.time_ns)


class Attempts:
    """The logins that have begun in the browser that sends the current request."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def find(self, state: str | None) -> Attempt | None:
        """Return the login with this state, or None if it did not begin here, or expired."""
        if not state:
            return None
        found = self._load(flask.request.cookies.get(_name(state), ""))
        return found if found and found.state == state else None

    def keep(self, response: Response, attempt: Attempt) -> None:
        """Set the cookie of a login, and remove the oldest ones if they are too many."""
        name = _name(attempt.state)
        text = self._serializer.dumps(asdict(attempt))
        size = len(name) + len(text)
        others: list[tuple[int, str, int]] = []
        for other, value in flask.request.cookies.items():
            if not other.startswith(PREFIX) or other == name:
                continue
            if found := self._load(value):
                others.append((found.began, other, len(other) + len(value)))
            else:
                self._delete(response, other)
        for number, (_, other, length) in enumerate(sorted(others, reverse=True), start=2):
            size += length
            if number > MOST or size > LARGEST:
                self._delete(response, other)
        response.set_cookie(name, text, max_age=LIFETIME, **self._attributes())

    def forget(self, response: Response, attempt: Attempt) -> None:
        """Delete the cookie of a login."""
        self._delete(response, _name(attempt.state))

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, **self._attributes())

    def _load(self, text: str) -> Attempt | None:
        """Return the login in a cookie; None for one that is wrong or too old."""
        try:
            return Attempt(**self._serializer.loads(text, max_age=LIFETIME))
        except (BadData, TypeError):  # TypeError: another release wrote it
            return None

    def _attributes(self) -> dict[str, Any]:
        return {
            "path": posixpath.dirname(flask.url_for("auth0.callback")),
            "httponly": True,
            "samesite": "Lax",  # it has to come back from the provider
            "secure": self._app.in_production,
        }

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        keys = [*reversed(self._app.config["SECRET_KEY_FALLBACKS"] or []), self._app.secret_key]
        return URLSafeTimedSerializer(
            keys, salt="backend_common.auth0.attempts", signer_kwargs=_SIGNER
        )


_SIGNER = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


def _name(state: str) -> str:
    return PREFIX + hashlib.sha256(state.encode()).hexdigest()[:16]
