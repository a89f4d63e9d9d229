"""An ASGI scope of a request that came in by WSGI."""

from typing import Any

import flask
from starlette.types import Message, Receive, Scope


def scope_of(request: flask.Request, extensions: dict[str, Any]) -> Scope:
    """Return the scope (ASGI 3.0, HTTP connection scope) of *request*.

    :param extensions: what connexion's routing would have put there.
    """
    environ = request.environ
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": environ.get("SERVER_PROTOCOL", "HTTP/1.1").removeprefix("HTTP/"),
        "method": request.method,
        "scheme": request.scheme,
        "path": request.root_path.rstrip("/") + request.path,
        "root_path": request.root_path.rstrip("/"),
        "query_string": request.query_string,
        "headers": _headers(request),
        "path_params": request.view_args or {},
        "extensions": extensions,
    }


def body_of(request: flask.Request) -> Receive:
    """Return an ASGI ``receive`` that gives the whole body of *request*, once it is asked to."""

    async def receive() -> Message:
        return {"type": "http.request", "body": request.get_data(), "more_body": False}

    return receive


def _headers(request: flask.Request) -> list[tuple[bytes, bytes]]:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in request.headers.items()
    ]
    if "Content-Length" not in request.headers and "Transfer-Encoding" in request.headers:
        # connexion takes a body without a length for no body; a chunked one has a length by now.
        headers.append((b"content-length", str(len(request.get_data())).encode("ascii")))
    return headers
