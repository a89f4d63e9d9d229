"""The application of `api` that has the documents and functions of one of connexion's."""

import inspect
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from backend_common import App, StartupError, create_app
from backend_common.api import Api
from backend_common.api.document import DocumentError
from connexion.frameworks.flask import FlaskJSONProvider  # type: ignore[import-untyped]
from connexion.options import SwaggerUIOptions  # type: ignore[import-untyped]
from connexion.utils import get_root_path  # type: ignore[import-untyped]
from starlette.middleware.cors import CORSMiddleware

from .documents import Changed, Documents
from .exchange import Answer, Request
from .recorded import Recorded

SERVICE = "replica_of_connexion"

# What applications of connexion are given, and `create_app` and `register` are given in their way.
_SAME = {
    "base_path",
    "import_name",
    "pythonic_params",  # always so
    "specification",
    "specification_dir",
    "swagger_ui_options",
    "validate_responses",
}
_NOT_FOUND = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


@dataclass
class Replica:
    """An application of `api`.

    Attributes:
        app: The application; None where it was refused.
        refusal: Why there is no application.
        lacks: The names of what the test asked of connexion, and `api` does not have.
        changed: The operations that were refused as they were.
    """

    app: App | None = None
    refusal: str = ""
    lacks: set[str] = field(default_factory=set)
    changed: list[Changed] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        """Return the answer of the application to a request."""
        if self.app is None:
            return Answer(0, [], "", self.refusal)
        path, _, query = request.target.partition("?")
        response = self.app.test_client(use_cookies=False).open(
            path,
            method=request.method,
            query_string=query,
            headers=[(name, value) for name, value in request.headers if name != "content-length"],
            data=request.body.encode("latin-1"),
        )
        reasons = [
            each.reason
            for each in self.changed
            if each.method.upper() == request.method and each.path.fullmatch(path)
        ]
        refusal = reasons[-1] if reasons else ""
        if refusal and response.status_code in _NOT_FOUND:
            return Answer(0, [], "", refusal)
        headers = [[name.lower(), value] for name, value in response.headers]
        body = response.get_data().decode("latin-1")
        return Answer(response.status_code, headers, body, refusal)


class Replicas:
    """Makes the replicas of applications.

    Args:
        directory: An empty directory, from which Python imports.
    """

    def __init__(self, directory: Path) -> None:
        (directory / SERVICE).mkdir()
        (directory / SERVICE / "__init__.py").touch()
        (directory / "settings.py").touch()
        (directory / "documents").mkdir()
        self._documents = Documents(directory / "documents")

    def make(self, recorded: Recorded, json: type[Any] = FlaskJSONProvider) -> Replica:
        """Return the replica of an application.

        Args:
            recorded: The calls that made it.
            json: The class that writes its JSON.
        """
        while True:
            replica = Replica()
            try:
                app = self._app(recorded, replica)
            except _ChangedError:
                continue
            except (StartupError, TypeError) as error:
                replica.refusal = f"{type(error).__name__}: {error}"
                return replica
            if json is not FlaskJSONProvider:
                app.json = json(app)
            replica.app = app
            return replica

    def _app(self, recorded: Recorded, replica: Replica) -> App:
        apis = [{**recorded.options, **each} for each in recorded.apis]
        extensions = ["api"]
        settings: dict[str, Any] = {
            "APP_CHANNEL": "development",
            "API_VALIDATE_RESPONSES": any(each.get("validate_responses") for each in apis),
            "API_UI": all(_ui(each).swagger_ui for each in apis),
        }
        for kind, options in recorded.middlewares:
            if kind is CORSMiddleware and options.keys() == {"allow_origins"}:
                extensions.append("cors")
                settings["CORS_ORIGINS"] = options["allow_origins"]
            else:
                replica.lacks.add("add_middleware")
        if recorded.error_handlers:
            replica.lacks.add("add_error_handler")
        app = create_app(SERVICE, extensions, settings)
        for each in apis:
            self._register(app, each, replica)
        for rule in recorded.rules:
            app.add_url_rule(**rule)
        return app

    def _register(self, app: App, options: dict[str, Any], replica: Replica) -> None:
        known = inspect.signature(Api.register).parameters.keys()
        given = {key: value for key, value in options.items() if key in known}
        replica.lacks |= options.keys() - known - _SAME
        ui = vars(_ui(options)) | {"swagger_ui": True}
        if ui != vars(SwaggerUIOptions()):
            replica.lacks.add("swagger_ui_options")
        copy = self._copy(options)
        is_dict = isinstance(options["specification"], dict)
        try:
            app.api.register(yaml.safe_load(copy.read_text("utf-8")) if is_dict else copy, **given)
        except DocumentError as error:
            if self._documents.change(copy, str(error)):
                raise _ChangedError from error
            raise
        replica.changed += self._documents.changed[copy]

    def _copy(self, options: dict[str, Any]) -> Path:
        """Return the copy of an API's document."""
        specification = options["specification"]
        if isinstance(specification, dict):
            return self._documents.write(specification)
        root = Path(get_root_path(options["import_name"]))
        path = root / options.get("specification_dir", "") / specification
        return self._documents.copy(path.resolve())


class _ChangedError(Exception):
    """A document was changed: the application has to be made again."""


def _ui(options: dict[str, Any]) -> SwaggerUIOptions:
    return options.get("swagger_ui_options") or SwaggerUIOptions()
