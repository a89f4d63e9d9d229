"""Sessions in signed cookies: Flask's own, at no cost to requests that have none."""

import flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class Sessions(SecureCookieSessionInterface):
    """Reads and writes a session only where there is one; Flask gets ready to verify first."""

    def open_session(self, app: flask.Flask, request: flask.Request) -> SecureCookieSession | None:
        """Return the session of *request*; None where the application has no ``SECRET_KEY``."""
        if app.secret_key and "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(
        self, app: flask.Flask, session: SessionMixin, response: flask.Response
    ) -> None:
        """Tell *response* of a session that somebody looked at, or that has something in it."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)
