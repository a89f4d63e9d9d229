"""The application object that services know: every extension is a typed attribute."""

from typing import TYPE_CHECKING, cast

import flask

from backend_common.core.app import Application

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy
    from structlog.stdlib import BoundLogger

    from backend_common.api import Api
    from backend_common.auth import Auth
    from backend_common.auth0 import Auth0
    from backend_common.cache import Cache
    from backend_common.cors import Cors
    from backend_common.pulse import Pulse
    from backend_common.security import Security
    from backend_common.templates import Templates


class App(Application):
    """A Flask application whose attribute ``<name>`` is its extension ``<name>``."""

    # For type checkers: what init_app of each extension returns. Python itself only notes these.
    api: "Api"
    auth: "Auth"
    auth0: "Auth0"
    cache: "Cache"
    cors: "Cors"
    db: "SQLAlchemy"
    log: "BoundLogger"
    pulse: "Pulse"
    security: "Security"
    templates: "Templates"


current_app = cast("App", flask.current_app)
"""``flask.current_app``, known to type checkers as an :class:`App`."""
