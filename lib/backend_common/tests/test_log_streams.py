"""The line of an answer that is streamed: what became of it."""

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
import structlog
from backend_common import App, create_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import create_environ, run_wsgi_app

Service = Callable[..., Path]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def app(service: Service, closed: list[str]) -> App:
    here = service()
    (here / "large.bin").write_bytes(b"x" * 100_000)
    app = create_app("shop", extensions=["log"], config={"LOG_FORMAT": "json"})

    @app.get("/parts/<how>")
    def parts(how: str) -> flask.Response:
        structlog.contextvars.bind_contextvars(bound="here")

        def generate() -> Iterator[bytes]:
            try:
                yield b"one"
                if how == "fails":
                    raise ValueError(how)
                yield b"three"
            finally:
                closed.append(how)

        response = flask.Response(generate(), 201)
        if how == "closes badly":
            response.call_on_close(lambda: 1 / 0)
        return response

    @app.get("/file")
    def file() -> flask.Response:
        return flask.send_file(here / "large.bin")

    @app.get("/whole")
    def whole() -> str:
        return "whole"

    return app


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def call(app: App, path: str, method: str = "GET") -> Any:
    """Ask as a server does; return the pieces of the answer."""
    pieces, _, headers = run_wsgi_app(app, create_environ(path, method=method), buffered=False)
    assert headers["X-Request-ID"]
    return pieces


def test_one_that_is_complete(app: App, lines: Lines, closed: list[str]) -> None:
    response = app.test_client().get("/parts/well")
    assert response.data == b"onethree"
    (line,) = lines()
    assert line["duration_ms"] >= 0
    assert {
        key: line[key]
        for key in ("event", "level", "method", "path", "route", "status", "bytes", "outcome")
    } == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "path": "/parts/well",
        "route": "/parts/<how>",
        "status": 201,
        "bytes": 8,
        "outcome": "complete",
    }
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert (line["bound"], line["client"]) == ("here", "127.0.0.1")
    assert closed == ["well"]


def test_one_that_is_cut(app: App, lines: Lines, closed: list[str]) -> None:
    pieces = call(app, "/parts/well")
    assert next(iter(pieces)) == b"one"
    assert lines() == []
    pieces.close()
    pieces.close()
    (line,) = lines()
    assert (line["outcome"], line["bytes"], line["status"]) == ("cut", 3, 201)
    assert closed == ["well"]


def test_one_that_nobody_waited_for(app: App, lines: Lines) -> None:
    pieces, _, _ = run_wsgi_app(app, create_environ("/file"))
    pieces.close()  # type: ignore[attr-defined]
    (line,) = lines()
    assert line["outcome"] == "cut"


def test_one_that_fails(app: App, lines: Lines, closed: list[str]) -> None:
    pieces = call(app, "/parts/fails")
    with pytest.raises(ValueError, match="fails"):
        list(pieces)
    pieces.close()
    (line,) = lines()
    assert (line["outcome"], line["bytes"], line["level"]) == ("failed", 3, "error")
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert line["request_id"]
    assert closed == ["fails"]


def test_one_that_fails_at_its_end(app: App, lines: Lines) -> None:
    pieces = call(app, "/parts/closes badly")
    next(pieces)
    with pytest.raises(ZeroDivisionError):
        pieces.close()
    (line,) = lines()
    assert (line["outcome"], line["level"]) == ("failed", "error")


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None: ...


def test_one_that_a_real_client_leaves(app: App, lines: Lines) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    app.add_url_rule("/endless", "endless", lambda: flask.Response(endless()))
    with make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        with socket.create_connection(("127.0.0.1", server.server_port)) as client:
            client.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.recv(100)
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + 60
        while not found:
            assert time.monotonic() < deadline
            time.sleep(0.02)
            found = lines()
        server.shutdown()
        serving.join()
    assert (found[0]["outcome"], found[0]["status"]) == ("cut", 200)
    assert found[0]["bytes"] >= 65_536


def test_a_file_is_a_stream(app: App, lines: Lines) -> None:
    with app.test_client().get("/file") as response:
        assert len(response.data) == 100_000
    (line,) = lines()
    assert (line["outcome"], line["bytes"]) == ("complete", 100_000)


@pytest.mark.parametrize(
    ("path", "method"), [("/whole", "GET"), ("/parts/well", "HEAD"), ("/file", "HEAD")]
)
def test_what_is_no_stream_has_no_outcome(app: App, lines: Lines, path: str, method: str) -> None:
    app.test_client().open(path, method=method).close()
    (line,) = lines()
    assert "outcome" not in line


def test_what_has_no_body_is_no_stream(app: App, lines: Lines) -> None:
    with app.test_client().get("/file") as response:
        etag = response.headers["ETag"]
    lines()
    with app.test_client().get("/file", headers={"If-None-Match": etag}) as response:
        assert response.status_code == 304
    assert "outcome" not in lines()[0]


def test_a_level_counts_for_streams_too(app: App, lines: Lines) -> None:
    app.logger.setLevel("ERROR")
    assert app.test_client().get("/parts/well").data
    assert lines() == []
    with pytest.raises(ValueError, match="fails"):
        list(call(app, "/parts/fails"))
    assert lines()[0]["outcome"] == "failed"


def test_the_client_is_who_a_trusted_proxy_names(service: Service, lines: Lines) -> None:
    pytest.importorskip("flask_talisman", reason="needs the extra security too")
    service()
    app = create_app(
        "shop",
        extensions=["log", "security"],
        config={"LOG_FORMAT": "json", "SECURITY_TRUSTED_HOPS": 1},
    )
    app.add_url_rule("/", "parts", lambda: flask.Response(io.StringIO("ab")))
    given = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    assert app.test_client().get("/", headers=given).data
    assert app.test_client().get("/nothing", headers=given).status_code == 404
    assert [line["client"] for line in lines()] == ["198.51.100.7"] * 2
