"""Heartbeats: a frozen process gives its messages back, and one that works for long keeps them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError, create_app
from backend_common.pulse import Message
from pulse_queues import consume_all

Service = Callable[..., Path]
Make = Callable[..., App]

SHOP = """
import os
import time

import backend_common


def create_app(config=None):
    app = backend_common.create_app("shop", extensions=["pulse"], config=config)

    @app.pulse.consumer(os.environ["QUEUE"], "#")
    def handle(message):
        print(message.payload, flush=True)
        time.sleep(600)

    return app
"""
CALM = {"PULSE_HEARTBEAT": 3}
"""For tests in which the broker must not close a connection, however busy the machine is."""

FLASK = "import shop\n\napp = shop.create_app()\n"


@pytest.fixture
def settings(given: Mapping[str, str]) -> dict[str, Any]:
    if "PULSE_URL" not in given or not shutil.which("needs"):
        pytest.skip("PULSE_URL names no RabbitMQ: run this in nix-shell (needs run -- pytest)")
    return {
        "PULSE_URL": given["PULSE_URL"],
        "PULSE_EXCHANGE": f"test-{uuid.uuid4().hex}",
        "PULSE_HEARTBEAT": 1,
        "PULSE_PAUSE": 0.05,
    }


@pytest.fixture
def make(service: Service, settings: dict[str, Any]) -> Iterator[Make]:
    service({"shop/__init__.py": SHOP, "shop/flask.py": FLASK})
    apps: list[App] = []

    def make_app(**config: Any) -> App:
        apps.append(create_app("shop", extensions=["pulse"], config={**settings, **config}))
        return apps[-1]

    yield make_app
    for app in apps:
        app.pulse._publishers.close()
    with apps[0].pulse._broker.connected() as connection:
        channel = connection.channel()
        for subscription in [it for app in apps for it in app.pulse._subscriptions.values()]:
            for queue in (subscription.queue, subscription.dead):
                channel.queue_delete(queue)
        channel.exchange_delete(settings["PULSE_EXCHANGE"])


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)


def test_a_frozen_consumer_gives_its_messages_back(
    make: Make, service: Service, settings: dict[str, Any]
) -> None:
    queue = f"mail-{uuid.uuid4().hex}"
    app = make()
    got: list[Message] = []
    app.pulse.consumer(queue, "#")(got.append)
    app.pulse.consume(idle=0.05)
    variables = {name: str(value) for name, value in settings.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "shop.flask", "pulse", "consume"],
        cwd=service({"shop/__init__.py": SHOP, "shop/flask.py": FLASK}),
        env={**os.environ, **variables, "QUEUE": queue},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            for number in range(5):
                app.pulse.publish("orders", number)
            assert process.stdout
            assert process.stdout.readline() == "0\n"
            process.send_signal(signal.SIGSTOP)
            stop = threading.Event()
            thread = threading.Thread(target=app.pulse.consume, kwargs={"stop": stop})
            thread.start()
            try:
                wait_until(lambda: {message.payload for message in got} == set(range(5)))
            finally:
                stop.set()
                thread.join()
        finally:
            process.kill()


def test_a_handler_may_work_for_longer_than_the_broker_waits(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    app = make(**CALM)
    got: list[int] = []

    @app.pulse.consumer(f"mail-{uuid.uuid4().hex}", "#")
    def handle(message: Message) -> None:
        time.sleep(10)  # the broker closes what is silent for 6 s
        got.append(message.payload)

    app.pulse.consume(idle=0.05)
    app.pulse.publish("orders", 1)
    consume_all(app)
    assert got == [1]
    assert "try again" not in caplog.text
    app.pulse.consume(idle=0.2)
    assert got == [1]


def test_a_pause_between_attempts_is_no_silence(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    app = make(PULSE_PAUSE=10, PULSE_ATTEMPTS=2, **CALM)
    got: list[int] = []

    @app.pulse.consumer(f"mail-{uuid.uuid4().hex}", "#")
    def handle(message: Message) -> None:
        got.append(message.payload)
        if len(got) < 2:
            raise LookupError

    app.pulse.consume(idle=0.05)
    app.pulse.publish("orders", 1)
    consume_all(app)
    assert got == [1, 1]
    assert "try again" not in caplog.text


def test_an_idle_publisher_keeps_its_connection(make: Make) -> None:
    app = make(PULSE_MANDATORY=False, PULSE_RETRIES=0, **CALM)
    app.pulse.publish("orders", 1)
    ((publisher,),) = app.pulse._publishers._idle.values()
    time.sleep(10)
    app.pulse.publish("orders", 2)
    assert app.pulse._publishers._idle[os.getpid()] == [publisher]


def test_a_publisher_that_died_meanwhile_is_not_used(make: Make) -> None:
    app = make(PULSE_MANDATORY=False, PULSE_RETRIES=0)
    app.pulse.publish("orders", 1)
    ((publisher,),) = app.pulse._publishers._idle.values()
    publisher._connection.connection.transport.sock.shutdown(2)
    wait_until(lambda: publisher.is_dead)
    app.pulse.publish("orders", 2)
    assert app.pulse._publishers._idle[os.getpid()] != [publisher]


def test_a_consumer_finds_out_that_the_broker_is_frozen(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    app, stop = make(), threading.Event()
    got: list[Message] = []
    app.pulse.consumer(f"mail-{uuid.uuid4().hex}", "#")(got.append)
    thread = threading.Thread(target=app.pulse.consume, kwargs={"stop": stop})
    thread.start()
    try:
        wait_until(lambda: is_taken(app))
        needs("freeze")
        try:
            wait_until(lambda: "the consumer will try again" in caplog.text)
        finally:
            needs("thaw")
        count = len(got)
        wait_until(lambda: is_taken(app))
        wait_until(lambda: len(got) > count)
    finally:
        stop.set()
        thread.join()
    assert "ConnectionForced" in caplog.text


def needs(action: str) -> None:
    subprocess.run(["needs", action, "rabbitmq"], check=True)


def is_taken(app: App) -> bool:
    try:
        app.pulse.publish("orders", 1)
    except Exception:  # noqa: BLE001  whatever is wrong with a broker that is just back
        return False
    return True


def test_a_fork_sends_no_heartbeats_of_its_parent(make: Make) -> None:
    app = make(PULSE_MANDATORY=False, PULSE_RETRIES=0, **CALM)
    app.pulse.publish("orders", 1)
    child = os.fork()
    if not child:
        status = 1
        try:
            app.pulse.publish("orders", 2)
            status = len(app.pulse._broker.heartbeats._threads) - 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    time.sleep(8)
    app.pulse.publish("orders", 3)


def test_the_thread_ends_with_the_last_connection(make: Make) -> None:
    app = make(PULSE_MANDATORY=False)
    app.pulse.publish("orders", 1)
    thread = app.pulse._broker.heartbeats._threads[os.getpid()]
    assert thread._runs
    app.pulse._publishers.close()
    wait_until(lambda: not thread._runs)
    app.pulse.publish("orders", 2)
    assert thread._runs


@pytest.mark.parametrize("value", [0, -1, 1.5, True, 3601])
def test_heartbeats_cannot_be_turned_off(service: Service, value: object) -> None:
    service()
    with pytest.raises(
        SettingError, match=r"PULSE_HEARTBEAT .* expected a whole number of seconds from 1 to 3600"
    ):
        create_app("shop", ["pulse"], {"PULSE_HEARTBEAT": value})
