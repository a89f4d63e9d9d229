"""One OpenAPI or Swagger document: its routes in Flask, and connexion's middlewares in each.

Names that connexion does not promise are used here and in ``validators``; a test lists them.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import flask
import jinja2
import yaml  # type: ignore[import-untyped]
from connexion.decorators import FlaskDecorator  # type: ignore[import-untyped]
from connexion.exceptions import (  # type: ignore[import-untyped]
    InvalidSpecification,
    ResolverError,
)
from connexion.frameworks.flask import (  # type: ignore[import-untyped]
    flaskify_endpoint,
    flaskify_path,
)
from connexion.jsonifier import Jsonifier  # type: ignore[import-untyped]
from connexion.middleware import ConnexionMiddleware, SpecMiddleware  # type: ignore[import-untyped]
from connexion.middleware.abstract import (  # type: ignore[import-untyped]
    ROUTING_CONTEXT,
    AbstractRoutingAPI,
)
from connexion.middleware.context import ContextMiddleware  # type: ignore[import-untyped]
from connexion.middleware.request_validation import (  # type: ignore[import-untyped]
    RequestValidationMiddleware,
)
from connexion.middleware.security import SecurityMiddleware  # type: ignore[import-untyped]
from starlette.types import Message, Receive, Scope, Send

from backend_common.api.problems import shorten
from backend_common.api.scope import body_of, scope_of
from backend_common.api.validators import VALIDATORS

CALL = "backend_common"  # the scope's extension that carries a request's view and its response


class DocumentError(Exception):
    """A document cannot be served."""


def register(app: flask.Flask, path: Path, base_path: str | None) -> None:
    """Add the operations of the document at *path* to the routes of *app*.

    :param base_path: in place of the document's own, if it is not None.
    :raises DocumentError: the document is missing or invalid, or a function is.
    """
    middleware = ConnexionMiddleware(
        Routes(app, lambda scope, receive: _drive(middleware(scope, receive, _send_nothing))),
        middlewares=[SecurityMiddleware, RequestValidationMiddleware, ContextMiddleware],
        specification_dir=path.parent,
        pythonic_params=True,
        validator_map=VALIDATORS,
    )
    try:
        middleware.add_api(path.name, base_path=base_path)
        # The first message makes connexion build its stack, and Routes with it.
        _drive(middleware({"type": "lifespan"}, _receive_nothing, _send_nothing))
    except (
        InvalidSpecification,
        NotImplementedError,
        OSError,
        ResolverError,
        jinja2.TemplateError,
        yaml.YAMLError,
    ) as error:
        message = f"cannot serve the document {path}: {_reason(error)}; correct the document"
        raise DocumentError(message) from error


class Routes(SpecMiddleware):  # type: ignore[misc]
    """The innermost application: it runs the view that a request is for.

    :param app: gets the routes.
    :param run: drives connexion's middlewares, this one included, for one request.
    """

    def __init__(self, app: flask.Flask, run: Callable[[Scope, Receive], None]) -> None:
        self._app = app
        self._run = run

    def add_api(self, specification: Any, **options: Any) -> "FlaskRoutes":
        """Add the routes of *specification*; connexion calls this once per document."""
        options.pop("name")
        return FlaskRoutes(self._app, self._run, specification, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Run the view, after everything else has had its say."""
        if scope["type"] == "http":
            call = scope["extensions"][CALL]
            call["response"] = call["view"]()


class FlaskRoutes(AbstractRoutingAPI):  # type: ignore[misc]
    """The routes of one document, in Flask."""

    def __init__(
        self,
        app: flask.Flask,
        run: Callable[[Scope, Receive], None],
        specification: Any,
        **options: Any,
    ) -> None:
        self._app = app
        self._run = run
        super().__init__(specification, **options)

    def make_operation(self, operation: Any) -> Callable[[], flask.Response]:
        """Return the Flask view of *operation*."""
        jsonifier = Jsonifier(flask.json)
        view = Decorator(pythonic_params=self.pythonic_params, jsonifier=jsonifier)(
            operation.function
        )
        routing = {"api_base_path": self.base_path, "operation_id": operation.operation_id}
        media_type = next(iter(operation.consumes), None)

        def run(**_: Any) -> Any:
            request = flask.request
            if media_type and not request.content_type and request.content_length:
                # connexion validates a body without a type as this one, and so must the view see it
                request.environ["CONTENT_TYPE"] = media_type
            call: dict[str, Any] = {"view": view}
            scope = scope_of(request, {ROUTING_CONTEXT: routing, CALL: call})
            request.environ["asgi.scope"] = scope  # where connexion's request looks for it
            self._run(scope, body_of(request))
            return call["response"]

        return run

    def _framework_path_and_name(self, operation: Any, path: str) -> tuple[str, str]:
        # NB: numbers are connexion's to check: Flask's converters fail on one of 5,000 digits.
        types = {
            name: kind
            for name, kind in operation.get_path_parameter_types().items()
            if kind == "path"
        }
        name = flaskify_endpoint(operation.operation_id, operation.randomize_endpoint)
        prefix = self.base_path.strip("/")
        return flaskify_path(path, types), f"{prefix}/{name}" if prefix else name

    def _add_operation_internal(
        self, method: str, path: str, operation: Callable[..., Any], name: str | None = None
    ) -> None:
        self._app.add_url_rule(self.base_path + path, name, operation, methods=[method.upper()])


class Decorator(FlaskDecorator):  # type: ignore[misc]
    """connexion's decorator of views, which looks at the function's signature only once."""

    _decorated: Callable[..., Any] | None = None

    def decorate(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return *function*, which is always the same one, as a view."""
        if self._decorated is None:
            self._decorated = super().decorate(function)
        return self._decorated


def _drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing, here and now, without an event loop.

    :raises RuntimeError: it did wait.
    """
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    message = "something in the API waits for an event loop, such as an async security function"
    raise RuntimeError(message + "; make it a plain function")


async def _receive_nothing() -> Message:
    return {"type": "lifespan.startup"}


async def _send_nothing(_: Message) -> None:
    """Responses go back through Flask."""


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidSpecification):
        place = "/".join(map(str, error.absolute_path)) or "its top level"
        return f"{shorten(error.message)} (at {place})"
    return shorten(str(error))
