"""Which requests are about the API, and which about pages for people."""

from collections.abc import Iterable

import flask
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed


class Paths:
    """The paths of all documents of one application."""

    def __init__(self) -> None:
        self._base_paths: set[str] = set()
        self._endpoints: set[str] = set()

    def add(self, base_path: str, endpoints: Iterable[str]) -> None:
        """Add the paths of one document.

        :param base_path: all paths below it are the document's, even those without an operation. A
            document without a base path has the paths of its operations alone.
        :param endpoints: Flask's names for the operations.
        """
        if base_path.strip("/"):
            self._base_paths.add(base_path.rstrip("/"))
        self._endpoints.update(endpoints)

    def has(self, request: flask.Request) -> bool:
        """Say whether *request* is about the API, also where there is no such operation."""
        return (
            request.path in self._base_paths
            or any(request.path.startswith(f"{base}/") for base in self._base_paths)
            or _endpoint(request) in self._endpoints
        )


def prefers_html(request: flask.Request) -> bool:
    """Say whether the client would rather read a page than a problem, as browsers would."""
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > accepted.quality("application/problem+json")


def _endpoint(request: flask.Request) -> str | None:
    """Return the endpoint of the path of *request*, which may not have its method."""
    refused = request.routing_exception
    adapter = request_ctx.url_adapter
    if not (isinstance(refused, MethodNotAllowed) and refused.valid_methods and adapter):
        return request.endpoint
    try:
        endpoint, _ = adapter.match(method=next(iter(refused.valid_methods)))
    except HTTPException:
        return None
    return str(endpoint)
