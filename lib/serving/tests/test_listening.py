"""Where a server listens, and the errors of its start."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from running import LIMIT, Running, read_all, send, statuses
from serving import listen

Serve = Callable[..., Running]

APP = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [f"{environ['SERVER_NAME']} {environ['SERVER_PORT']} {environ['REMOTE_ADDR']}".encode()]
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: shop:80\r\nConnection: close\r\n\r\n"


def send_unix(path: Path) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LIMIT)
        client.connect(str(path))
        client.sendall(REQUEST)
        return read_all(client)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "socket"


def test_a_unix_socket(serve: Serve, path: Path) -> None:
    server = serve(APP, "--unix", str(path))
    server.until("Booting worker")
    assert send_unix(path).endswith(b"\r\n\r\nshop 80 ")
    server.stop()
    assert not path.exists()


def test_a_unix_socket_that_was_left(serve: Serve, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    serve(APP, "--unix", str(path)).until("Booting worker")
    assert statuses(send_unix(path)) == [200]


def test_a_unix_socket_that_is_taken(serve: Serve, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(path))
        taken.listen()
        output = serve(APP, "--unix", str(path)).wait()
    assert output == (
        f"Error: cannot listen on the Unix socket {path}: Address already in use; "
        "choose another --unix\n"
    )
    assert path.exists()


def test_a_file_in_the_place_of_a_unix_socket(serve: Serve, path: Path) -> None:
    path.write_text("kept")
    output = serve(APP, "--unix", str(path)).wait()
    assert output == (
        f"Error: cannot listen on the Unix socket {path}: File exists; choose another --unix\n"
    )
    assert path.read_text() == "kept"


def test_a_unix_socket_in_no_directory(serve: Serve, path: Path) -> None:
    output = serve(APP, "--unix", str(path / "socket")).wait()
    assert output == (
        f"Error: cannot listen on the Unix socket {path}/socket: No such file or directory; "
        "choose another --unix\n"
    )


ACTIVATE = """
import os, socket, sys

listener = socket.socket({family})
listener.bind({address!r})
listener.listen()
print(listener.getsockname(), flush=True)
if listener.fileno() != 3:
    os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "serving", "shop", "--port", "1"])
"""


@pytest.mark.parametrize("kind", ["internet", "unix"])
def test_a_socket_of_systemd(serve: Serve, tmp_path: Path, path: Path, kind: str) -> None:
    serve(APP).stop()  # writes the service
    family, address = (
        ("socket.AF_UNIX", str(path)) if kind == "unix" else ("socket.AF_INET", ("127.0.0.1", 0))
    )
    with subprocess.Popen(
        [sys.executable, "-c", ACTIVATE.format(family=family, address=address)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        name = process.stdout.readline().strip()
        if kind == "unix":
            answer = send_unix(path)
        else:
            answer = send(("127.0.0.1", int(name.split(", ")[1].rstrip(")"))), REQUEST)
        process.terminate()
        assert process.wait(LIMIT) == 0
    assert statuses(answer) == [200]
    if kind == "unix":
        assert stat.S_ISSOCK(path.stat().st_mode), "it is systemd's"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("LISTEN_FDS='one'", "LISTEN_FDS is 'one', and not a number of sockets: "),
        ("LISTEN_FDS=''", "LISTEN_FDS is '', and not a number of sockets: "),
        ("LISTEN_FDS='-1'", "LISTEN_FDS is '-1', and not a number of sockets: "),
        ("", "LISTEN_FDS is '', and not a number of sockets: "),
        (
            "LISTEN_FDS='99'",
            "file descriptor 3, which LISTEN_FDS counts, is not a socket: Bad file descriptor; ",
        ),
        (
            "LISTEN_FDS='1'; descriptor = os.open(os.devnull, 0)",
            "file descriptor 3, which LISTEN_FDS counts, is not a socket: "
            "Socket operation on non-socket; ",
        ),
        (
            "LISTEN_FDS='1'; descriptor = socket.socket(type=socket.SOCK_DGRAM).detach()",
            "file descriptor 3, which LISTEN_FDS counts, is not a stream socket: "
            "write ListenStream= in the socket unit",
        ),
    ],
)
def test_no_sockets_of_systemd(serve: Serve, tmp_path: Path, variables: str, message: str) -> None:
    serve(APP).stop()  # writes the service
    count, _, descriptor = variables.partition("; ")
    program = f"""
import os, socket, sys

descriptor = None
{descriptor}
if descriptor is None:
    os.closerange(3, 20)
else:
    if descriptor != 3:
        os.dup2(descriptor, 3)
    os.set_inheritable(3, True)
os.environ.update({count and count + ", "}LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "serving", "shop", "--port", "0"])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {message}")


def test_a_unix_socket_whose_path_is_too_long(serve: Serve, path: Path) -> None:
    long = path.with_name("s" * 120)
    assert serve(APP, "--unix", str(long)).wait() == (
        f"Error: cannot listen on the Unix socket {long}: AF_UNIX path too long; "
        "choose another --unix\n"
    )


def test_ipv6(serve: Serve) -> None:
    server = serve(APP, "--host", "::1", "--port", "0")
    port = int(server.until(r"http://\[::1\]:(\d+)")[1])
    with socket.create_connection(("::1", port), timeout=LIMIT) as client:
        client.sendall(REQUEST)
        assert read_all(client).endswith(f"\r\n\r\n::1 {port} ::1".encode())


def test_a_port_that_is_taken(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        output = serve(APP, "--port", str(port)).wait()
    assert output == (
        f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use; "
        "choose another --host or --port\n"
    )


def test_a_name_that_is_not_a_service(serve: Serve, tmp_path: Path) -> None:
    server = serve(APP)
    server.stop()
    (tmp_path / "shop/flask.py").unlink()
    output = Running(tmp_path).wait()
    assert output == "Error: no module shop.flask: is 'shop' a service, and is it installed?\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "shop.flask has no app; write app = shop.create_app()"),
        ("app = 1", "shop.flask:app is not a WSGI application; write app = shop.create_app()"),
        (
            "import flask\napp = flask.Flask('shop')\napp.config['SERVING_BODY'] = -1",
            "the setting SERVING_BODY is wrong: expected a number of seconds above 0; correct it "
            "in the settings file",
        ),
    ],
)
def test_an_object_that_is_not_an_application(serve: Serve, code: str, message: str) -> None:
    assert serve(code).wait() == f"Error: {message}\n"


def test_no_service() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "serving", "--port"], capture_output=True, text=True, check=False
    )
    assert done.stderr == "Usage: python -m serving SERVICE|MODULE:APP [OPTIONS]\n"


def test_new_connections_are_ignored_and_begun_ones_go_on() -> None:
    with (
        listen.on_address("127.0.0.1", 0) as listener,
        socket.socket() as begun,
        socket.socket() as first,
        socket.socket() as second,
    ):
        # This leaves a connection half open until data comes, as a slow network would.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, int(LIMIT))
        begun.connect(listener.getsockname())
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 0)
        listen.drop_new(listener)
        first.settimeout(0.1)
        with suppress(TimeoutError):  # without privileges, there is one place
            first.connect(listener.getsockname())
        second.settimeout(0.1)
        with pytest.raises(TimeoutError):
            second.connect(listener.getsockname())
        begun.sendall(b"hello")
        listener.settimeout(LIMIT)
        accepted, peer = listener.accept()
        if peer != begun.getsockname():
            accepted.close()
            accepted, peer = listener.accept()
        with accepted:
            accepted.settimeout(LIMIT)
            assert peer == begun.getsockname()
            assert accepted.recv(5) == b"hello"
            accepted.sendall(b"answer")
            assert begun.recv(6) == b"answer"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])
def test_the_place_for_a_connection_that_waits_is_taken_once(host: str) -> None:
    with listen.on_address(host, 0) as listener:
        listener.listen(0)
        filler = listen.fill(listener)
        assert filler is not None
        with filler:
            assert listen.fill(listener) is None, "it is taken"
            accepted, peer = listener.accept()
            with accepted:
                assert peer[:2] == filler.getsockname()[:2]


def test_nothing_takes_the_place_where_nothing_may_begin() -> None:
    with listen.on_address("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address):
            listener.listen(0)
            assert listen.fill(listener) is None
    with socket.socket() as unbound:
        assert listen.fill(unbound) is None
