"""HTTP APIs from Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1 documents, inside Flask's dispatch.

connexion reads the documents and finds the functions; as it ships, it would also be the outermost
application, an ASGI one. Here every operation is a view of Flask instead, so that Flask's errors,
hooks, test client and commands all work as they do everywhere, at a fraction of the cost.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import backend_common.api.quiet  # noqa: F401  before anything else imports connexion
from backend_common.api import problems, ui
from backend_common.api.document import DocumentError, operation_ids, register
from backend_common.api.from_connexion import check_arguments
from backend_common.api.operation import Options
from backend_common.api.paths import Paths
from backend_common.api.responses import JSONProvider
from backend_common.api.security import Auth
from backend_common.core import health, settings
from backend_common.core.app import Application

__all__ = ["Api", "DocumentError", "init_app"]

MEBIBYTE = 1024 * 1024


class Api:
    """The APIs of one application."""

    def __init__(self, app: Application, read: "Settings") -> None:
        self._app = app
        self._settings = read
        self._paths = Paths()
        problems.handle(app, self._paths)
        self._base_paths: list[str] = []
        self._unknown = set(read.public)
        if self._unknown:
            health.add(app, "api", self._check_public)
        self._ui = ui.Pages(app, self._paths) if read.ui else None

    def register(
        self,
        path_to_api_yml: str | os.PathLike[str] | Mapping[str, Any],
        *,
        base_path: str | None = None,
        resolver: Any = None,
        strict_validation: bool = False,
        validate_responses: bool | None = None,
        **unknown: Any,
    ) -> None:
        """Serve what an OpenAPI or Swagger document describes.

        Each ``operationId`` is the dotted name of a plain function. It gets its parameters and
        the ``body`` as keyword arguments, with Pythonic names (``maxAge`` as ``max_age``, ``all``
        as ``all_``), after validation; it returns what becomes JSON, with a status code if it is
        not 200. The files of a form come as arguments of their own.

        The document itself is at ``openapi.json`` under its base path, and Swagger UI at ``ui/``.

        :param path_to_api_yml: the document, or a dict with its content; a relative path starts at
            the service's package.
        :param base_path: in place of the document's ``servers`` or ``basePath``.
        :param resolver: a resolver of connexion's, or a function that returns the function of an
            ``operationId``; by default, that is its dotted name.
        :param strict_validation: whether query parameters and form fields that the document does
            not declare are an error 400.
        :param validate_responses: in place of ``API_VALIDATE_RESPONSES``.
        :param unknown: other arguments of connexion's, which are refused with advice.
        :raises DocumentError: the document is missing or invalid, or a function is.
        """
        try:
            check_arguments(unknown)
        except ValueError as error:
            raise DocumentError(str(error)) from error
        if validate_responses is None:
            validate_responses = self._settings.validate_responses
        auth = cast("Auth | None", self._app.loaded.get("auth"))
        document = path_to_api_yml
        if not isinstance(document, Mapping):
            document = Path(self._app.root_path, document)
        before = set(self._app.view_functions)
        specification = register(
            self._app,
            document,
            base_path,
            Options(auth, validate_responses, strict_validation),
            taken=self._base_paths,
            public=self._settings.public,
            resolver=resolver,
        )
        self._base_paths.append(specification.base_path)
        self._unknown -= operation_ids(specification)
        self._paths.add(specification.base_path, self._app.view_functions.keys() - before)
        ui.serve_document(self._app, specification)
        if self._ui:
            self._ui.serve(specification)

    def _check_public(self) -> None:
        """Find names that no document has: once all documents are there, they are mistakes."""
        if self._unknown:
            raise health.Unhealthy(
                f"API_PUBLIC_OPERATIONS names {', '.join(sorted(self._unknown))}, which is the "
                "operationId of no operation: correct or remove it"
            )


class Settings(settings.Table):
    """How documents are served."""

    max_body = settings.Whole(
        "API_MAX_BODY",
        lambda app: app.config["MAX_CONTENT_LENGTH"] or MEBIBYTE,
        unit="bytes",
        at_least=1,
        shown="1048576",
        text="The largest body of a request, to any view; a larger one is refused with 413.",
    )
    validate_responses = settings.Switch(
        "API_VALIDATE_RESPONSES",
        lambda app: app.config["APP_CHANNEL"] != "production",
        shown="`false` in production, else `true`",
        text="Whether a response that is not what the document says becomes an error 500.",
    )
    ui = settings.Switch(
        "API_UI",
        lambda _: ui.is_installed(),
        shown="`true` where `flask-swagger-ui` is installed",
        valid=lambda value: not value or ui.is_installed(),
        expected="true or false, and flask-swagger-ui among the dependencies of the service if it "
        "is true",
        text="Whether there is Swagger UI.",
    )
    public = settings.Items(
        "API_PUBLIC_OPERATIONS",
        (),
        expected="a list of operationIds",
        text="The operations that change something, which everybody may call in production.",
    )


SETTINGS = Settings.fields()


def init_app(app: Application) -> Api:
    """Prepare *app* for documents; its errors become ``application/problem+json`` (RFC 9457).

    :raises SettingError: a setting is wrong.
    """
    read = Settings(app)
    # NB: validation holds the whole body in memory; Flask reads no more than this.
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = read.max_body
    app.json = JSONProvider(app)  # dates and times as in RFC 3339
    return Api(app, read)
