"""How a server ends: it answers what clients have asked for, and resets no connection."""

import http.client
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from running import LIMIT, Running, connect, read_all, send, statuses

Serve = Callable[..., Running]

APP = """
import os
import pathlib
import time

here = pathlib.Path(__file__).parent


def pieces():
    try:
        for number in range(4):
            time.sleep(0.4)
            yield b"piece"
    finally:
        time.sleep(0.2)
        (here / "closed").touch()


def app(environ, start_response):
    start_response("200 OK", [])
    if environ["PATH_INFO"] == "/stream":
        return pieces()
    if environ["PATH_INFO"] == "/slow":
        (here / "called").touch()
        time.sleep(1.5)
    if environ["PATH_INFO"] == "/endless":
        (here / "called").touch()
        time.sleep(1000)
    return [b"%d" % os.getpid()]
"""

KEPT = b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n"


def await_file(path: Path) -> None:
    limit = time.monotonic() + LIMIT
    while not path.exists():
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.mark.parametrize("path", ["/slow", "/stream"])
def test_what_is_under_way_is_finished(serve: Serve, tmp_path: Path, path: str) -> None:
    server = serve(APP)
    with connect(server.address) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: shop\r\n\r\n".encode())
        if path == "/slow":
            await_file(tmp_path / "shop/called")
        else:
            assert client.recv(65536)
        server.process.send_signal(signal.SIGTERM)
        answer = read_all(client)
    if path == "/slow":
        assert statuses(answer) == [200]
        assert b"\r\nConnection: close\r\n" in answer, "the client must not send another request"
    else:
        assert answer.endswith(b"5\r\npiece\r\n0\r\n\r\n")
    server.wait()
    assert server.process.returncode == 0
    assert path == "/slow" or (tmp_path / "shop/closed").exists(), "close() ends before the process"


def test_a_request_on_a_kept_connection_is_answered(serve: Serve) -> None:
    server = serve(APP)
    with connect(server.address) as client:
        client.sendall(KEPT)
        assert statuses(client.recv(65536)) == [200]
        server.process.send_signal(signal.SIGTERM)
        answer = b""
        while b"\r\nConnection: close\r\n" not in answer:
            client.sendall(KEPT)
            answer = client.recv(65536)
            assert statuses(answer) == [200]
        assert client.recv(65536) == b""


def test_kept_connections_do_not_hold_the_server(serve: Serve) -> None:
    server = serve(APP)
    with connect(server.address) as client, connect(server.address) as silent:
        client.sendall(KEPT)
        assert statuses(client.recv(65536)) == [200]
        server.process.send_signal(signal.SIGTERM)
        assert (client.recv(65536), silent.recv(65536)) == (b"", b"")
    server.wait()
    assert server.process.returncode == 0


def test_clients_that_have_connected_are_answered(serve: Serve) -> None:
    server = serve(APP)
    address = server.address
    (worker,) = server.workers
    os.kill(worker, signal.SIGSTOP)
    clients = [connect(address) for _ in range(50)]
    for client in clients:
        client.sendall(KEPT)
    server.process.send_signal(signal.SIGTERM)
    server.until("Handling signal: term")
    os.kill(worker, signal.SIGCONT)
    answers = [read_all(client) for client in clients]
    assert [statuses(answer) for answer in answers] == [[200]] * 50
    for client in clients:
        client.close()
    server.wait()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_connection_is_reset(serve: Serve, workers: str) -> None:
    server = serve(APP, "--port", "0", "--workers", workers)
    address = server.address
    outcomes: Counter[str] = Counter()
    stopped = threading.Event()

    def use(is_kept: bool) -> None:
        connection = http.client.HTTPConnection(*address, timeout=LIMIT)
        while not stopped.is_set():
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
                outcomes["answered"] += 1
            except ConnectionRefusedError:
                stopped.set()
            except (OSError, http.client.HTTPException) as error:
                outcomes[type(error).__name__] += 1
                connection.close()
            if not is_kept:
                connection.close()
        connection.close()

    threads = [threading.Thread(target=use, args=(number % 2 == 0,)) for number in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(LIMIT)
    server.wait()
    assert outcomes.keys() == {"answered"}, outcomes


def test_a_signal_that_comes_early_is_not_lost(serve: Serve) -> None:
    server = serve(APP, "--port", "0", "--workers", "8")
    server.until("Booting worker")  # the first of them
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 20, "gunicorn kills what has not ended after 30 seconds"


def test_an_interrupt_ends_it_at_once(serve: Serve, tmp_path: Path) -> None:
    server = serve(APP)
    with connect(server.address) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: shop\r\n\r\n")
        await_file(tmp_path / "shop/called")
        server.stop(signal.SIGINT)
        assert read_all(client) == b""
    assert server.process.returncode == 0


def test_a_worker_that_is_killed_is_replaced(serve: Serve) -> None:
    server = serve(APP)
    address = server.address
    (worker,) = server.workers
    os.kill(worker, signal.SIGKILL)
    server.until("Booting worker")
    answer = send(address, b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
    assert statuses(answer) == [200]
    assert server.workers != [worker]


@pytest.mark.parametrize("code", [0, 1, 3, 4, 255])
def test_a_worker_that_exits_is_replaced(serve: Serve, code: int) -> None:
    server = serve(f"import os\n\n\ndef app(environ, start_response):\n    os._exit({code})\n")
    address = server.address
    for _ in range(2):
        assert send(address, KEPT) == b""
        server.until("Booting worker")
    assert server.process.poll() is None


def test_workers_that_cannot_begin_end_the_server(serve: Serve) -> None:
    code = """
from serving.worker import Worker


def fail(self):
    raise RuntimeError("no threads")


Worker.init_signals = fail
app = print
"""
    server = serve(code, "--port", "0", "--workers", "2")
    assert "Worker failed to boot" in server.wait()
    assert server.process.returncode == 3


def is_running(process: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False


def test_workers_end_with_the_server(serve: Serve) -> None:
    server = serve(APP)
    address = server.address
    (worker,) = server.workers
    server.process.kill()
    limit = time.monotonic() + LIMIT
    while (
        Path(f"/proc/{worker}").exists() and b"Z" not in Path(f"/proc/{worker}/stat").read_bytes()
    ):
        assert time.monotonic() < limit
        time.sleep(0.1)
    with pytest.raises(ConnectionRefusedError):
        connect(address)


def test_all_workers_serve_on_one_socket(serve: Serve) -> None:
    server = serve(APP, "--port", "0", "--workers", "3")
    address = server.address
    server.until("Booting worker")
    server.until("Booting worker")
    found: set[bytes] = set()
    limit = time.monotonic() + LIMIT
    while len(found) < 3:
        assert time.monotonic() < limit
        clients = [connect(address) for _ in range(20)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        found |= {read_all(client).rpartition(b"\r\n")[2] for client in clients}
        for client in clients:
            client.close()
    assert found == {b"%d" % worker for worker in server.workers}
