"""Slow clients: each costs one connection, for a time that has an end."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import LIMIT, Address, Running, connect, read_all, send, statuses
from slow_clients import KINDS, SlowClients

Serve = Callable[..., Running]
COUNT = 40
"""Several times as many as the threads of the server."""

APP = """
import pathlib
import time

import flask

app = flask.Flask("shop")
app.config.from_mapping(
    SERVING_IDLE=2, SERVING_HEAD=2, SERVING_BODY=2, SERVING_ANSWER=2, SERVING_WINDOW=0.5
)
CONSTANT = b"a" * 50_000_000
FILE = pathlib.Path(__file__).parent / "file"
FILE.write_bytes(CONSTANT)


@app.route("/", methods=["GET", "POST"])
def home():
    return str(len(flask.request.get_data()))


@app.get("/generated")
def generated():
    return flask.Response(b"%c" % (number % 256) * 65536 for number in range(800))


@app.get("/constant")
def constant():
    return flask.Response(CONSTANT)


@app.get("/file")
def file():
    return flask.send_file(FILE)


@app.get("/silent")
def silent():
    def events():
        yield "first\\n"
        time.sleep(6)
        yield "last\\n"

    return flask.Response(events(), mimetype="text/event-stream")
"""


@pytest.fixture(scope="module")
def address(module_serve: Callable[[str], Address]) -> Address:
    return module_serve(APP)


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_stop_nobody_and_are_ended(address: Address, kind: str) -> None:
    clients = SlowClients(address, KINDS[kind], COUNT, pace=0.2)
    for _ in range(5):
        # The server answers while they hold their connections, which it has not ended yet.
        answer = send(address, b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        assert statuses(answer) == [200]
    clients.wait(LIMIT)
    assert clients.open == 0
    clients.close()


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (b"GET / HT", "the headers did not come within 2 seconds"),
        (
            b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n",
            "the body made no progress for 2 seconds",
        ),
    ],
)
def test_the_answer_says_what_did_not_come(address: Address, request_: bytes, reason: str) -> None:
    answer = send(address, request_, ends=False)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert answer.endswith(f"\r\n\r\n{reason}\n".encode())


def test_a_connection_that_is_kept_ends_when_it_is_idle(address: Address) -> None:
    began = time.monotonic()
    answer = send(address, b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n", ends=False)
    assert statuses(answer) == [200]
    assert time.monotonic() - began >= 2


def test_a_slow_upload_that_goes_on_is_served(address: Address) -> None:
    with connect(address) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 60000\r\nConnection: close\r\n\r\n"
        )
        for _ in range(10):  # for longer than the deadline
            client.sendall(b"a" * 6000)
            time.sleep(0.45)
        assert read_all(client).endswith(b"\r\n\r\n60000")


@pytest.fixture
def slow_reader(address: Address) -> Iterator[socket.socket]:
    """A client that the system does not read ahead for."""
    with socket.socket() as client:
        client.settimeout(LIMIT)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(address)
        yield client


@pytest.mark.parametrize("path", ["/constant", "/generated", "/file"])
def test_a_slow_download_that_goes_on_is_served(slow_reader: socket.socket, path: str) -> None:
    slow_reader.sendall(f"GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n".encode())
    size = 0
    for _ in range(20):  # for longer than the deadline
        size += len(slow_reader.recv(8192))
        time.sleep(0.25)
    while part := slow_reader.recv(1 << 20):
        size += len(part)
    assert size > 50_000_000


def test_an_application_may_be_silent_for_longer_than_any_deadline(address: Address) -> None:
    answer = send(
        address, b"GET /silent HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n", ends=False
    )
    assert b"first" in answer
    assert b"last" in answer


def test_connections_beyond_the_limit_wait(serve: Serve) -> None:
    server = serve(APP + "app.config['SERVING_CONNECTIONS'] = 20\n")
    address = server.address
    held = [connect(address) for _ in range(30)]
    request = b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
    with connect(address) as client:
        client.sendall(request)
        assert statuses(read_all(client)) == [200], "when the idle ones have ended"
    for each in held:
        each.close()


def test_connections_that_come_at_once_are_within_the_limit(serve: Serve) -> None:
    server = serve(APP + "app.config['SERVING_CONNECTIONS'] = 2\n")
    address = server.address
    request = b"GET / HTTP/1.1\r\nHost: shop\r\n"
    send(address, request + b"Connection: close\r\n\r\n")  # it serves
    (worker,) = server.workers
    before = _sockets(worker)
    os.kill(worker, signal.SIGSTOP)
    clients = [connect(address) for _ in range(8)]
    for client in clients:
        client.sendall(request + b"\r\n")
    os.kill(worker, signal.SIGCONT)
    assert clients[0].recv(1) == b"H"
    assert _sockets(worker) <= before + 2
    for client in clients:
        client.close()


def test_bodies_are_not_in_memory(address: Address) -> None:
    """What is left of a body in a temporary file has no name, and goes with the connection."""
    with connect(address) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 9000000\r\n\r\n")
        client.sendall(b"a" * 8_000_000)
        deadline = time.monotonic() + LIMIT
        while not _temporary_files():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    while _temporary_files():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _sockets(process: int) -> int:
    """Return how many sockets a process has."""
    links = Path(f"/proc/{process}/fd").iterdir()
    return sum(str(link.readlink()).startswith("socket:") for link in links)


def _temporary_files() -> list[str]:
    """Return the files that processes of this user have open and that no longer have a name."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = str(link.readlink())
        except OSError:
            continue
        command = link.parent.parent / "cmdline"
        if target.endswith("(deleted)") and b"serving\0shop" in _read(command):
            found.append(target)
    return [each for each in found if "wgunicorn" not in each]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
