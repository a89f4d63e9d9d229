"""A document for programs, and for people: ``openapi.json`` and Swagger UI.

Swagger UI comes with the package flask-swagger-ui, 2.5 MB of scripts and styles, which a service
names among its dependencies if it wants it; its Python code is not used.
"""

import secrets
from importlib import metadata

import flask
import werkzeug.exceptions
from connexion.spec import Specification  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from backend_common.api import problems
from backend_common.api.paths import Paths
from backend_common.core.app import Application

PACKAGE = "flask-swagger-ui"

# Where the app has no policy of its own: nothing from elsewhere, no script but those of the page.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="icon" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css" nonce="{{ nonce }}">
<div id="ui"></div>
<script src="swagger-ui-bundle.js" nonce="{{ nonce }}"></script>
<script nonce="{{ nonce }}">
SwaggerUIBundle({url: "../openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null})
</script>
</html>
"""


def is_installed() -> bool:
    """Say whether there is a Swagger UI to serve."""
    try:
        metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return False
    return True


def serve_document(app: flask.Flask, specification: Specification) -> None:
    """Serve *specification* as JSON, with the base path that a client sees."""
    base_path = specification.base_path
    key = "basePath" if "swagger" in specification.raw else "servers"

    def document() -> Response:
        # NB: what is in front of the app may have taken away a part of the path.
        seen = flask.request.root_path.rstrip("/") + base_path
        servers = [{"url": seen or "/"}]
        content = {**specification.raw, key: (seen or "/") if key == "basePath" else servers}
        return app.response_class(app.json.dumps(content), mimetype="application/json")

    app.add_url_rule(f"{base_path}/openapi.json", f"{_prefix(base_path)}openapi.json", document)


class Pages:
    """Swagger UI, for each document of one application."""

    def __init__(self, app: Application, paths: Paths) -> None:
        self._app = app
        self._paths = paths
        self._first: str | None = None
        app.register_error_handler(werkzeug.exceptions.NotFound, self._redirect)

    def serve(self, specification: Specification) -> None:
        """Serve the page of *specification* and its assets; ``/`` leads to the first one."""
        base_path = specification.base_path
        folder = str(metadata.distribution(PACKAGE).locate_file("flask_swagger_ui/dist"))
        title = specification["info"]["title"]

        def page() -> Response:
            has_policy = "security" in self._app.loaded
            nonce = self._app.security.nonce if has_policy else secrets.token_urlsafe(16)
            response = self._app.response_class(
                flask.render_template_string(_PAGE, title=title, nonce=nonce)
            )
            response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
            return response

        def asset(name: str) -> Response:
            return flask.send_from_directory(folder, name, max_age=86400)

        prefix = _prefix(base_path)
        self._app.add_url_rule(f"{base_path}/ui/", f"{prefix}ui", page)
        self._app.add_url_rule(f"{base_path}/ui/<name>", f"{prefix}ui/asset", asset)
        self._first = self._first or f"{base_path}/ui/"

    def _redirect(self, error: werkzeug.exceptions.NotFound) -> Response:
        request = flask.request
        is_home = request.path == "/" and request.url_rule is None
        if self._first and is_home and request.method in ("GET", "HEAD"):
            return flask.redirect(request.root_path.rstrip("/") + self._first)
        return problems.answer(error, self._paths)


def _prefix(base_path: str) -> str:
    prefix = base_path.strip("/")
    return f"{prefix}/" if prefix else ""
