"""Keeps a server busy over kept-alive connections, for a while."""

import re
import selectors
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench.errors import BenchError

BUSY = 0.7
"""The largest share of the time that the client may work; above it, the client is too slow."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LIMIT = 10  # seconds that an answer may take


@dataclass(frozen=True)
class Load:
    """The number of requests that were answered.

    `wall` is how long it took, `client_cpu` the CPU time of the client, both in seconds.
    """

    requests: int
    wall: float
    client_cpu: float


def keep_busy(address: tuple[str, int], request: bytes, connections: int, seconds: float) -> Load:
    """Send `request` again and again, one after the other on each of the connections.

    One thread does all of it, and hardly reads the answers, so that the server is the bottleneck.
    Raises BenchError when an answer is not a 200 or does not come, and when the client worked for
    more than BUSY of the time.
    """
    with selectors.DefaultSelector() as selector:
        sockets = [socket.create_connection(address, _LIMIT) for _ in range(connections)]
        try:
            for each in sockets:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(each, selectors.EVENT_READ)
            load = _turns(selector, sockets, request, seconds)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _hung_up() from error
        finally:
            for each in sockets:
                each.close()
    if load.client_cpu > BUSY * load.wall:
        raise BenchError(
            f"the client worked for {load.client_cpu:.2f} of {load.wall:.2f} s: it is measured in "
            "place of the server; measure where less is running, or make the client cheaper"
        )
    return load


def _turns(
    selector: selectors.BaseSelector,
    sockets: Iterable[socket.socket],
    request: bytes,
    seconds: float,
) -> Load:
    answered = 0
    cpu, wall = time.thread_time(), time.perf_counter()
    for each in sockets:
        each.sendall(request)
    while time.perf_counter() - wall < seconds:
        ready = selector.select(_LIMIT)
        if not ready:
            raise BenchError(f"no answer for {_LIMIT} s; look at what the server logged")
        for key, _ in ready:
            connection: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
            receive(connection)
            answered += 1
            connection.sendall(request)
    return Load(answered, time.perf_counter() - wall, time.thread_time() - cpu)


def receive(connection: socket.socket) -> bytes:
    """Receive one whole answer; raise BenchError if it is not a 200."""
    answer = b""
    while (head_end := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(connection)
    head = answer[:head_end]
    length = _LENGTH.search(head)
    if not head.startswith(b"HTTP/1.1 200") or length is None:
        raise BenchError(f"a request failed; make it work by itself first. The answer:\n{head!r}")
    end = head_end + 4 + int(length[1])
    while len(answer) < end:
        answer += _more(connection)
    return answer[head_end + 4 :]


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise _hung_up()
    return part


def _hung_up() -> BenchError:
    return BenchError("the server closed a connection; look at what it logged")
