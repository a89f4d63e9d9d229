"""A web server on a port of its own on loopback, for what fetches."""

import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Server(ThreadingHTTPServer):
    """Serves pages from memory.

    Attributes:
        pages: The content of each path.
        types: The media type of a path, where it is not HTML.
        statuses: With what else to answer first, path by path.
        moved: Where a path redirects to.
        logins: The name and password, joined by a colon, that paths with a prefix ask for.
        endless: Paths whose answer never ends.
        silent: Paths that are answered by nothing until the server closes.
        asked: The paths of all requests, in order.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.statuses: dict[str, list[int]] = {}
        self.moved: dict[str, str] = {}
        self.logins: dict[str, str] = {}
        self.endless: set[str] = set()
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers a request from its server's pages."""

    server: Server

    def do_GET(self) -> None:
        """Answer with the page, with what is to come before it, or with 404."""
        self.server.asked.append(self.path)
        if statuses := self.server.statuses.get(self.path):
            self.send_error(statuses.pop(0))
        elif not self._is_logged_in():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path in self.server.silent:
            self.server.closing.wait()
        elif self.path in self.server.endless:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while not self.server.closing.is_set():
                    self.wfile.write(bytes(65536))
        elif target := self.server.moved.get(self.path):
            self.send_response(302)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif (page := self.server.pages.get(self.path)) is None:
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Content-Type", self.server.types.get(self.path, "text/html"))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page)

    do_HEAD = do_GET  # noqa: N815

    def _is_logged_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        return all(
            given == f"Basic {b64encode(login.encode()).decode()}"
            for prefix, login in self.server.logins.items()
            if self.path.startswith(prefix)
        )

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def secure(server: Server, openssl: Path, directory: Path) -> None:
    """Have a server talk TLS, with a certificate that nobody signed, made in a directory."""
    (directory / "openssl.cnf").write_text("[req]\ndistinguished_name = name\n[name]\n")
    options = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -config openssl.cnf"
    files = ["-keyout", "server.pem", "-out", "server.pem"]
    command = [str(openssl), *options.split(), *files]
    subprocess.run(command, cwd=directory, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server while the context lasts."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
