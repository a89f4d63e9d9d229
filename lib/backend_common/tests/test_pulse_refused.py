"""What a broker refuses, and will refuse until somebody corrects it."""

import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from backend_common import App, create_app
from backend_common.pulse import Message, RefusedError

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def url(given: Mapping[str, str]) -> str:
    if "PULSE_URL" not in given or not shutil.which("needs"):
        pytest.skip("PULSE_URL names no RabbitMQ: run this in nix-shell (needs run -- pytest)")
    return given["PULSE_URL"]


@pytest.fixture
def make(service: Service, url: str) -> Iterator[Make]:
    service()
    apps: list[App] = []
    exchange = f"test-{uuid.uuid4().hex}"

    def make_app(**config: Any) -> App:
        own = {"PULSE_URL": url, "PULSE_EXCHANGE": exchange, "HEARTBEAT_CACHE": 0, **PATIENT}
        apps.append(create_app("shop", extensions=["pulse"], config={**own, **config}))
        return apps[-1]

    yield make_app
    for app in apps:
        app.pulse._publishers.close()


@pytest.fixture
def channel(make: Make) -> Iterator[Any]:
    with make().pulse._broker.connected() as connection:
        yield connection.channel()


@pytest.fixture
def queue(channel: Any) -> Iterator[str]:
    name = f"mail-{uuid.uuid4().hex}"
    yield name
    channel.queue_delete(f"shop.{name}")
    channel.queue_delete(f"shop.{name}.dead")


LIMITED = {"x-max-length": 5}

PATIENT = {"PULSE_CONNECT_TIMEOUT": 60, "PULSE_CONFIRM_TIMEOUT": 60}
"""For a busy machine, where a broker that is slow to answer would not count as one that refuses."""


class Refused(threading.Event):
    """A stop event: it is set as soon as somebody waits for the next attempt."""

    waited: float | None = None

    def wait(self, timeout: float | None = None) -> bool:
        self.waited = timeout
        self.set()
        return True


def consume(app: App) -> float | None:
    """Consume until the next attempt would be due; return the seconds until then."""
    stop = Refused()
    app.pulse.consume(stop=stop)
    return stop.waited


def heartbeat(app: App) -> Any:
    response = app.test_client().get("/__heartbeat__")
    assert response.status_code == (500 if response.get_json()["details"] else 200)
    return response.get_json()["details"].get("pulse", {}).get("messages", {}).get("pulse")


def test_a_queue_with_other_properties(
    make: Make, channel: Any, queue: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel.queue_declare(f"shop.{queue}", durable=True, auto_delete=False, arguments=LIMITED)
    app = make()
    app.pulse.consumer(queue, "#")(print)
    assert consume(app) == 30
    expected = (
        f"the broker refuses the queue 'shop.{queue}' (PreconditionFailed: PRECONDITION_FAILED - "
        f"inequivalent arg 'x-max-length' for queue 'shop.{queue}' in vhost '/'"
    )
    assert f"the consumer will try again in 30 s: {expected}" in caplog.text
    assert heartbeat(app).startswith(expected)
    assert "declare it there as the service does, or delete it there" in heartbeat(app)
    channel.queue_delete(f"shop.{queue}")
    assert heartbeat(app) is None


def test_a_queue_of_dead_letters_with_other_properties(
    make: Make, channel: Any, queue: str
) -> None:
    channel.queue_declare(f"shop.{queue}.dead", durable=True, auto_delete=True)
    app = make()
    app.pulse.consumer(queue, "#")(print)
    assert consume(app) == 30
    assert f"the broker refuses the queue 'shop.{queue}.dead'" in heartbeat(app)


def test_an_exchange_with_another_type(make: Make, channel: Any) -> None:
    app = make(PULSE_RETRIES=5)
    exchange = app.config["PULSE_EXCHANGE"]
    channel.exchange_declare(exchange, "fanout", durable=True, auto_delete=False)
    expected = f"the broker refuses the exchange {exchange!r} (PreconditionFailed: "
    with pytest.raises(RefusedError) as error:
        app.pulse.send("orders", 1)
    assert str(error.value).startswith(expected)
    assert heartbeat(app).startswith(expected)
    channel.exchange_delete(exchange)
    assert heartbeat(app) is None


def test_the_heartbeat_makes_no_queue(make: Make, channel: Any, queue: str) -> None:
    app = make()
    app.pulse.consumer(queue, "#")(print)
    assert heartbeat(app) is None
    with pytest.raises(Exception, match="no queue"):
        channel.queue_declare(f"shop.{queue}", passive=True)
    channel.connection.channel()  # the broker has closed the other one


def test_the_heartbeat_of_a_consumer_is_green(make: Make, queue: str) -> None:
    app = make()
    app.pulse.consumer(queue, "#")(print)
    app.pulse.consume(idle=0.05)
    assert heartbeat(app) is None


@pytest.mark.parametrize("what", ["password", "virtual host"])
def test_a_broker_that_lets_nobody_in(
    make: Make, url: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port}"
    wrong = {
        "password": f"amqp://{parts.username}:hunter2@{host}{parts.path}",
        "virtual host": f"amqp://{parts.username}:{quote(parts.password or '')}@{host}/hidden",
    }
    app = make(PULSE_URL=wrong[what], PULSE_RETRIES=5)
    app.pulse.consumer("mail", "#")(print)
    assert consume(app) == 30
    expected = "the broker in PULSE_URL does not let this application in ("
    with pytest.raises(RefusedError) as error:
        app.pulse.send("orders", 1)
    assert str(error.value).startswith(expected)
    assert "correct the user, the password or the virtual host" in str(error.value)
    assert heartbeat(app).startswith(expected)
    assert f"try again in 30 s: {expected}" in caplog.text
    assert "hunter2" not in caplog.text + str(error.value)


def test_a_request_is_answered_with_503(make: Make, url: str) -> None:
    parts = urlsplit(url)
    app = make(PULSE_URL=f"amqp://nobody:hunter2@{parts.hostname}:{parts.port}/")
    app.add_url_rule("/", "order", lambda: app.pulse.send("orders", 1))
    response = app.test_client().get("/")
    assert response.status_code == 503
    assert "Try again later" in response.text


def test_a_consumer_goes_on_when_the_cause_is_corrected(
    make: Make, channel: Any, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend_common.pulse.consumer.REFUSED_PAUSE", 0.05)
    channel.queue_declare(f"shop.{queue}", durable=True, auto_delete=False, arguments=LIMITED)
    app, stop = make(), threading.Event()
    got: list[Message] = []

    @app.pulse.consumer(queue, "#")
    def handle(message: Message) -> None:
        got.append(message)
        stop.set()

    thread = threading.Thread(target=app.pulse.consume, kwargs={"stop": stop})
    thread.start()
    channel.queue_delete(f"shop.{queue}")
    while thread.is_alive():
        make(PULSE_MANDATORY=False).pulse.send("orders", 1)
        thread.join(0.1)
    assert got
