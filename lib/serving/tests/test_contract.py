"""What is used of gunicorn, much of which is not public: these tests fail first when it moves."""

import inspect

import pytest
from gunicorn import __version__  # type: ignore[import-untyped]
from gunicorn.asgi.parser import CallbackRequest, PythonProtocol  # type: ignore[import-untyped]
from gunicorn.asgi.protocol import ASGIProtocol  # type: ignore[import-untyped]
from gunicorn.workers.base import Worker  # type: ignore[import-untyped]
from gunicorn.workers.gasgi import ASGIWorker  # type: ignore[import-untyped]


def test_the_version() -> None:
    assert __version__.startswith("27.0."), "read what is below in the new version first"


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        (ASGIProtocol.__init__, ["self", "worker"]),
        (ASGIProtocol._start_http1, ["self", "buffered"]),
        (ASGIProtocol._setup_callback_parser, ["self"]),
        (ASGIProtocol._on_headers_complete, ["self"]),
        (ASGIProtocol._on_body, ["self", "chunk"]),
        (ASGIProtocol._pause_reading, ["self"]),
        (ASGIProtocol._resume_reading, ["self"]),
        (PythonProtocol.feed, ["self", "data"]),
        (PythonProtocol.reset, ["self"]),
        (PythonProtocol.remaining, ["self"]),
        (PythonProtocol._find_line, ["self", "limit", "error"]),
        (PythonProtocol._finalize_headers, ["self"]),
        (PythonProtocol._is_valid_method, ["self", "method"]),
        (PythonProtocol._is_valid_token, ["self", "data"]),
        (PythonProtocol._has_invalid_header_chars, ["self", "value"]),
        (ASGIWorker._serve, ["self"]),
        (ASGIWorker.load_wsgi, ["self"]),
        (ASGIWorker.init_signals, ["self"]),
        (ASGIWorker.handle_exit_signal, ["self"]),
        (ASGIWorker.handle_quit_signal, ["self"]),
        (Worker.notify, ["self"]),
    ],
)
def test_methods(method: object, parameters: list[str]) -> None:
    assert list(inspect.signature(method).parameters) == parameters  # type: ignore[arg-type]


def test_a_connection_of_plain_http_calls_start_http1_alone() -> None:
    source = inspect.getsource(ASGIProtocol.connection_made)
    assert "self._start_http1()" in source
    assert "nr_conns += 1" in source


def test_the_parser_has_what_is_read_of_it() -> None:
    parser = PythonProtocol()
    parser.feed(b"POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 3\r\n\r\nabcGET")
    request = CallbackRequest.from_parser(parser)
    assert parser.is_complete
    assert parser.remaining() == b"GET"
    assert (parser.content_length, parser.is_chunked, parser._chunk_state) == (3, False, "size")
    assert (request.method, request.uri, request.raw_path, request.query) == (
        "POST",
        "/a",
        b"/a",
        "",
    )
    assert (request.version, request.scheme, request.content_length) == ((1, 1), "http", 3)
    assert request.headers_bytes == [(b"host", b"shop"), (b"content-length", b"3")]
    assert not request.chunked
    assert not request._expect_100_continue
    assert not request.should_close()
