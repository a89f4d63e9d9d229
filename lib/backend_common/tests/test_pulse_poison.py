"""Messages that nobody can read, of every kind: each is a dead letter, and consumers go on."""

import bz2
import gzip
import json
import lzma
import pickle
import shutil
import struct
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import amqp  # type: ignore[import-untyped]
import pytest
from backend_common import App, create_app
from backend_common.pulse import Message
from backend_common.pulse.body import load
from pulse_queues import consume_all

Service = Callable[..., Path]
Publish = Callable[..., None]

LIMIT = 100_000
"""PULSE_MAX_BODY of the tests."""

UNPICKLED: list[str] = []


class Trap:
    """An object that leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (UNPICKLED.append, ("unpickled",))


def bomb(compress: Callable[[bytes], bytes]) -> bytes:
    """Compress far more than a body may have."""
    return compress(b" " * 100 * LIMIT + b"1")


def lzma_with_dictionary(size: int) -> bytes:
    """Compress ``[1]``; to decompress it takes *size* bytes for its dictionary."""
    made = lzma.compress(b"[1]", format=lzma.FORMAT_ALONE, preset=0)
    return made[:1] + size.to_bytes(4, "little") + made[5:]


GZIP = {"content_encoding": "gzip"}
KOMBU = {"application_headers": {"compression": "application/x-gzip"}}


def encoding(name: str) -> dict[str, Any]:
    return {"content_encoding": name}


def compression(name: object) -> dict[str, Any]:
    return {"application_headers": {"compression": name}}


# The body, the properties, and the reason in the header of the dead letter.
POISON: dict[str, tuple[bytes, Mapping[str, Any], str]] = {
    "another content type": (
        b"{}",
        {"content_type": "text/plain"},
        "its content type is 'text/plain', not application/json",
    ),
    "a pickle": (
        pickle.dumps(Trap()),
        {"content_type": "application/x-python-serialize", "content_encoding": "binary"},
        "its content type is 'application/x-python-serialize', not application/json",
    ),
    "a pickle that says JSON": (pickle.dumps(Trap()), {}, "not JSON"),
    "YAML": (b"a: 1", {"content_type": "application/x-yaml"}, "its content type is"),
    "a long content type": (
        b"{}",
        {"content_type": "x" * 255},
        f"its content type is '{'x' * 56}..., not application/json",
    ),
    "a charset that is none": (
        b"{}",
        encoding("klingon"),
        "its content encoding 'klingon' is not supported",
    ),
    "a codec that is no charset": (
        b"{}",
        encoding("rot13"),
        "its content encoding 'rot13' is not supported",
    ),
    "a charset that costs much": (
        b"a" * 50_000,
        encoding("punycode"),
        "its content encoding 'punycode' is not supported",
    ),
    "a charset that is another": (b'"\xe4"', encoding("utf-8"), "not JSON"),
    "no JSON": (b"hello", {}, "not JSON"),
    "nothing": (b"", {}, "not JSON"),
    "half of it": (b'{"a":', {}, "not JSON"),
    "two values": (b"1 2", {}, "not JSON"),
    "NaN": (b"[NaN]", {}, "not JSON"),
    "infinity": (b"-Infinity", {}, "not JSON"),
    "a number that is too large": (b"1e999", {}, "not JSON"),
    "a number with many digits": (b"1" * 50_000, {}, "not JSON"),
    "deep lists": (b"[" * 50_000, {}, "not JSON"),
    "deep objects": (b'{"a":' * 15_000 + b"1" + b"}" * 15_000, {}, "not JSON"),
    "too long": (b" " * LIMIT + b"1", {}, "its body has more than 100000 bytes (PULSE_MAX_BODY)"),
    "garbled gzip": (b"garbled", GZIP, "it cannot be decompressed by 'gzip'"),
    "half of gzip": (gzip.compress(b"[1]")[:-9], GZIP, "it is not whole, or not compressed"),
    "junk after gzip": (gzip.compress(b"1") + b"junk", GZIP, "it cannot be decompressed by 'gzip'"),
    "garbled bz2": (b"garbled", encoding("bzip2"), "it cannot be decompressed by 'bzip2'"),
    "garbled lzma": (b"garbled", encoding("xz"), "it cannot be decompressed by 'xz'"),
    "zstd": (b"\x28\xb5\x2f\xfd", encoding("zstd"), "its content encoding 'zstd' is not supported"),
    "gzip in kombu's way": (b"{}", KOMBU, "it cannot be decompressed by 'application/x-gzip'"),
    "an unknown compression": (b"{}", compression("rar"), "its compression 'rar' is not supported"),
    "a compression that is a number": (
        b"{}",
        compression(7),
        "its compression 7 is not supported",
    ),
    "a compression that is a table": (
        b"{}",
        compression({"a": ["b"]}),
        "its compression {'a': ['b']} is not supported",
    ),
    "a bomb of gzip": (bomb(gzip.compress), GZIP, "its body has more than 100000 bytes"),
    "a bomb of zlib": (bomb(zlib.compress), KOMBU, "its body has more than 100000 bytes"),
    "a bomb of bz2": (bomb(bz2.compress), encoding("bz2"), "its body has more than 100000 bytes"),
    "a bomb of lzma": (
        bomb(lzma.compress),
        compression("application/x-lzma"),
        "its body has more than 100000 bytes",
    ),
    "lzma that needs 128 MiB to read": (
        lzma_with_dictionary(2**27),
        encoding("xz"),
        "it cannot be decompressed by 'xz'",
    ),
    "many small bombs": (
        gzip.compress(b" " * LIMIT) * 50,
        GZIP,
        "its body has more than 100000 bytes",
    ),
    "an id with a NUL": (b"{}", {"message_id": "a\0b"}, "its message-id is not text"),
    "an id that is half a character": (
        b"{}",
        {"message_id": "\ud800"},
        "its message-id is not text",
    ),
}

GOOD: dict[str, tuple[bytes, Mapping[str, Any], Any]] = {
    "no headers": (b"[1]", {}, [1]),
    "no content type": (b"[1]", {"content_type": None}, [1]),
    "a charset in the content type": (
        b"[1]",
        {"content_type": "Application/JSON; charset=utf-8"},
        [1],
    ),
    "JSON of a kind": (b"[1]", {"content_type": "application/ld+json"}, [1]),
    "binary": (b'"\xc3\xa4"', encoding("binary"), "ä"),
    "UTF-16": ('"ä"'.encode("utf-16"), encoding("UTF-16"), "ä"),
    "Latin-1": (b'"\xe4"', encoding("latin-1"), "ä"),
    "gzip": (gzip.compress(b"[1]"), GZIP, [1]),
    "gzip in two parts": (gzip.compress(b"[1") + gzip.compress(b"]"), GZIP, [1]),
    "zlib in kombu's way": (zlib.compress(b"[1]"), KOMBU, [1]),
    "bz2": (bz2.compress(b"[1]"), encoding("bzip2"), [1]),
    "lzma": (lzma.compress(b"[1]", preset=9), compression("xz"), [1]),
    "lzma that needs 64 MiB to read": (lzma_with_dictionary(2**26), compression("xz"), [1]),
    "as long as it may be": (b" " * (LIMIT - 1) + b"1", {}, 1),
    "huge headers": (b"1", {"application_headers": {"h": "x" * 100_000}}, 1),
    "headers of all types": (
        b"1",
        {
            "application_headers": {
                "text": "a",
                "list": [1, 2.5, None, True],
                "table": {"a": {"b": b"\xff"}},
                "CC": ["nowhere"],
                "x-death": [{"count": 10_000, "reason": "rejected"}],
                "x-delivery-count": 10_000,
            }
        },
        1,
    ),
}


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "-1e400", "[" * 100_000])
def test_json_has_neither_nan_nor_infinity_nor_any_depth(text: str) -> None:
    with pytest.raises(ValueError, match=r"NaN|Infinity|too large|deeply"):
        load(text)


@pytest.fixture
def memory(service: Service) -> tuple[App, Publish]:
    """An application with a broker in memory, and a way around it to that broker."""
    service()
    config = {"PULSE_PAUSE": 0.01, "PULSE_MAX_BODY": LIMIT}
    app = create_app("shop", ["pulse"], config)

    def publish(body: bytes, properties: Mapping[str, Any]) -> None:
        with app.pulse._broker.connected() as connection:
            channel = connection.channel()
            rest = {"message_id": "1", "content_type": "application/json", **properties}
            message = channel.prepare_message(
                body,
                content_type=rest.pop("content_type"),
                content_encoding=rest.pop("content_encoding", None),
                headers=rest.pop("application_headers", {}),
                properties=rest,
            )
            channel.basic_publish(message, "shop", "orders")

    return app, publish


@pytest.fixture
def rabbitmq(service: Service, given: Mapping[str, str]) -> Iterator[tuple[App, Publish]]:
    """An application at RabbitMQ, and a way around it."""
    if "PULSE_URL" not in given or not shutil.which("needs"):
        pytest.skip("PULSE_URL names no RabbitMQ: run this in nix-shell (needs run -- pytest)")
    service()
    exchange = f"test-{uuid.uuid4().hex}"
    config = {
        "PULSE_URL": given["PULSE_URL"],
        "PULSE_EXCHANGE": exchange,
        "PULSE_PAUSE": 0.01,
        "PULSE_MAX_BODY": LIMIT,
    }
    app = create_app("shop", ["pulse"], config)
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        channel.confirm_select()

        def publish(body: bytes, properties: Mapping[str, Any], key: str = "orders") -> None:
            given = {"message_id": "1", "content_type": "application/json", **properties}
            known = {name: value for name, value in given.items() if value is not None}
            channel.basic_publish_confirm(amqp.Message(body, **known), exchange, key)

        yield app, publish
        for subscription in app.pulse._subscriptions.values():
            for queue in (subscription.queue, subscription.dead):
                channel.queue_delete(queue)
        channel.exchange_delete(exchange)


@pytest.fixture(params=["memory", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> tuple[App, Publish]:
    found: tuple[App, Publish] = request.getfixturevalue(request.param)
    return found


def collect(app: App) -> tuple[str, list[Message]]:
    """Have a queue for all messages, which are kept when they are handled."""
    found: list[Message] = []
    queue = f"all-{uuid.uuid4().hex}"
    app.pulse.consumer(queue, "#")(found.append)
    app.pulse.consume(idle=0.05)
    return queue, found


def dead(app: App, queue: str) -> list[Any]:
    """Take what is in the queue of dead letters."""
    found = []
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        while (message := channel.basic_get(f"shop.{queue}.dead", no_ack=True)) is not None:
            found.append(channel.message_to_python(message) if not app.pulse.in_memory else message)
    return found


@pytest.mark.parametrize("kind", POISON)
def test_poison_is_a_dead_letter_at_once(
    memory: tuple[App, Publish], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, publish = memory
    body, properties, reason = POISON[kind]
    queue, got = collect(app)
    publish(body, properties)
    publish(b'"next"', {"message_id": "next"})
    app.pulse.consume(idle=0.05)
    assert [message.payload for message in got] == ["next"]
    (letter,) = dead(app, queue)
    check(letter, kind)
    assert f"a message in shop.{queue} cannot be read: {reason}" in caplog.text


def test_no_poison_ends_a_consumer_of_rabbitmq(rabbitmq: tuple[App, Publish]) -> None:
    app, publish = rabbitmq
    queue, got = collect(app)
    for body, properties, _ in POISON.values():
        publish(body, properties)
    publish(b'"next"', {"message_id": "next"})
    consume_all(app)
    assert [message.payload for message in got] == ["next"]
    letters = dead(app, queue)
    assert len(letters) == len(POISON)
    for letter, kind in zip(letters, POISON, strict=True):
        check(letter, kind)


def check(letter: Any, kind: str) -> None:
    """Check that a dead letter is the poison as it was sent, and tells why."""
    body, properties, reason = POISON[kind]
    assert letter.headers["x-reason"].startswith(reason)
    assert letter.headers["x-routing-key"] == "orders"
    assert bytes(letter.body or b"") == body
    assert letter.content_type == properties.get("content_type", "application/json")
    # Without one, kombu writes that it does not know the charset, and py-amqp that it is UTF-8.
    expected = properties.get("content_encoding")
    assert letter.content_encoding in ([expected] if expected else ["binary", "utf-8"])
    assert UNPICKLED == []


@pytest.mark.parametrize("kind", GOOD)
def test_unusual_messages_are_handled(memory: tuple[App, Publish], kind: str) -> None:
    app, publish = memory
    body, properties, payload = GOOD[kind]
    queue, got = collect(app)
    publish(body, properties)
    app.pulse.consume(idle=0.05)
    assert [message.payload for message in got] == [payload]
    assert dead(app, queue) == []


def test_unusual_messages_come_from_rabbitmq(rabbitmq: tuple[App, Publish]) -> None:
    app, publish = rabbitmq
    queue, got = collect(app)
    for number, (body, properties, _) in enumerate(GOOD.values()):
        publish(body, {"message_id": str(number), **properties})
    consume_all(app)
    assert [message.payload for message in got] == [payload for _, _, payload in GOOD.values()]
    assert dead(app, queue) == []


def test_dead_letters_are_replayed_as_they_were(broker: tuple[App, Publish]) -> None:
    app, publish = broker
    queue = f"mail-{uuid.uuid4().hex}"
    got: list[Any] = []
    works = False

    @app.pulse.consumer(queue, "#")
    def handle(message: Message) -> None:
        if not works:
            raise LookupError
        got.append(message.payload)

    app.pulse.consume(idle=0.05)
    for name in ("gzip", "zlib in kombu's way", "UTF-16", "huge headers", "headers of all types"):
        body, properties, _ = GOOD[name]
        publish(body, {**properties, "message_id": name})
    consume_all(app)
    works = True
    assert app.pulse.replay([queue]) == 5
    consume_all(app)
    assert got == [[1], [1], "ä", 1, 1]
    assert dead(app, queue) == []


def test_a_dead_letter_keeps_the_headers_that_fit(broker: tuple[App, Publish]) -> None:
    app, publish = broker
    queue, _ = collect(app)
    publish(b"no", {"application_headers": {"trace": "abc", "CC": ["shop.other"]}})
    publish(b"no", {"application_headers": {"trace": "x" * 100_000}})
    consume_all(app)
    small, huge = dead(app, queue)
    assert (small.headers["trace"], small.headers["x-reason"]) == ("abc", "not JSON")
    assert "CC" not in small.headers
    assert "trace" not in huge.headers


# What py-amqp fails to decode while it reads.


class Raw(amqp.Message):  # type: ignore[misc]
    """A message whose properties are any bytes."""

    def __init__(self, body: bytes, properties: bytes) -> None:
        super().__init__(body)
        self._raw = properties

    def _serialize_properties(self) -> bytes:
        return self._raw


def table(*entries: bytes) -> bytes:
    """Return the properties of a message that has headers alone, and a content type."""
    content = b"".join(entries)
    kind = b"application/json"
    return struct.pack(">HB", 0xA000, len(kind)) + kind + struct.pack(">I", len(content)) + content


def nested(depth: int) -> bytes:
    """Return a header with a list in a list, and so on."""
    value = b"V"
    for _ in range(depth):
        value = b"A" + struct.pack(">I", len(value)) + value
    return b"\x01h" + value


UNREADABLE = {
    "a message-id that is not UTF-8": struct.pack(">HB", 0x0080, 2) + b"\xff\xfe",
    "a content type that is not UTF-8": struct.pack(">HB", 0x8000, 2) + b"\xff\xfe",
    "a header in the distant future": table(b"\x01hT" + struct.pack(">Q", 2**62)),
    "deep headers": table(nested(5000)),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_undecodable_properties_end_no_consumer(
    rabbitmq: tuple[App, Publish], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, publish = rabbitmq
    queue, got = collect(app)
    monkeypatch.setattr(amqp, "Message", lambda body, **_: Raw(body, UNREADABLE[kind]))
    publish(b"[1]", {})
    monkeypatch.undo()
    publish(b'"next"', {"message_id": "next"})
    consume_all(app)
    assert [message.payload for message in got] == ["next"]
    (letter,) = dead(app, queue)
    assert letter.headers["x-reason"] == "its properties cannot be decoded"
    assert bytes(letter.body) == b"[1]"


def test_a_routing_key_that_is_not_utf_8_ends_no_consumer(
    rabbitmq: tuple[App, Publish],
) -> None:
    app, publish = rabbitmq
    queue, got = collect(app)
    publish(b"[1]", {}, key=b"orders.\xff\xfe")
    publish(b'"next"', {"message_id": "next"})
    consume_all(app)
    assert [message.payload for message in got] == ["next"]
    (letter,) = dead(app, queue)
    assert letter.headers["x-routing-key"] == "orders.??"
    assert app.pulse.replay([queue]) == 0


def test_a_message_without_a_body_is_a_dead_letter(rabbitmq: tuple[App, Publish]) -> None:
    app, publish = rabbitmq
    queue, got = collect(app)
    publish(b"", {})
    consume_all(app)
    assert got == []
    assert [letter.headers["x-reason"] for letter in dead(app, queue)] == ["not JSON"]


def test_an_id_of_another_type_is_a_dead_letter(memory: tuple[App, Publish]) -> None:
    app, publish = memory
    queue, got = collect(app)
    publish(b"1", {"message_id": 7})
    app.pulse.consume(idle=0.05)
    assert got == []
    assert [letter.headers["x-reason"] for letter in dead(app, queue)] == [
        "its message-id is not text"
    ]


def test_a_handler_that_ends_the_process_is_a_failure(broker: tuple[App, Publish]) -> None:
    app, publish = broker
    queue = f"mail-{uuid.uuid4().hex}"

    @app.pulse.consumer(queue, "#")
    def handle(_: Message) -> None:
        raise SystemExit(1)

    app.pulse.consume(idle=0.05)
    publish(json.dumps(1).encode(), {})
    consume_all(app)
    assert [letter.headers["x-reason"] for letter in dead(app, queue)] == ["SystemExit"]
