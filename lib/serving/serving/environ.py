"""The environ of a request (PEP 3333)."""

import os
import sys
from typing import IO, Any, Protocol
from urllib.parse import unquote_to_bytes

from serving.files import FileWrapper

Environ = dict[str, Any]


class Request(Protocol):
    """What is used of gunicorn's request."""

    method: str
    uri: str
    raw_path: bytes
    query: str
    scheme: str
    version: tuple[int, int]
    headers_bytes: list[tuple[bytes, bytes]]


def of_connection(local: object, peer: object, *, multiprocess: bool) -> Environ:
    """Return what all requests of a connection have in their environ.

    Args:
        local: The address of the server (`socket.getsockname`).
        peer: The address of the client (`socket.getpeername`).
        multiprocess: Whether there are other workers.
    """
    host, port = local[:2] if isinstance(local, tuple) else ("", "")
    client, client_port = peer[:2] if isinstance(peer, tuple) else ("", "")
    return {
        "SCRIPT_NAME": os.environ.get("SCRIPT_NAME", ""),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_SOFTWARE": "serving",
        "REMOTE_ADDR": client,
        "REMOTE_PORT": str(client_port),
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.input_terminated": True,
    }


def of_request(
    connection: Environ, request: Request, body: IO[bytes], length: int | None
) -> Environ:
    """Return the environ of a request whose body is there as a whole.

    Args:
        connection: What `of_connection` returned.
        request: The request.
        body: Its body.
        length: The length of its body; None if it has none.
    """
    environ = connection.copy()
    path = request.raw_path
    if b"%" in path:
        path = unquote_to_bytes(path)
    path_info = path.decode("latin-1")
    if (script := environ["SCRIPT_NAME"]) and path_info.startswith(script):
        path_info = path_info[len(script) :]
    environ["REQUEST_METHOD"] = request.method
    environ["PATH_INFO"] = path_info
    environ["QUERY_STRING"] = request.query
    environ["RAW_URI"] = environ["REQUEST_URI"] = request.uri
    environ["SERVER_PROTOCOL"] = "HTTP/1.1" if request.version == (1, 1) else "HTTP/1.0"
    environ["wsgi.url_scheme"] = request.scheme
    environ["wsgi.input"] = body
    for name, value in request.headers_bytes:
        key = _KEYS.get(name)
        if key is None:
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        elif not key:
            continue
        text = value.decode("latin-1")
        # Cookies are one list, whose separator is not the comma (RFC 6265, section 5.4).
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    if not environ["SERVER_PORT"]:  # a Unix socket: PEP 3333 wants these to be there
        host, _, port = environ.get("HTTP_HOST", "").rpartition(":")
        environ["SERVER_NAME"] = host or port or "localhost"
        environ["SERVER_PORT"] = port if host else "80"
    return environ


# The header that says how long the body is has done its work; what is chunked no longer is.
_KEYS = {
    b"host": "HTTP_HOST",
    b"accept": "HTTP_ACCEPT",
    b"user-agent": "HTTP_USER_AGENT",
    b"cookie": "HTTP_COOKIE",
    b"authorization": "HTTP_AUTHORIZATION",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"accept-language": "HTTP_ACCEPT_LANGUAGE",
    b"connection": "HTTP_CONNECTION",
    b"x-forwarded-for": "HTTP_X_FORWARDED_FOR",
    b"x-forwarded-proto": "HTTP_X_FORWARDED_PROTO",
    b"content-type": "CONTENT_TYPE",
    b"content-length": "",
    b"transfer-encoding": "",
}
