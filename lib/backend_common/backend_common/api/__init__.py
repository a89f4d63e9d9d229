"""HTTP APIs from OpenAPI 3.0 and Swagger 2.0 documents: connexion, inside Flask's dispatch.

connexion would be the outermost application, an ASGI one. Here its middlewares run in the Flask
view of each operation instead, so that Flask's errors, hooks, test client and commands all work
as they do everywhere, at less than half of the cost.
"""

import os
from pathlib import Path

import flask

import backend_common.api.quiet  # noqa: F401  before anything else imports connexion
from backend_common import settings
from backend_common.api import problems
from backend_common.api.document import register

__all__ = ["Api", "init_app"]

MEBIBYTE = 1024 * 1024


class Api:
    """The APIs of one application."""

    def __init__(self, app: flask.Flask) -> None:
        self._app = app

    def register(
        self, path_to_api_yml: str | os.PathLike[str], *, base_path: str | None = None
    ) -> None:
        """Serve what an OpenAPI or Swagger document describes.

        Each ``operationId`` is the dotted name of a plain function. It gets its parameters and
        the ``body`` as keyword arguments, with Pythonic names (``maxAge`` as ``max_age``, ``all``
        as ``all_``), after validation; it returns what becomes JSON, with a status code if it is
        not 200.

        :param path_to_api_yml: the document; a relative path starts at the service's package.
        :param base_path: in place of the document's ``servers`` or ``basePath``.
        :raises DocumentError: the document is missing or invalid, or a function is.
        """
        register(self._app, Path(self._app.root_path, path_to_api_yml), base_path)


def init_app(app: flask.Flask) -> Api:
    """Prepare *app* for documents; every error becomes ``application/problem+json`` (RFC 9457).

    Setting: ``MAX_CONTENT_LENGTH`` (Flask's), the largest body of a request in bytes, 1 MiB by
    default here, because validation holds the whole body in memory.

    :raises SettingError: the limit is not a positive number.
    """
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = MEBIBYTE
    settings.read(app, "MAX_CONTENT_LENGTH", MEBIBYTE, _is_size, "a positive number of bytes")
    problems.handle(app)
    return Api(app)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and value > 0
