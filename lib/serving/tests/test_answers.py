"""Answers as clients see them, and what the application sees of clients."""

import contextlib
import http.client
import json
import re
import socket
import time
from collections.abc import Callable

import pytest
from running import LIMIT, Address, Running, connect, read_all, send, statuses

Serve = Callable[..., Running]

APP = """
import contextvars
import io
import json
import threading
import time

events = []
go = threading.Semaphore(0)
who = contextvars.ContextVar("who", default="nobody")


class Pieces:
    # What an application returns; says what becomes of it.
    def __init__(self, pieces):
        self.pieces = iter(pieces)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.pieces)

    def close(self):
        events.append("closed as " + who.get())


def slowly(count):
    for number in range(count):
        go.acquire()
        yield b"%d" % number


def failing(after):
    for _ in range(after):
        yield b"piece"
    raise ValueError("broken")


def in_context():
    who.set("me")
    for _ in range(200):
        yield b"a" * 10000 if who.get() == "me" else b"!"


def environ_of(environ):
    return {key: value for key, value in environ.items() if isinstance(value, str | bool)}


TEXT = ("Content-Type", "text/plain")


def app(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    if path == "/events":
        body = json.dumps(events).encode()
        start_response("200 OK", [])
        return [body]
    if path == "/go":
        go.release()
        start_response("204 No Content", [])
        return []
    if path == "/environ":
        start_response("200 OK", [])
        return [json.dumps(environ_of(environ)).encode()]
    if path == "/echo":
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", "none"))])
        return Pieces([body])
    if path == "/slowly":
        start_response("200 OK", [TEXT])
        return Pieces(slowly(3))
    if path == "/context":
        start_response("200 OK", [TEXT])
        return Pieces(in_context())
    if path == "/endless":
        start_response("200 OK", [TEXT])
        return Pieces(iter(lambda: b"a" * 65536, None))
    if path == "/silent":
        start_response("200 OK", [TEXT])
        return Pieces(slowly(1))
    if path == "/length":
        start_response("200 OK", [TEXT, ("Content-Length", query)])
        return Pieces([b"hello"])
    if path == "/failing":
        headers = [("Content-Length", "100")] if environ.get("HTTP_X_LENGTH") else []
        start_response("200 OK", headers)
        return Pieces(failing(int(query)))
    if path == "/unstarted":
        return [b"body"]
    if path == "/raises":
        raise SystemExit("no")
    if path == "/twice":
        start_response("200 OK", [])
        start_response("200 OK", [])
    if path == "/instead":
        start_response("200 OK", [TEXT])
        try:
            raise ValueError
        except ValueError:
            start_response("500 Broken", [TEXT], __import__("sys").exc_info())
        return [b"instead"]
    if path == "/write":
        write = start_response("200 OK", [])
        for number in range(3):
            write(b"a" * 100000)
        return [b"end"]
    if path == "/file":
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](io.BytesIO(b"a" * 100000), 10)
    if path == "/header":
        start_response("200 OK", [("X-Name", "a\\r\\nX-Other: b")])
        return [b"body"]
    if path == "/status":
        start_response("200 OK\\r\\nX-Other: b", [])
        return [b"body"]
    if path == "/close":
        start_response("200 OK", [("Connection", "close"), ("Transfer-Encoding", "gzip")])
        return [b"body"]
    start_response("304 Not Modified" if path == "/same" else "200 OK", [TEXT])
    return Pieces([b"some", b"", b"thing"])
"""


@pytest.fixture(scope="module")
def address(module_serve: Callable[[str], Address]) -> Address:
    return module_serve(APP)


def get(
    address: Address, path: str, method: str = "GET", version: str = "1.1", head: str = ""
) -> bytes:
    request = f"{method} {path} HTTP/{version}\r\nHost: shop\r\n{head}\r\n"
    return send(address, request.encode(), ends=False)


def events(address: Address) -> list[str]:
    """Return the events so far, once there is one more than before."""
    body = get(address, "/events", head="Connection: close\r\n").rpartition(b"\r\n\r\n")[2]
    found: list[str] = json.loads(body)
    return found


def await_events(address: Address, count: int) -> list[str]:
    limit = time.monotonic() + LIMIT
    while len(found := events(address)) < count:
        assert time.monotonic() < limit, found
        time.sleep(0.01)
    return found


def request(address: Address, path: str, method: str = "GET") -> bytes:
    """Return the body of an answer."""
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=LIMIT)) as connection:
        connection.request(method, path)
        return connection.getresponse().read()


def asked(address: Address, path: str) -> socket.socket:
    """Return a client that has sent a request."""
    client = connect(address)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n".encode())
    return client


def test_pieces_are_chunks(address: Address) -> None:
    answer = get(address, "/", head="Connection: close\r\n")
    assert answer.endswith(b"\r\n\r\n4\r\nsome\r\n5\r\nthing\r\n0\r\n\r\n")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in answer
    assert re.search(rb"\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n", answer)


def test_pieces_end_with_the_connection_in_http_1_0(address: Address) -> None:
    answer = get(address, "/", version="1.0")
    assert answer.endswith(b"\r\nConnection: close\r\n\r\nsomething")
    assert b"Transfer-Encoding" not in answer


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_answers_without_a_body(address: Address, method: str) -> None:
    path = "/" if method == "HEAD" else "/same"
    answer = get(address, path, method, head="Connection: close\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in answer
    assert b"Content-Length" not in answer


def test_head_has_the_length(address: Address) -> None:
    answer = get(address, "/length?5", "HEAD", head="Connection: close\r\n")
    assert b"\r\nContent-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_no_content_has_no_length(address: Address) -> None:
    answer = get(address, "/go", head="Connection: close\r\n")
    assert b"Content-Length" not in answer
    request(address, "/silent")  # takes what /go gave


def test_a_body_is_not_longer_than_its_length(address: Address) -> None:
    with connect(address) as client:
        client.sendall(b"GET /length?3 HTTP/1.1\r\nHost: shop\r\n\r\n" * 2)
        client.shutdown(socket.SHUT_WR)
        answer = read_all(client)
    assert statuses(answer) == [200, 200]
    assert answer.count(b"\r\n\r\nhel") == 2


def test_a_body_that_is_shorter_than_its_length_is_an_error(address: Address) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        request(address, "/length?10")


def test_pieces_are_sent_in_time(address: Address) -> None:
    with asked(address, "/slowly") as client:
        received = b""
        for number in range(3):
            request(address, "/go")
            while b"1\r\n%d\r\n" % number not in received:
                received += client.recv(65536) or pytest.fail(repr(received))
        assert (received + read_all(client)).endswith(b"2\r\n0\r\n\r\n")


def test_a_context_is_that_of_the_request_in_all_threads(address: Address) -> None:
    before = len(events(address))
    with connect(address) as client:
        client.sendall(b"GET /context HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        time.sleep(0.2)  # so that the thread does something else meanwhile
        answer = read_all(client)
    assert answer.count(b"a") > 2000000
    assert b"!" not in answer.partition(b"\r\n\r\n")[2]
    assert await_events(address, before + 1)[before:] == ["closed as me"]


def test_what_a_client_leaves_is_closed(address: Address) -> None:
    before = len(events(address))
    with connect(address) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: shop\r\n\r\n")
        client.recv(65536)
    assert await_events(address, before + 1)[before:] == ["closed as nobody"]


def test_what_is_silent_is_closed_when_it_goes_on(address: Address) -> None:
    before = len(events(address))
    with asked(address, "/silent") as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        time.sleep(0.1)
    request(address, "/go")
    assert await_events(address, before + 1)[before:] == ["closed as nobody"]


@pytest.mark.parametrize(
    "path", ["/failing?0", "/unstarted", "/raises", "/twice", "/header", "/status"]
)
def test_failures(address: Address, path: str) -> None:
    answer = get(address, path)
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert answer.endswith(b"\r\n\r\nInternal Server Error\n")
    assert b"X-Other" not in answer


@pytest.mark.parametrize(
    ("version", "head"), [("1.1", ""), ("1.1", "X-Length: a\r\n"), ("1.0", "")]
)
def test_a_failure_in_the_middle_is_not_taken_for_an_end(
    address: Address, version: str, head: str
) -> None:
    try:
        answer = get(address, "/failing?2", version=version, head=head)
    except ConnectionResetError:
        return
    assert statuses(answer) == [200]
    assert not answer.endswith(b"0\r\n\r\n")
    assert version == "1.1", "nothing but a reset says that the answer is not whole"


def test_an_answer_instead_of_another(address: Address) -> None:
    answer = get(address, "/instead", head="Connection: close\r\n")
    assert answer.startswith(b"HTTP/1.1 500 Broken\r\n")
    assert answer.endswith(b"instead")


def test_write(address: Address) -> None:
    assert request(address, "/write") == b"a" * 300000 + b"end"


def test_a_file(address: Address) -> None:
    assert request(address, "/file") == b"a" * 100000


def test_headers_between_neighbours_are_the_servers(address: Address) -> None:
    answer = get(address, "/close")
    assert b"Transfer-Encoding" not in answer
    assert b"\r\nConnection: close\r\n" in answer


def test_pipelined_requests_are_answered_in_order(address: Address) -> None:
    body = b"POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nfirst"
    chunked = (
        b"POST /echo HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n"
    )
    answer = send(address, (body + chunked) * 50)
    assert statuses(answer) == [200] * 100
    assert [each.decode() for each in re.findall(b"first|second", answer)] == [
        "first",
        "second",
    ] * 50


def test_a_pipelined_request_waits_for_a_stream(address: Address) -> None:
    with connect(address) as client:
        client.sendall(b"GET /silent HTTP/1.1\r\nHost: shop\r\n\r\n")
        time.sleep(0.1)
        client.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        time.sleep(0.1)
        request(address, "/go")
        answer = read_all(client)
    assert answer.index(b"1\r\n0\r\n0\r\n\r\n") < answer.index(b"some")


def test_a_connection_has_many_requests(address: Address) -> None:
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=LIMIT)) as connection:
        for number in range(100):
            connection.request("POST", "/echo", b"%d" % number)
            assert connection.getresponse().read() == b"%d" % number


@pytest.mark.parametrize("size", [0, 10, 16384, 16385, 3_000_000])
@pytest.mark.parametrize("is_chunked", [True, False])
def test_bodies(address: Address, size: int, is_chunked: bool) -> None:
    body = b"z" * size
    head = f"Content-Length: {size}\r\n\r\n".encode()
    if is_chunked:
        halves = [half for half in (body[: size // 2], body[size // 2 :]) if half]
        head = b"Transfer-Encoding: chunked\r\n\r\n"
        body_sent = b"".join(b"%x\r\n%b\r\n" % (len(half), half) for half in halves) + b"0\r\n\r\n"
    else:
        body_sent = body
    sent = (
        b"POST /echo HTTP/1.0\r\n" if not is_chunked else b"POST /echo HTTP/1.1\r\nHost: shop\r\n"
    )
    answer = send(address, sent + b"Connection: close\r\n" + head + body_sent)
    assert f"\r\nX-Length: {size}\r\n".encode() in answer
    assert answer.count(b"z") == size


def test_a_client_that_waits_is_told_to_go_on(address: Address) -> None:
    with connect(address) as client:
        client.sendall(
            b"POST /echo HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"hello")
        assert read_all(client).endswith(b"hello\r\n0\r\n\r\n")


def test_the_environ(address: Address) -> None:
    head = "Cookie: a=b\r\nCookie: c=d\r\nX-List: 1\r\nX-List: 2\r\nConnection: close\r\n"
    answer = get(address, "/environ?a=%20b", head=head)
    found = json.loads(answer.rpartition(b"\r\n\r\n")[2])
    host, port = address
    expected = {
        "HTTP_COOKIE": "a=b; c=d",
        "HTTP_HOST": "shop",
        "HTTP_X_LIST": "1,2",
        "PATH_INFO": "/environ",
        "QUERY_STRING": "a=%20b",
        "RAW_URI": "/environ?a=%20b",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.url_scheme": "http",
    }
    assert {key: found[key] for key in expected} == expected
    assert "CONTENT_LENGTH" not in found


def test_failures_are_logged(serve: Serve) -> None:
    server = serve(APP)
    address = server.address
    get(address, "/raises")
    server.until("the application failed: GET /raises")
    send(address, b"GET / HTTP/1.1\r\n\r\n" * 2)
    send(address, b"GET / HTTP/1.1\r\n\r\n")
    server.until(r"refused a request with 400: Host is missing \(2 times, last from 127.0.0.1\)")


@pytest.mark.parametrize("asked", ["keep-alive", "Keep-Alive"])
def test_a_client_of_http_1_0_may_keep_its_connection(address: Address, asked: str) -> None:
    """It is told so: it would wait for the end of the connection otherwise."""
    request = f"GET /length?4 HTTP/1.0\r\nConnection: {asked}\r\n\r\n".encode()
    with connect(address) as client:
        for _ in range(2):
            client.sendall(request)
            answer = client.recv(65536)
            assert b"\r\nConnection: keep-alive\r\n" in answer
            assert b"\r\nContent-Length: " in answer


@pytest.mark.parametrize("header", ["", "Connection: close\r\n"])
def test_a_client_of_http_1_0_that_keeps_no_connection(address: Address, header: str) -> None:
    answer = send(address, f"GET / HTTP/1.0\r\n{header}\r\n".encode(), ends=False)
    assert b"\r\nConnection: close\r\n" in answer


def test_a_client_of_http_1_1_gets_no_connection_header(address: Address) -> None:
    with connect(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
        assert b"\r\nConnection:" not in client.recv(65536)
