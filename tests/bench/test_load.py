"""The client, with servers that answer as they should, and otherwise."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from bench.errors import BenchError
from bench.load import keep_busy, receive

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Serve = Callable[[bytes], tuple[str, int]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer every request, one a segment, with what the test says, and hang up on b""."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads = []

    def talk(connection: socket.socket, answer: bytes) -> None:
        with connection, suppress(ConnectionError):
            while answer and connection.recv(1024):
                connection.sendall(answer)

    def accept(answer: bytes) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=talk, args=(connection, answer)))
            threads[-1].start()

    def start(answer: bytes) -> tuple[str, int]:
        threads.append(threading.Thread(target=accept, args=(answer,)))
        threads[-1].start()
        address: tuple[str, int] = listening.getsockname()
        return address

    yield start
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    for thread in threads:
        thread.join()


def test_all_connections_are_kept_busy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.load.BUSY", 1)
    load = keep_busy(serve(ANSWER), REQUEST, connections=3, seconds=0.1)
    assert load.requests >= 3
    assert load.wall >= 0.1


def test_an_answer_may_come_in_parts() -> None:
    here, there = socket.socketpair()
    with here, there:
        parts = threading.Thread(target=lambda: [here.send(bytes([it])) for it in ANSWER])
        parts.start()
        assert receive(there) == b"ok"
        parts.join()


def test_a_request_that_fails_is_an_error(serve: Serve) -> None:
    with pytest.raises(BenchError, match="a request failed; make it work by itself first"):
        keep_busy(serve(ANSWER.replace(b"200", b"404")), REQUEST, connections=1, seconds=1)


def test_a_server_that_hangs_up_is_an_error(serve: Serve) -> None:
    with pytest.raises(BenchError, match="closed a connection; look at what it logged"):
        keep_busy(serve(b""), REQUEST, connections=1, seconds=1)


def test_a_client_that_is_the_bottleneck_is_an_error(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.load.BUSY", 0)
    with pytest.raises(BenchError, match="it is measured in place of the server"):
        keep_busy(serve(ANSWER), REQUEST, connections=1, seconds=0.1)
