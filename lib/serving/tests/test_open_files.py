"""A low limit of open files: connections leave some to the application."""

from collections.abc import Callable
from contextlib import ExitStack

from running import Running, connect, read_all, statuses

Serve = Callable[..., Running]

APP = """
import resource

resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))


def app(environ, start_response):
    files = [open(__file__) for _ in range(2)]
    length = len(environ["wsgi.input"].read())
    start_response("200 OK", [])
    return [str(length).encode()]
"""
HEAD = b"POST / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 20000\r\n\r\n"


def test_the_application_can_open_files_when_connections_have_the_rest(serve: Serve) -> None:
    server = serve(APP.format(files=96))
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server.address)) for _ in range(90)]
        server.until(
            r"only 24 connections at once, since a process may open 96 files: raise that limit "
            r"\(ulimit -n, LimitNOFILE=\), or set SERVING_CONNECTIONS"
        )
        for client in clients[:24]:  # the bodies are in files
            client.sendall(HEAD + b"a" * 19999)
        for client in clients[:24]:
            client.sendall(b"a")
            assert read_all(client).endswith(b"\r\n\r\n20000")
        # Those that waited are accepted.
        for client in clients[24:48]:
            client.sendall(HEAD + b"a" * 20000)
            assert statuses(read_all(client)) == [200]
    assert "cannot" not in server.stop()


def test_a_limit_that_suffices_is_not_mentioned(serve: Serve) -> None:
    server = serve(APP.format(files=2 * 4096 + 256))
    assert server.address
    assert "connections at once" not in server.stop()
