import importlib
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from backend_common import App

pytest.importorskip("flask_sqlalchemy", reason="the outbox is where the extra db is")

import sqlalchemy
from shop_pulse import FILES

Service = Callable[..., Path]

MESSAGES = 1000


@pytest.fixture
def servers(given: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Where the servers are: an exchange and an empty database that no other test has."""
    if not {"PULSE_URL", "DATABASE_URL"} <= given.keys() or not shutil.which("needs"):
        pytest.skip("needs RabbitMQ and PostgreSQL: run this in nix-shell (needs run -- pytest)")
    name = f"test_{uuid.uuid4().hex}"
    url = sqlalchemy.make_url(given["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()  # the server may restart meanwhile
    yield {
        "DATABASE_URL": url.set(database=name).render_as_string(hide_password=False),
        "PULSE_EXCHANGE": name,
        "PULSE_RELAY_POLL": "0.05",
        "PULSE_URL": given["PULSE_URL"],
    }
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def app(
    service: Service, servers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    service(FILES)
    for key, value in servers.items():
        monkeypatch.setenv(key, value)
    app: App = importlib.import_module("shop").create_app()
    for arguments in (["db", "migrate"], ["db", "upgrade"]):
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, result.output
    yield app
    with app.app_context():
        app.db.engine.dispose()
    with app.pulse._broker.connected() as connection:
        for subscription in app.pulse._subscriptions.values():
            for queue in (subscription.queue, subscription.dead):
                connection.channel().queue_delete(queue)


@pytest.fixture
def start(service: Service) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start commands of the service; who lives at the end is killed."""
    directory = service(FILES)
    with ExitStack() as at_end:

        def popen(*arguments: str) -> "subprocess.Popen[bytes]":
            command = [sys.executable, "-m", "flask", "--app", "shop.flask", *arguments]
            process = at_end.enter_context(subprocess.Popen(command, cwd=directory))
            at_end.callback(process.kill)
            return process

        yield popen


def needs(*arguments: str) -> None:
    subprocess.run(["needs", *arguments, "rabbitmq"], check=True)


def test_nothing_is_lost_whatever_is_killed(
    app: App, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    """The broker dies and comes back, relays and consumers die, and every order is handled once."""
    app.pulse.consume(idle=0.1)  # has the queue made
    relays = [start("pulse", "relay") for _ in range(2)]
    consumers = [start("pulse", "consume") for _ in range(2)]
    back = threading.Thread(target=needs, args=["start"])
    for number in range(MESSAGES):
        publish_one(app, number)
        if number == MESSAGES // 4:
            relays.pop(0).kill()
            consumers.pop(0).kill()
            relays.append(start("pulse", "relay"))
        if number == MESSAGES // 2:
            needs("kill")
            back.start()
        if number == 3 * MESSAGES // 4:
            relays.pop(0).kill()
            consumers.append(start("pulse", "consume"))
    back.join()
    relays.append(start("pulse", "relay"))
    wait_until(lambda: handled(app) >= MESSAGES)
    wait_until(lambda: not app.pulse.captured)
    assert handled(app) == MESSAGES
    for process in (*relays, *consumers):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_relays_and_consumers_outlive_a_database_that_restarts(
    app: App, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    app.pulse.consume(idle=0.1)  # has the queue made
    processes = [start("pulse", "relay"), start("pulse", "consume")]
    publish_one(app, 1)
    wait_until(lambda: handled(app) == 1)
    subprocess.run(["needs", "kill", "postgresql"], check=True)
    time.sleep(1)  # they notice
    subprocess.run(["needs", "start", "postgresql"], check=True)
    with app.app_context():
        app.db.engine.dispose()
    publish_one(app, 2)
    wait_until(lambda: handled(app) == 2)
    for process in processes:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_message_that_kills_its_consumer_is_a_dead_letter(
    app: App, start: Callable[..., "subprocess.Popen[bytes]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does for which there is not enough memory; its neighbours are handled."""
    monkeypatch.setenv("PULSE_REDELIVERIES", "3")
    app.pulse.consume(idle=0.1)  # has the queue made
    publish_one(app, 1)
    with app.app_context():
        app.pulse.publish("orders.fatal", {"number": 2})
        app.db.session.commit()
    publish_one(app, 3)
    app.pulse.relay(until_empty=True)
    ends = []
    for _ in range(4):  # when it is delivered first, and three times afterwards
        ends.append(start("pulse", "consume").wait(timeout=120))
    assert ends == [-signal.SIGKILL] * 4
    last = start("pulse", "consume")
    wait_until(lambda: handled(app) == 2)
    last.send_signal(signal.SIGTERM)
    assert last.wait(timeout=120) == 0
    with app.pulse._broker.connected() as connection:
        letter = connection.channel().basic_get("shop.orders.dead", no_ack=True)
    assert letter.headers["x-reason"] == (
        "handling it did not come to an end, 3 times after it was delivered again: did it end the "
        "process?"
    )


def publish_one(app: App, number: int) -> None:
    with app.app_context():
        app.pulse.publish("orders.created", {"number": number})
        app.db.session.commit()


def handled(app: App) -> int:
    with app.app_context():
        count = app.db.session.execute(sqlalchemy.text("SELECT count(*) FROM orders"))
        return int(count.scalar_one())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.1)
