"""A web server on a port of its own on loopback, for what fetches."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Server(ThreadingHTTPServer):
    """Serves pages from memory; statuses says with what else to answer first, path by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, bytes] = {}
        self.statuses: dict[str, list[int]] = {}

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers a request from its server's pages."""

    server: Server

    def do_GET(self) -> None:
        """Answer with the page, with what is to come before it, or with 404."""
        if statuses := self.server.statuses.get(self.path):
            self.send_error(statuses.pop(0))
        elif (page := self.server.pages.get(self.path)) is None:
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

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
            server.shutdown()
            thread.join()
