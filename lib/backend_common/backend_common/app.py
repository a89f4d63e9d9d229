"""The application object: Flask's, which has its extensions as attributes."""

from collections.abc import Callable, Mapping
from inspect import CO_COROUTINE
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import flask

from backend_common.sessions import Sessions

if TYPE_CHECKING:
    from flask_caching import Cache
    from flask_sqlalchemy import SQLAlchemy
    from structlog.stdlib import BoundLogger

    from backend_common.api import Api
    from backend_common.auth import Auth
    from backend_common.auth0 import Auth0
    from backend_common.cors import Cors
    from backend_common.pulse import Pulse
    from backend_common.security import Security
    from backend_common.templates import Templates


class App(flask.Flask):
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

    session_interface = Sessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loaded: dict[str, object] = {}

    @property
    def loaded(self) -> Mapping[str, object]:
        """The extensions that are loaded so far, by name; all of them once it serves."""
        return MappingProxyType(self._loaded)

    def attach(self, name: str, extension: object) -> None:
        """Take in *extension*, what ``init_app`` of the extension *name* returned."""
        self._loaded[name] = extension
        setattr(self, name, extension)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return what calls *func*, which may be async, from a thread.

        Flask asks this of each hook and view, for each request: what is surely a plain function
        is told from its flags, for a third of what :mod:`inspect` takes.
        """
        code = getattr(func, "__code__", None)
        if code is not None and not code.co_flags & CO_COROUTINE:
            return func
        return super().ensure_sync(func)

    @property
    def in_production(self) -> bool:
        """Whether real users depend on this process (the setting ``APP_CHANNEL``)."""
        return bool(self.config["APP_CHANNEL"] == "production")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Say what to do; Python asks here when nothing else has *name*."""
            message = (
                f"the app {self.name!r} has no {name!r}: if it is an extension, "
                f"name it in create_app({self.name!r}, extensions=[..., {name!r}])"
            )
            raise AttributeError(message, name=name, obj=self)


current_app = cast("App", flask.current_app)
"""``flask.current_app``, known to type checkers as an :class:`App`."""


def current_request() -> flask.Request:
    """Return what ``flask.request`` stands for.

    ``flask.request`` looks for the request at each use, which adds up in what all requests do.

    :raises RuntimeError: there is no request.
    """
    return flask.request._get_current_object()  # type: ignore[attr-defined,no-any-return]
