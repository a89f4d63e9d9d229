import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from backend_common import App, SettingError, create_app, current_app
from backend_common.core.loader import ExtensionError
from backend_common.pulse import BrokerError, Message, Retry
from backend_common.pulse.library import kombu

Service = Callable[..., Path]
Make = Callable[..., App]

NOBODY = "amqp://user:hunter2@127.0.0.1:1/"


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(**config: object) -> App:
        return create_app("shop", extensions=["pulse"], config={"PULSE_PAUSE": 0.01, **config})

    return make_app


@pytest.fixture
def app(make: Make) -> App:
    return make()


def consume(app: App, *queues: str) -> None:
    app.pulse.consume(queues, idle=0.05)


def collect(app: App, queue: str, *keys: str, exchange: str | None = None) -> list[Message]:
    """Handle the messages of a queue by keeping them."""
    found: list[Message] = []
    app.pulse.consumer(queue, *keys, exchange=exchange)(found.append)
    return found


# Publishing.


def test_what_is_published_is_captured(app: App) -> None:
    id_ = app.pulse.publish("orders.created", {"order": 1})
    app.pulse.send("orders.paid", None)
    assert app.pulse.captured[0] == Message("orders.created", {"order": 1}, id_)
    assert [it.routing_key for it in app.pulse.captured] == ["orders.created", "orders.paid"]
    assert len(app.pulse.captured[1:]) == 1
    assert "orders.paid" in repr(app.pulse.captured)


def test_two_apps_have_brokers_of_their_own(make: Make) -> None:
    one, two = make(), make()
    got, other = collect(one, "mail", "#"), collect(two, "mail", "#")
    one.pulse.publish("orders.created", 1)
    consume(one)
    consume(two)
    assert [it.payload for it in got] == [1]
    assert other == []
    assert len(two.pulse.captured) == 0


@pytest.mark.parametrize("key", ["", "a" * 256, "ä" * 128, None])
def test_a_wrong_routing_key(app: App, key: str) -> None:
    with pytest.raises(ValueError, match="a routing key is text of 1 to 255 bytes"):
        app.pulse.publish(key, 1)


@pytest.mark.parametrize("payload", [{1, 2}, float("nan"), object()])
def test_a_payload_that_is_not_json(app: App, payload: object) -> None:
    with pytest.raises(ValueError, match=r"the payload of 'orders' is not JSON: .*; publish"):
        app.pulse.publish("orders", payload)


def test_a_payload_that_is_too_long(make: Make) -> None:
    app = make(PULSE_MAX_BODY=10)
    app.pulse.publish("orders", "12345678")
    with pytest.raises(ValueError, match="has 11 bytes, and PULSE_MAX_BODY is 10: publish where"):
        app.pulse.publish("orders", "123456789")


def test_a_broker_that_is_not_there(make: Make) -> None:
    app = make(PULSE_URL=NOBODY, PULSE_RETRIES=1)
    with pytest.raises(BrokerError, match="the broker in PULSE_URL does not do what") as error:
        app.pulse.publish("orders", 1)
    assert "Connection refused" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_request_that_cannot_publish_is_answered_with_503(make: Make) -> None:
    app = make(PULSE_URL=NOBODY, PULSE_RETRIES=0)
    app.add_url_rule("/", "order", lambda: app.pulse.publish("orders", 1))
    response = app.test_client().get("/")
    assert response.status_code == 503
    assert "A message cannot be published now. Try again later." in response.text
    assert "127.0.0.1" not in response.text


def test_the_heartbeat_tells_no_secret(make: Make) -> None:
    response = make(PULSE_URL=NOBODY).test_client().get("/__heartbeat__")
    assert response.status_code == 500
    assert "the broker in PULSE_URL does not do what it should" in response.text
    assert "hunter2" not in response.text


def test_threads_publish_at_once(app: App) -> None:
    got = collect(app, "mail", "#")
    threads = [
        threading.Thread(target=lambda: [app.pulse.publish("orders", n) for n in range(20)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    consume(app)
    assert sorted(it.payload for it in got) == sorted(4 * list(range(20)))


# Settings.


@pytest.mark.parametrize(
    "url", ["", "redis://host", "amqp://", "amqp:///vhost", "amqp://host:port/", "host", 5]
)
def test_an_url_that_is_none(make: Make, url: object) -> None:
    with pytest.raises(
        SettingError, match=r"PULSE_URL .* expected amqp://USER:PASSWORD@HOST/VHOST"
    ):
        make(PULSE_URL=url)


@pytest.mark.parametrize(
    ("old", "new"),
    [("PULSE_SEEN_SIZE", "PULSE_INBOX_SIZE"), ("PULSE_SEEN_AGE", "PULSE_INBOX_AGE")],
)
def test_an_old_name_of_a_setting(
    make: Make, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    expected = f"the setting {old} of 'shop' is called {new} now: rename it"
    with pytest.raises(SettingError, match=expected):
        make(**{old: 5})
    monkeypatch.setenv(old, "5")
    with pytest.raises(SettingError, match=expected):
        make()


def test_production_names_its_broker(make: Make) -> None:
    with pytest.raises(SettingError, match="PULSE_URL"):
        make(APP_CHANNEL="production")
    assert make(APP_CHANNEL="production", PULSE_URL="memory://").pulse.in_memory
    assert not make(APP_CHANNEL="production", PULSE_URL=NOBODY).pulse.in_memory


# Consuming.


def test_a_consumer_gets_what_its_keys_say(app: App) -> None:
    mail, audit = collect(app, "mail", "orders.*", "users.new"), collect(app, "audit", "#")
    keys = ["orders.created", "orders.created.late", "users.new", "users.old"]
    ids = [app.pulse.publish(key, {"key": key}) for key in keys]
    consume(app)
    assert [it.routing_key for it in mail] == ["orders.created", "users.new"]
    assert [it.id for it in audit] == ids
    assert audit[0].exchange == "shop"
    assert audit[0].payload == {"key": "orders.created"}


def test_one_queue_alone(app: App) -> None:
    mail, audit = collect(app, "mail", "#"), collect(app, "audit", "#")
    app.pulse.publish("orders", 1)
    consume(app, "mail")
    assert (len(mail), len(audit)) == (1, 0)


def test_a_handler_runs_in_an_application_context(app: App) -> None:
    names = []
    app.pulse.consumer("mail", "#")(lambda _: names.append(current_app.name))
    app.pulse.publish("orders", 1)
    consume(app)
    assert names == ["shop"]


def test_a_duplicate_is_dropped(app: App) -> None:
    got, other = collect(app, "mail", "#"), collect(app, "audit", "#")
    republish(app, "orders", b'"same"', id_="1")
    republish(app, "orders", b'"same"', id_="1")
    republish(app, "orders", b'"same"', id_="2")
    consume(app)
    assert [it.id for it in got] == ["1", "2"]
    assert [it.id for it in other] == ["1", "2"]


def test_without_an_id_nothing_is_a_duplicate(app: App) -> None:
    got = collect(app, "mail", "#")
    republish(app, "orders", b"1", id_=None)
    republish(app, "orders", b"1", id_=None)
    consume(app)
    assert [it.id for it in got] == ["", ""]


def test_duplicates_are_remembered_up_to_a_number(make: Make) -> None:
    app = make(PULSE_INBOX_SIZE=2)
    got = collect(app, "mail", "#")
    for id_ in "1231":
        republish(app, "orders", b"1", id_=id_)
    consume(app)
    assert [it.id for it in got] == ["1", "2", "3", "1"]


def republish(app: App, key: str, body: bytes, id_: str | None) -> None:
    """Publish as anybody may, with the library's connection alone."""
    with app.pulse._broker.connected() as connection:
        producer = kombu.Producer(connection.channel(), exchange=kombu.Exchange("shop", "topic"))
        properties = {} if id_ is None else {"message_id": id_}
        producer.publish(
            body,
            routing_key=key,
            content_type="application/json",
            content_encoding="utf-8",
            **properties,
        )


def test_a_failure_is_tried_again(app: App) -> None:
    attempts = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.id)
        if len(attempts) < 3:
            raise LookupError

    app.pulse.publish("orders", 1)
    consume(app)
    assert len(attempts) == 3
    assert dead(app, "mail") == []


def test_what_cannot_be_handled_is_dead(app: App, caplog: pytest.LogCaptureFixture) -> None:
    attempts = []

    @app.pulse.consumer("mail", "orders.*")
    def handle(message: Message) -> None:
        attempts.append(message.id)
        raise LookupError("hunter2")

    id_ = app.pulse.publish("orders.created", {"order": 1})
    consume(app)
    assert attempts == [id_] * 3
    assert dead(app, "mail") == [(id_, b'{"order":1}', "LookupError", "orders.created")]
    assert f"message {id_} of shop.mail is dead (LookupError): it is in shop.mail.dead now" in [
        record.getMessage() for record in caplog.records
    ]


@pytest.mark.parametrize("body", [b"no json", b"\xff\xff", b"[" * 100_000])
def test_what_is_not_json_is_dead_at_once(app: App, body: bytes) -> None:
    got = collect(app, "mail", "#")
    republish(app, "orders", body, id_="1")
    app.pulse.publish("orders", 2)
    consume(app)
    assert [it.payload for it in got] == [2]
    assert [reason for _, _, reason, _ in dead(app, "mail")] == ["not JSON"]


def test_dead_letters_are_replayed(app: App) -> None:
    handled: list[Message] = []
    other = collect(app, "other", "#")

    @app.pulse.consumer("mail", "orders.*")
    def handle(message: Message) -> None:
        if message.payload not in mended:
            raise LookupError
        handled.append(message)

    mended: set[int] = set()
    ids = [app.pulse.publish("orders.created", number) for number in (1, 2)]
    consume(app)
    assert app.pulse.replay() == 2
    consume(app)  # both die again
    mended = {1}
    assert app.pulse.replay(["mail"]) == 2
    consume(app)
    assert handled == [Message("orders.created", 1, ids[0], exchange="shop")]
    assert [(it[0], it[3]) for it in dead(app, "mail")] == [(ids[1], "orders.created")]
    assert app.pulse.replay(["mail"]) == 0
    assert [it.id for it in other] == ids


def test_replaying_what_nothing_handles(app: App) -> None:
    with pytest.raises(ExtensionError, match=r"nothing handles messages of shop\.post: decorate a"):
        app.pulse.replay(["post"])


def dead(app: App, queue: str) -> list[tuple[str, bytes, str, str]]:
    """What is in the queue of dead letters."""
    found = []
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        while (message := channel.basic_get(f"shop.{queue}.dead", no_ack=True)) is not None:
            headers = message.headers
            found.append(
                (
                    message.properties["message_id"],
                    message.body,
                    headers["x-reason"],
                    headers["x-routing-key"],
                )
            )
    return found


def test_what_cannot_be_handled_now_comes_back(make: Make) -> None:
    app = make(PULSE_ATTEMPTS=1)
    attempts = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        attempts.append(message.payload)
        if len(attempts) < 5:
            raise Retry

    app.pulse.publish("orders", 1)
    consume(app)
    assert attempts == [1] * 5


def test_a_consumer_stops_after_the_message_at_hand(app: App) -> None:
    stop = threading.Event()
    got = []

    @app.pulse.consumer("mail", "#")
    def handle(message: Message) -> None:
        got.append(message.payload)
        stop.set()

    app.pulse.publish("orders", 1)
    app.pulse.publish("orders", 2)
    app.pulse.consume(stop=stop)
    assert got == [1]
    consume(app)
    assert got == [1, 2]


def test_a_queue_has_one_handler(app: App) -> None:
    collect(app, "mail", "#")
    with pytest.raises(ValueError, match=r"'shop\.mail' is handled already: name a queue of its"):
        app.pulse.consumer("mail", "orders")
    with pytest.raises(ValueError, match=r"'shop\.audit' takes no messages: name"):
        app.pulse.consumer("audit")


def test_a_queue_that_nothing_handles(app: App) -> None:
    with pytest.raises(ExtensionError, match=r"nothing handles messages of shop: .* for: none"):
        app.pulse.consume()
    collect(app, "mail", "#")
    with pytest.raises(ExtensionError, match=r"messages of shop\.post: .* for: shop\.mail"):
        app.pulse.consume(["post"])


# Commands.


@pytest.mark.parametrize("command", ["relay", "consume"])
def test_a_command_has_nothing_to_do_in_memory(app: App, command: str) -> None:
    result = app.test_cli_runner().invoke(args=["pulse", command])
    assert result.exit_code == 1
    assert "PULSE_URL is memory://, a broker that no other process has: set it" in result.output


WARNING = """
import logging
from backend_common import create_app


def warn(*_):
    logging.getLogger("library").warning("at amqp://shop:hunter2@broker")


app = create_app("shop", ["log", "pulse"], {"LOG_FORMAT": "json", "PULSE_URL": "amqp://127.0.0.1:1"})
app.pulse.relay = app.pulse.consume = warn
"""


@pytest.mark.parametrize("command", ["relay", "consume"])
def test_a_process_logs_what_libraries_say_as_its_application_does(
    service: Service, command: str
) -> None:
    pytest.importorskip("structlog", reason="needs the extra log too")
    directory = service({"shop/flask.py": WARNING})
    result = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "shop.flask", "pulse", command],
        cwd=directory,
        text=True,
        capture_output=True,
        check=True,
    )
    line = json.loads(result.stderr)
    assert (line["logger"], line["event"]) == ("library", "at amqp://[redacted]@broker")


def test_the_relay_needs_a_database(make: Make) -> None:
    result = make(PULSE_URL=NOBODY).test_cli_runner().invoke(args=["pulse", "relay"])
    assert result.exit_code == 1
    assert "'shop' has no outbox to relay from, so messages are published at once" in result.output


def test_the_command_says_that_nothing_is_handled(make: Make) -> None:
    result = make(PULSE_URL=NOBODY).test_cli_runner().invoke(args=["pulse", "consume"])
    assert result.exit_code == 1
    assert "Error: nothing handles messages of shop: decorate a function" in result.output


def test_nothing_is_connected_before_it_is_needed(service: Service) -> None:
    code = (
        "import json, socket, sys\n"
        "socket.socket.connect = None\n"
        "from backend_common import create_app\n"
        "app = create_app('shop', ['pulse'], {'PULSE_URL': 'amqp://127.0.0.1:1/'})\n"
        "print(json.dumps('sqlalchemy' in sys.modules))\n"
    )
    output = subprocess.check_output([sys.executable, "-c", code], cwd=service(), text=True)
    assert json.loads(output) is False
