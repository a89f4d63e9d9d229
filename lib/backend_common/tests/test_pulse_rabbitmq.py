import os
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from backend_common import App, create_app
from backend_common.pulse import BrokerError, Message, UnroutableError
from pulse_queues import consume_all

Service = Callable[..., Path]
Make = Callable[..., App]

CERTIFICATE = Path(__file__).parent / "support/localhost.pem"

SHOP = """
import backend_common


def create_app(config=None):
    app = backend_common.create_app("shop", extensions=["pulse"], config=config)

    @app.pulse.consumer("mail", "orders.*")
    def handle(message):
        print(message.payload, flush=True)

    return app
"""
FLASK = "import shop\n\napp = shop.create_app()\n"

# An application has no end: the connections that it keeps go with it, and complain.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def url(given: Mapping[str, str]) -> str:
    if "PULSE_URL" not in given or not shutil.which("needs"):
        pytest.skip("PULSE_URL names no RabbitMQ: run this in nix-shell (needs run -- pytest)")
    return given["PULSE_URL"]


@pytest.fixture
def exchange() -> str:
    """A name that no other test has: a broker outlives tests."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def make(service: Service, url: str, exchange: str) -> Iterator[Make]:
    service()
    apps: list[App] = []

    def make_app(**config: Any) -> App:
        own = {"PULSE_URL": url, "PULSE_EXCHANGE": exchange, "PULSE_PAUSE": 0.01}
        apps.append(create_app("shop", extensions=["pulse"], config={**own, **config}))
        return apps[-1]

    yield make_app
    for app in apps:
        purge(app)


def purge(app: App) -> None:
    """Delete the queues, which last, and leave the broker."""
    with app.pulse._broker.connected() as connection:
        for subscription in app.pulse._subscriptions.values():
            channel = connection.channel()
            for queue in (subscription.queue, subscription.dead):
                channel.queue_delete(queue)
    app.pulse._publishers.close()


def collect(app: App) -> list[Message]:
    """Have a queue for all messages, which are kept when they are handled."""
    found: list[Message] = []
    app.pulse.consumer(f"all-{uuid.uuid4().hex}", "#")(found.append)
    app.pulse.consume(idle=0.1)
    return found


def restart(action: str) -> None:
    subprocess.run(["needs", action, "rabbitmq"], check=True)
    subprocess.run(["needs", "start", "rabbitmq"], check=True)


def test_a_message_gets_there(make: Make, exchange: str) -> None:
    app, other = make(), make()
    got = collect(app)
    id_ = other.pulse.publish("orders.created", {"größe": [1, None]})
    consume_all(app)
    assert got == [Message("orders.created", {"größe": [1, None]}, id_, exchange)]
    assert list(other.pulse.captured) == []


def test_a_message_that_no_queue_takes(make: Make) -> None:
    app = make()
    with pytest.raises(UnroutableError, match=r"no queue takes messages of 'orders' .*: start a"):
        app.pulse.publish("orders", 1)
    got = collect(app)
    app.pulse.publish("orders", 2)  # the connection is as good as before
    consume_all(app)
    assert [message.payload for message in got] == [2]
    make(PULSE_MANDATORY=False, PULSE_EXCHANGE=uuid.uuid4().hex).pulse.publish("orders", 1)


def test_a_dead_letter_keeps_its_body_and_tells_why(make: Make) -> None:
    app = make()
    queue = f"mail-{uuid.uuid4().hex}"

    @app.pulse.consumer(queue, "#")
    def handle(_: Message) -> None:
        raise LookupError

    app.pulse.consume(idle=0.1)
    id_ = app.pulse.publish("orders.created", {"order": 1})
    consume_all(app)
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        letter = channel.basic_get(f"shop.{queue}.dead", no_ack=True)
        assert channel.basic_get(f"shop.{queue}", no_ack=True) is None
    assert letter.properties["message_id"] == id_
    assert letter.properties["application_headers"]["x-reason"] == "LookupError"
    assert letter.properties["application_headers"]["x-routing-key"] == "orders.created"
    assert letter.body in (b'{"order":1}', '{"order":1}')


def test_dead_letters_are_replayed(make: Make) -> None:
    app = make()
    queue = f"mail-{uuid.uuid4().hex}"
    got: list[Message] = []
    works = False

    @app.pulse.consumer(queue, "#")
    def handle(message: Message) -> None:
        if not works:
            raise LookupError
        got.append(message)

    app.pulse.consume(idle=0.1)
    ids = [app.pulse.publish("orders.created", number) for number in range(3)]
    consume_all(app)
    works = True
    result = app.test_cli_runner().invoke(args=["pulse", "replay", queue])
    assert (result.exit_code, result.output) == (0, "gave back 3\n")
    consume_all(app)
    assert [(it.routing_key, it.id) for it in got] == [("orders.created", id_) for id_ in ids]
    assert app.pulse.replay([queue]) == 0


def test_replaying_without_a_broker(service: Service) -> None:
    service()
    config = {"PULSE_URL": "amqp://user:hunter2@127.0.0.1:1/"}
    app = create_app("shop", extensions=["pulse"], config=config)
    app.pulse.consumer("mail", "#")(print)
    result = app.test_cli_runner().invoke(args=["pulse", "replay"])
    assert result.exit_code == 1
    assert "Error: the broker in PULSE_URL does not do what it should" in result.output
    assert "hunter2" not in result.output


def test_connections_outlive_a_broker_that_restarts(make: Make) -> None:
    app = make(PULSE_RETRIES=2)
    got = collect(app)
    app.pulse.publish("orders", 1)
    restart("kill")
    app.pulse.publish("orders", 2)
    consume_all(app)
    assert [message.payload for message in got] == [1, 2]


def test_a_fork_has_connections_of_its_own(make: Make) -> None:
    app = make()
    got = collect(app)
    app.pulse.publish("orders", "before")
    child = os.fork()
    if not child:
        try:
            app.pulse.publish("orders", "child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    app.pulse.publish("orders", "after")
    consume_all(app)
    assert [message.payload for message in got] == ["before", "child", "after"]


def test_a_consumer_outlives_a_broker_that_restarts(make: Make) -> None:
    app, stop = make(), threading.Event()
    got = collect(app)
    thread = threading.Thread(target=app.pulse.consume, kwargs={"stop": stop})
    thread.start()
    try:
        restart("kill")
        make().pulse.publish("orders", 1)
        wait_until(lambda: len(got) == 1)
    finally:
        stop.set()
        thread.join(timeout=30)
    assert not thread.is_alive()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)


def test_a_broker_that_says_nothing(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"amqp://127.0.0.1:{silent.getsockname()[1]}/"
        app = make()
        other = make(PULSE_URL=address, PULSE_CONNECT_TIMEOUT=0.2, PULSE_RETRIES=1)
        with pytest.raises(BrokerError, match="the broker in PULSE_URL does not do what"):
            other.pulse.publish("orders", 1)
        other.pulse._broker = app.pulse._broker  # for the end


def test_each_answer_of_the_broker_has_a_limit(make: Make) -> None:
    broker = make(PULSE_CONFIRM_TIMEOUT=7).pulse._broker
    for limit, expected in ((None, 7), (0.5, 0.5)):
        with broker.connect(limit) as connection:
            assert connection.transport_options == {
                "read_timeout": expected,
                "write_timeout": expected,
            }


def test_the_consumer_process_stops_when_it_is_told_to(
    make: Make, service: Service, url: str, exchange: str
) -> None:
    directory = service({"shop/__init__.py": SHOP, "shop/flask.py": FLASK})
    command = [sys.executable, "-m", "flask", "--app", "shop.flask", "pulse", "consume"]
    settings = {"PULSE_URL": url, "PULSE_EXCHANGE": exchange}
    app = make()
    app.pulse.consumer("mail", "orders.*")(print)  # for its end
    with subprocess.Popen(
        command,
        cwd=directory,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(lambda: is_taken(app))
        assert process.stdout
        assert process.stdout.readline() == "1\n"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")


def is_taken(app: App) -> bool:
    try:
        app.pulse.publish("orders.created", 1)
    except UnroutableError:
        return False
    return True


class Tunnel(socketserver.ThreadingTCPServer):
    """A server that speaks TLS on behalf of RabbitMQ, which is elsewhere on this machine."""

    daemon_threads = True

    def __init__(self, broker: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), Passage)
        self.broker = broker
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE)


class Passage(socketserver.BaseRequestHandler):
    """One connection through it."""

    def handle(self) -> None:
        assert isinstance(self.server, Tunnel)
        with (
            self.server.context.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection(self.server.broker) as broker,
        ):
            back = threading.Thread(target=pass_on, args=[broker, client])
            back.start()
            pass_on(client, broker)
            back.join()


def pass_on(source: socket.socket, to: socket.socket) -> None:
    """Pass on what comes, until one of them is closed."""
    try:
        while data := source.recv(65536):
            to.sendall(data)
        to.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other direction has ended both


@pytest.fixture
def encrypted(url: str) -> Iterator[str]:
    """The URL of RabbitMQ behind TLS."""
    parts = urlsplit(url)
    with Tunnel((parts.hostname or "", parts.port or 5672)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        user = f"{parts.username}:{parts.password}"
        yield f"amqps://{user}@localhost:{server.server_address[1]}{parts.path}"
        server.shutdown()


def test_messages_go_encrypted(encrypted: str, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    app = make(PULSE_URL=encrypted)
    got = collect(app)
    id_ = app.pulse.publish("orders", "é")
    consume_all(app)
    assert [(it.id, it.payload) for it in got] == [(id_, "é")]
    assert app.test_client().get("/__heartbeat__").get_json()["checks"] == {"pulse": "ok"}


@pytest.fixture
def untrusted() -> Iterator[int]:
    """The port of a server with a certificate that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(5)
                    context.wrap_socket(connection, server_side=True).close()
            except OSError:
                return  # what is expected: the client does not go on

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_certificate_is_verified(service: Service, untrusted: int) -> None:
    service()
    url = f"amqps://user:hunter2@localhost:{untrusted}/"
    config = {"PULSE_URL": url, "PULSE_RETRIES": 0}
    app = create_app("shop", extensions=["pulse"], config=config)
    with pytest.raises(BrokerError, match="SSLCertVerificationError") as error:
        app.pulse.publish("orders", 1)
    assert "hunter2" not in str(error.value)
