import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import served

Service = Callable[..., Path]

FLASK = """
import backend_common
import flask

app = backend_common.create_app("shop")


@app.post("/length")
def length():
    return str(len(flask.request.get_data()))


@app.post("/lines")
def lines():
    return str(len(list(flask.request.stream)))


@app.post("/form")
def form():
    return ",".join(flask.request.form)
"""


@pytest.fixture
def address(service: Service, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Where a server serves."""
    command = ["-m", "backend_common.serve", "shop", "--port", "0"]
    with served(service({"shop/flask.py": FLASK}), command, tmp_path) as found:
        yield found


def post(address: tuple[str, int], path: str, headers: str, body: bytes) -> tuple[int, bytes]:
    """Send a request as it is, and nothing more; return the status, and the body of the answer."""
    with socket.create_connection(address, timeout=60) as client:
        kind = "application/x-www-form-urlencoded"
        head = f"POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Type: {kind}\r\n{headers}\r\n\r\n"
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head_, _, text = answer.partition(b"\r\n\r\n")
    return int(head_.split()[1]), text


@pytest.mark.parametrize(
    ("path", "answer"), [("/length", b"6"), ("/lines", b"2"), ("/form", b"a\n,c")]
)
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Length: 6", b"a\n&c=d"),
        ("Transfer-Encoding: chunked", b"2\r\na\n\r\n4\r\n&c=d\r\n0\r\n\r\n"),
    ],
)
def test_a_whole_body(
    address: tuple[str, int], path: str, answer: bytes, headers: str, body: bytes
) -> None:
    assert post(address, path, headers, body) == (200, answer)


@pytest.mark.parametrize("path", ["/length", "/lines", "/form"])
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Length: 20", b"a=b&c=d"),
        ("Transfer-Encoding: chunked", b"zz\r\na=b\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"-5\r\na=b\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"3\r\na=bc\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"9\r\na=b"),
        ("Transfer-Encoding: chunked", b"3\r\na=b\r\n"),
    ],
)
def test_a_part_of_a_body(address: tuple[str, int], path: str, headers: str, body: bytes) -> None:
    status, text = post(address, path, headers, body)
    assert status == 400
    assert b"Traceback" not in text
