"""Requests that have no one meaning: they are refused, and the application does not see them."""

import json
import re
from collections.abc import Callable

import pytest
from running import Address, Running, connect, send, statuses

# Each answer says how many requests the application has seen, so that one that must not be seen is
# noticed, whatever the client was told.
APP = """
import flask

app = flask.Flask("shop")
app.config["SERVING_MAX_BODY"] = 1000
seen = []


@app.route("/seen")
def how_many():
    return str(len(seen))


@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "OPTIONS"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "OPTIONS"])
def any_path(path):
    seen.append(flask.request.get_data())
    return flask.jsonify(path=path, host=flask.request.host, body=seen[-1].decode())
"""

GET = b"GET / HTTP/1.1\r\nHost: shop\r\n"
POST = b"POST / HTTP/1.1\r\nHost: shop\r\n"
LENGTH = b"Content-Length: 5\r\n"
CODING = b"Transfer-Encoding: chunked\r\n"
CHUNKED = POST + CODING + b"\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: shop\r\n\r\n"


@pytest.fixture(scope="module")
def address(module_serve: Callable[[str], Address]) -> Address:
    return module_serve(APP)


def seen(address: Address) -> int:
    answer = send(address, b"GET /seen HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
    return int(answer.rpartition(b"\r\n\r\n")[2])


REFUSED = {
    # framing
    "length and chunked": (400, POST + LENGTH + CODING + b"\r\n0\r\n\r\n"),
    "chunked and length": (400, POST + CODING + LENGTH + b"\r\n0\r\n\r\n"),
    "length and gzip": (400, POST + b"Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\nhello"),
    "two lengths": (400, POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "one length, twice": (400, POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    "a list of lengths": (400, POST + b"Content-Length: 5, 5\r\n\r\nhello"),
    "a length with a sign": (400, POST + b"Content-Length: +5\r\n\r\nhello"),
    "a negative length": (400, POST + b"Content-Length: -5\r\n\r\nhello"),
    "a length with an underscore": (400, POST + b"Content-Length: 0_5\r\n\r\nhello"),
    "a length that is hexadecimal": (400, POST + b"Content-Length: 0x5\r\n\r\nhello"),
    "a length of other digits": (400, POST + "Content-Length: \u0665\r\n\r\nhello".encode()),
    "an empty length": (400, POST + b"Content-Length: \r\n\r\nhello"),
    "a length of 5,000 digits": (400, POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello"),
    "gzip": (501, POST + b"Transfer-Encoding: gzip\r\n\r\nhello"),
    "gzip, chunked": (501, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    "chunked, gzip": (501, POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
    "chunked twice": (501, POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    "two chunked": (
        501, POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "identity": (501, POST + b"Transfer-Encoding: identity\r\n\r\n"),
    "xchunked": (501, POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    "quoted chunked": (501, POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n'),
    "chunked after a control": (400, POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    "chunked, empty": (501, POST + b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
    "no coding": (501, POST + b"Transfer-Encoding: \r\n\r\n0\r\n\r\n"),
    "chunked in HTTP/1.0": (400, b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    # lines
    "a space before the colon": (400, POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    "a tab before the colon": (400, GET + b"X-Name\t: value\r\n\r\n"),
    "a folded line": (400, GET + b"X-Name: value\r\n folded\r\n\r\n"),
    "a first line that is folded": (400, b"GET / HTTP/1.1\r\n Host: shop\r\n\r\n"),
    "no colon": (400, GET + b"X-Name\r\n\r\n"),
    "no name": (400, GET + b": value\r\n\r\n"),
    "a bare LF after the request line": (400, b"GET / HTTP/1.1\nHost: shop\r\n\r\n"),
    "a bare LF after a header": (400, b"GET / HTTP/1.1\r\nHost: shop\n\r\n"),
    "a bare CR in a value": (400, GET + b"X-Name: a\rX-Other: b\r\n\r\n"),
    "a bare CR before the end": (400, GET + b"X-Name: a\r\r\n\r\n"),
    "a null byte in a value": (400, GET + b"X-Name: a\x00b\r\n\r\n"),
    "a null byte in a name": (400, GET + b"X-\x00Name: b\r\n\r\n"),
    "a control in a value": (400, GET + b"X-Name: a\x1bb\r\n\r\n"),
    "a name that is not ASCII": (400, GET + "X-N\u00e4me: b\r\n\r\n".encode()),
    # the request line
    "no version": (400, b"GET /\r\nHost: shop\r\n\r\n"),
    "HTTP/0.9": (400, b"GET / HTTP/0.9\r\nHost: shop\r\n\r\n"),
    "HTTP/1.2": (400, b"GET / HTTP/1.2\r\nHost: shop\r\n\r\n"),
    "HTTP/2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "http/1.1": (400, b"GET / http/1.1\r\nHost: shop\r\n\r\n"),
    "two spaces": (400, b"GET  / HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a space in the target": (400, b"GET /a b HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a tab in the target": (400, b"GET /a\tb HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a null byte in the target": (400, b"GET /a\x00b HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a target that is not ASCII": (400, "GET /\u00e4 HTTP/1.1\r\nHost: shop\r\n\r\n".encode()),
    "a target that is no path": (400, b"GET a HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a target of another scheme": (400, b"GET ftp://shop/ HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "an asterisk": (400, b"GET * HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a lower case method": (400, b"get / HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a method with a separator": (400, b"GE(T / HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a null byte in a method": (400, b"GE\x00T / HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "CONNECT": (400, b"CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n"),
    "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    # hosts
    "no host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "two hosts": (400, GET + b"Host: evil\r\n\r\n"),
    "one host, twice": (400, GET + b"Host: shop\r\n\r\n"),
    "a list of hosts": (400, b"GET / HTTP/1.1\r\nHost: shop, evil\r\n\r\n"),
    "a host with a path": (400, b"GET / HTTP/1.1\r\nHost: shop/evil\r\n\r\n"),
    "a host with a user": (400, b"GET / HTTP/1.1\r\nHost: shop@evil\r\n\r\n"),
    "a host with a space": (400, b"GET / HTTP/1.1\r\nHost: shop evil\r\n\r\n"),
    "a host with a wrong port": (400, b"GET / HTTP/1.1\r\nHost: shop:evil\r\n\r\n"),
    "another host in the target": (400, b"GET http://evil/ HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a user in the target": (400, b"GET http://shop@evil/ HTTP/1.1\r\nHost: shop\r\n\r\n"),
    # size
    "a long request line": (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: shop\r\n\r\n"),
    "a request line without end": (414, b"GET /" + b"a" * 20000),
    "a long header": (431, GET + b"X-Name: " + b"a" * 9000 + b"\r\n\r\n"),
    "a header without end": (431, GET + b"X-Name: " + b"a" * 20000),
    "many headers": (431, GET + b"".join(b"X-%d: a\r\n" % each for each in range(200)) + b"\r\n"),
    "large headers together": (431, GET + (b"X-Name: " + b"a" * 8000 + b"\r\n") * 9 + b"\r\n"),
    "headers of 33 KiB": (431, GET + (b"X-Name: " + b"a" * 1000 + b"\r\n") * 33 + b"\r\n"),
    "a large body": (413, POST + b"Content-Length: 1001\r\n\r\n" + b"a" * 1001),
    "a large chunked body": (413, CHUNKED + b"3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n"),
    "many chunks": (413, CHUNKED + b"1\r\na\r\n" * 1001 + b"0\r\n\r\n"),
    # chunks
    "no chunk size": (400, CHUNKED + b"\r\n\r\n"),
    "a chunk size that is no number": (400, CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with a prefix": (400, CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with a sign": (400, CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n"),
    "a negative chunk size": (400, CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with an underscore": (400, CHUNKED + b"0_5\r\nhello\r\n0\r\n\r\n"),
    "a space before a chunk size": (400, CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n"),
    "a space after a chunk size": (400, CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n"),
    "a chunk that is too long": (400, CHUNKED + b"3\r\nhello\r\n0\r\n\r\n"),
    "a bare LF after a chunk size": (400, CHUNKED + b"5\nhello\r\n0\r\n\r\n"),
    "a bare LF after a chunk": (400, CHUNKED + b"5\r\nhello\n0\r\n\r\n"),
    "a bare CR in a chunk extension": (400, CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
    "a bare LF in a chunk extension": (400, CHUNKED + b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    "a length in the trailer": (400, CHUNKED + b"5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"),
    "a trailer that is no header": (400, CHUNKED + b"5\r\nhello\r\n0\r\n(trailer)\r\n\r\n"),
    "a request in the trailer": (400, CHUNKED + b"5\r\nhello\r\n0\r\n" + SMUGGLED),
    # what is cut off
    "a cut request line": (400, b"GET / HT"),
    "cut headers": (400, GET),
    "a cut body": (400, POST + b"Content-Length: 5\r\n\r\nhell"),
    "a cut chunk": (400, CHUNKED + b"5\r\nhell"),
    "no last chunk": (400, CHUNKED + b"5\r\nhello\r\n"),
    "no end after the last chunk": (400, CHUNKED + b"5\r\nhello\r\n0\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(address: Address, case: str) -> None:
    status, request = REFUSED[case]
    before = seen(address)
    answer = send(address, request)
    assert statuses(answer) == [status], "one answer, and nothing behind it is a request"
    assert b"\r\nConnection: close\r\n" in answer
    assert seen(address) == before


ENDED = [
    case
    for case, (status, _) in REFUSED.items()
    if status != 413 and not re.match("cut |a cut |no last|no end|.* without end", case)
]


@pytest.mark.parametrize("case", ENDED)
def test_what_follows_a_refused_request_is_not_a_request(address: Address, case: str) -> None:
    status, request = REFUSED[case]
    before = seen(address)
    assert statuses(send(address, request + SMUGGLED)) == [status]
    assert seen(address) == before


SERVED = {
    "a path": (b"GET /a%20b HTTP/1.1\r\nHost: shop\r\n", b"", {"path": "a b", "host": "shop"}),
    "a full target": (
        b"GET http://shop/a HTTP/1.1\r\nHost: shop\r\n", b"", {"path": "a", "host": "shop"}
    ),
    "a full target without a path": (
        b"GET http://shop?a=b HTTP/1.1\r\nHost: shop\r\n", b"", {"path": "", "host": "shop"}
    ),
    "a host with a port": (b"GET / HTTP/1.1\r\nHost: shop:80\r\n", b"", {"host": "shop"}),
    "an IPv6 host": (b"GET / HTTP/1.1\r\nHost: [::1]:8000\r\n", b"", {"host": "[::1]:8000"}),
    "no host in HTTP/1.0": (b"GET / HTTP/1.0\r\n", b"", {"path": ""}),
    "a path with two slashes": (
        b"GET //evil/a HTTP/1.1\r\nHost: shop\r\n", b"", {"host": "shop"}
    ),
    "an empty line before": (b"\r\nGET /a HTTP/1.1\r\nHost: shop\r\n", b"", {"path": "a"}),
    "no space after the colon": (b"GET / HTTP/1.1\r\nHost:shop\r\n", b"", {"host": "shop"}),
    "Latin-1 in a value": (GET + b"X-Name: \xe4\r\n", b"", {"path": ""}),
    "a body with GET": (GET + b"Content-Length: 5\r\n", b"hello", {"body": "hello"}),
    "Chunked": (
        POST + b"Transfer-Encoding: Chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n", {"body": "hello"}
    ),
    "leading zeros": (POST + b"Content-Length: 005\r\n", b"hello", {"body": "hello"}),
    "leading zeros of a chunk": (
        POST + CODING, b"005\r\nhello\r\n0\r\n\r\n", {"body": "hello"}
    ),
    "a chunk extension": (
        POST + CODING, b'5;a="b"\r\nhello\r\n0;c\r\n\r\n', {"body": "hello"}
    ),
    "a trailer": (
        POST + CODING, b"5\r\nhello\r\n0\r\nX-A: b\r\n\r\n", {"body": "hello"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SERVED)
def test_served(address: Address, case: str) -> None:
    head, body, expected = SERVED[case]
    answer = send(address, head + b"Connection: close\r\n\r\n" + body)
    assert b" 200 " in answer.splitlines()[0]
    found = json.loads(answer.rpartition(b"\r\n\r\n")[2])
    assert {key: found[key] for key in expected} == expected


def test_names_with_underscores_do_not_pass_for_others(serve: Callable[..., Running]) -> None:
    server = serve(
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [environ.get('HTTP_X_FORWARDED_FOR', 'none').encode()]\n"
    )
    answer = send(server.address, GET + b"X_Forwarded_For: evil\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"none")


def test_the_answer_to_a_large_body_comes_before_the_body(address: Address) -> None:
    with connect(address) as client:
        client.sendall(POST + b"Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("size", [b"3e9", b"f" * 16, b"1" + b"0" * 15 + b"5"])
def test_the_answer_to_a_large_chunk_comes_before_the_chunk(address: Address, size: bytes) -> None:
    with connect(address) as client:
        client.sendall(CHUNKED + size + b"\r\nhello")
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_the_answer_to_a_chunk_that_makes_the_body_large_comes_before_it(address: Address) -> None:
    with connect(address) as client:
        client.sendall(CHUNKED + b"3e8\r\n" + b"a" * 1000 + b"\r\n1\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(("size", "status"), [(32768, 200), (32769, 431)])
@pytest.mark.parametrize("piece", [1024, 70000])
def test_the_headers_together_have_a_limit(
    address: Address, size: int, status: int, piece: int
) -> None:
    """However they arrive, and whatever comes after them."""
    head = POST + b"Content-Length: 1000\r\nConnection: close\r\n"
    while size - len(head) > 8000:
        head += b"X-Name: " + b"a" * 4000 + b"\r\n"
    head += b"X-Name: " + b"a" * (size - len(head) - 12) + b"\r\n\r\n"
    assert len(head) == size
    request = head + b"b" * 1000
    with connect(address) as client:
        for start in range(0, len(request), piece):
            client.sendall(request[start : start + piece])
        assert client.recv(65536).startswith(b"HTTP/1.1 %d " % status)


def test_a_client_that_sends_on_gets_the_answer(address: Address) -> None:
    with connect(address) as client:
        client.sendall(POST + b"Content-Length: 50000000\r\n\r\n")
        for _ in range(100):
            client.sendall(b"a" * 65536)
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")
