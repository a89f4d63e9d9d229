"""The application object that extensions know: Flask's, with the extensions as attributes."""

from collections.abc import Callable, Mapping
from inspect import CO_COROUTINE
from types import FunctionType, MappingProxyType
from typing import Any, cast

import flask
from flask.typing import ResponseReturnValue

from backend_common.core import loopback
from backend_common.core.config import Config
from backend_common.core.request import Request
from backend_common.core.rules import Rules
from backend_common.core.sessions import Sessions


class Application(flask.Flask):
    """A Flask application whose attribute ``<name>`` is its extension ``<name>``.

    No extension is known here by its name; :class:`backend_common.App` names them all.
    """

    config: Config
    config_class = Config
    request_class = Request
    url_map: Rules
    url_map_class = Rules
    session_interface = Sessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loaded: dict[str, object] = {}

    @property
    def loaded(self) -> Mapping[str, object]:
        """The extensions that are loaded so far, by name; all of them once it serves."""
        return MappingProxyType(self._loaded)

    def attach(self, name: str, extension: object) -> None:
        """Add *extension*, the object that ``init_app`` of the extension *name* returned."""
        self._loaded[name] = extension
        setattr(self, name, extension)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func*, or what calls it from a thread if it is async.

        Flask asks this of every hook and view, in every request. Nearly all are functions or
        methods whose flags say that they are not async, at a third of the cost of
        :func:`inspect.iscoroutinefunction`. Flask decides on all others, and on functions with
        attributes, which can mark them as async.
        """
        plain = getattr(func, "__func__", func)
        if (
            type(plain) is FunctionType
            and not plain.__dict__
            and not plain.__code__.co_flags & CO_COROUTINE
        ):
            return func
        return super().ensure_sync(func)

    def run(self, host: str | None = None, *arguments: Any, **options: Any) -> None:
        """Serve the application by Flask's own server, as :meth:`flask.Flask.run` does.

        :raises SettingError: in development, *host* is not a loopback address.
        """
        named = (self.config["SERVER_NAME"] or "").partition(":")[0]
        loopback.require(self, host or named or "127.0.0.1")
        super().run(host, *arguments, **options)

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Refuse a request for no host, before any other code asks for its URL; Flask calls this.

        :raises BadRequest: see :meth:`~backend_common.core.request.Request.require_host`.
        """
        cast("Request", current_request()).require_host()
        return super().preprocess_request()

    @property
    def in_production(self) -> bool:
        """Whether real users depend on this process (the setting ``APP_CHANNEL``)."""
        return bool(self.config["APP_CHANNEL"] == "production")

    def __getattr__(self, name: str) -> Any:
        """Raise an error that says how to load an extension; Python asks here last.

        :raises AttributeError: always: the extensions that are loaded are real attributes.
        """
        message = (
            f"the app {self.name!r} has no {name!r}: if it is an extension, "
            f"name it in create_app({self.name!r}, extensions=[..., {name!r}])"
        )
        raise AttributeError(message, name=name, obj=self)


current_app = cast("Application", flask.current_app)
"""``flask.current_app``, known to type checkers as an :class:`Application`."""


def current_request() -> flask.Request:
    """Return the request that ``flask.request`` is a proxy of.

    The proxy looks for the request at each use, which adds up in code that every request runs.

    :raises RuntimeError: there is no request.
    """
    return flask.request._get_current_object()  # type: ignore[attr-defined,no-any-return]
