"""Bodies that are too large, cut off or garbled, with any server."""

import socket
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import create_app
from flask.testing import FlaskClient
from served import served
from werkzeug.test import TestResponse

Service = Callable[..., Path]

LIMIT = 1000
FLASK = """
import backend_common
import flask

app = backend_common.create_app("shop", config={"MAX_CONTENT_LENGTH": 1000})


@app.post("/data")
def data():
    return str(len(flask.request.get_data()))


@app.post("/stream")
def stream():
    return str(sum(len(flask.request.stream.read(7)) for _ in range(1000)))


@app.post("/lines")
def lines():
    return str(sum(map(len, flask.request.stream)))


@app.post("/form")
def form():
    return str(sum(len(value) for value in flask.request.form.values()))


@app.post("/json")
def json():
    return str(len(flask.request.get_json()))
"""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = "multipart/form-data; boundary=x"
HEAD = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
END = b"\r\n--x--\r\n"

# path, media type, a body of the length that is asked for
KINDS: list[tuple[str, str, Callable[[int], bytes]]] = [
    ("/data", "application/octet-stream", lambda size: b"x" * size),
    ("/stream", "application/octet-stream", lambda size: b"x" * size),
    ("/lines", "text/plain", lambda size: b"x\n" * (size // 2)),
    ("/form", FORM, lambda size: b"a=" + b"x" * (size - 2)),
    ("/form", MULTIPART, lambda size: HEAD + b"x" * (size - len(HEAD) - len(END)) + END),
    ("/json", JSON, lambda size: b"[" + b" " * (size - 2) + b"]"),
    ("/json", JSON, lambda size: b"[]" + b" " * (min(size, LIMIT) - 2) + b"x" * (size - LIMIT)),
]

COMMANDS = {
    "flask": ["-m", "flask", "--app", "shop.flask", "run", "--port", "0"],
    "bin": ["-m", "backend_common.serve", "shop", "--port", "0"],
}


@pytest.fixture(params=COMMANDS)
def address(
    request: pytest.FixtureRequest, service: Service, tmp_path: Path
) -> Iterator[tuple[str, int]]:
    """Where a server serves."""
    directory = service({"shop/flask.py": FLASK})
    command = COMMANDS[request.param]
    with served(directory, command, tmp_path, APP_CHANNEL="development") as found:
        yield found


def exchange(address: tuple[str, int], path: str, headers: str, body: bytes) -> int:
    """Send a request as it is, and nothing more; return the status of the answer."""
    with socket.create_connection(address, timeout=60) as client:
        head = f"POST {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{headers}\r\n\r\n"
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while b"\r\n" not in answer and (data := client.recv(65536)):
            answer += data
    return int(answer.split()[1])


def chunked(body: bytes) -> bytes:
    pieces = [body[start : start + 300] for start in range(0, len(body), 300)]
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces) + b"0\r\n\r\n"


def test_bodies_up_to_the_limit(address: tuple[str, int]) -> None:
    for path, kind, make in KINDS:
        for size in (LIMIT - 2, LIMIT, LIMIT + 2, LIMIT * 3):
            expected = 200 if size <= LIMIT else 413
            body, what = make(size), f"{path} {kind} {size}"
            headers = f"Content-Type: {kind}\r\nContent-Length: {len(body)}"
            assert exchange(address, path, headers, body) == expected, what
            headers = f"Content-Type: {kind}\r\nTransfer-Encoding: chunked"
            assert exchange(address, path, headers, chunked(body)) == expected, what


def test_bodies_of_which_a_part_is_missing(address: tuple[str, int]) -> None:
    for path, kind, make in KINDS:
        body = make(500)
        headers = f"Content-Type: {kind}\r\nContent-Length: 501"
        assert exchange(address, path, headers, body) == 400, path
        headers = f"Content-Type: {kind}\r\nTransfer-Encoding: chunked"
        for cut in (chunked(body)[:-5], chunked(body)[:-50], b"zz\r\n" + chunked(body)):
            assert exchange(address, path, headers, cut) == 400, path


@pytest.fixture
def client(service: Service) -> FlaskClient:
    service({"shop/flask.py": FLASK})
    module: Any = __import__("shop.flask").flask
    app: flask.Flask = module.app
    return app.test_client()


def stream(client: FlaskClient, path: str, content: bytes, **environ: Any) -> TestResponse:
    """Send a body whose length is not said."""
    overrides = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", **environ}
    return client.post(
        path, input_stream=BytesIO(content), content_type=FORM, environ_overrides=overrides
    )


@pytest.mark.parametrize("path", ["/data", "/stream", "/lines", "/form"])
def test_a_body_without_a_length(client: FlaskClient, path: str) -> None:
    assert stream(client, path, b"a=" + b"x" * (LIMIT - 2)).status_code == 200
    response = stream(client, path, b"a=" + b"x" * LIMIT)
    assert response.status_code == 413
    assert "exceeds the capacity limit" in response.text


def test_a_body_whose_end_nobody_knows(client: FlaskClient) -> None:
    response = client.post(
        "/data", input_stream=BytesIO(b"abc"), headers={"Transfer-Encoding": "chunked"}
    )
    assert response.status_code == 411
    assert "This server takes no body without a Content-Length" in response.text


@pytest.mark.usefixtures("service")
def test_a_view_may_set_a_limit_of_its_own() -> None:
    app = create_app("shop", config={"MAX_CONTENT_LENGTH": 10})

    @app.post("/")
    def large() -> str:
        flask.request.max_content_length = 20
        return str(len(flask.request.get_data()))

    client = app.test_client()
    assert client.post("/", data=b"x" * 20).text == "20"
    assert client.post("/", data=b"x" * 21).status_code == 413
    assert stream(client, "/", b"x" * 20).text == "20"
    assert stream(client, "/", b"x" * 21).status_code == 413


@pytest.mark.usefixtures("service")
def test_a_service_without_a_limit() -> None:
    app = create_app("shop")
    app.add_url_rule("/", view_func=lambda: str(len(flask.request.get_data())), methods=["POST"])
    client = app.test_client()
    assert client.post("/", data=b"x" * 3_000_000).text == "3000000"
    assert stream(client, "/", b"x" * 3_000_000).text == "3000000"


class Broken:
    """The body of a server that has an error of its own for a body that is garbled."""

    def read(self, size: int) -> bytes:
        raise LookupError(size)


def test_any_error_of_a_server_is_the_client_s(client: FlaskClient) -> None:
    assert stream(client, "/data", b"", **{"wsgi.input": Broken()}).status_code == 400


@pytest.mark.parametrize(
    ("content_type", "data", "reason"),
    [
        (MULTIPART, HEAD + b"1", "The form is malformed: "),
        (MULTIPART, b"no boundary", "The form is malformed: "),
        ("multipart/form-data", HEAD + b"1" + END, "The form is malformed: Missing boundary"),
        (FORM, b"a=\xff", "The form is malformed: "),
    ],
)
def test_a_malformed_form_is_not_an_empty_one(
    client: FlaskClient, content_type: str, data: bytes, reason: str
) -> None:
    response = client.post("/form", data=data, content_type=content_type)
    assert response.status_code == 400
    assert reason in response.text
