"""Messages: good ones, and those that are poison by the way in which they are made."""

import bz2
import gzip
import json
import lzma
import pickle
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import amqp  # type: ignore[import-untyped]

MAX_BODY = 20_000
"""PULSE_MAX_BODY of the campaign, in bytes."""

JSON = "application/json"
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@dataclass(frozen=True)
class Sent:
    """A message as it is published.

    Attributes:
        raw: The properties in the form of the wire, where a library would not write them.
    """

    body: bytes
    properties: dict[str, Any] = field(default_factory=lambda: {"content_type": JSON})
    raw: bytes | None = None

    def message(self, identifier: str) -> Any:
        """Return what py-amqp publishes."""
        if self.raw is None:
            return amqp.Message(self.body, message_id=identifier, **self.properties)
        return Raw(self.body, self.raw)


class Raw(amqp.Message):  # type: ignore[misc]
    """A message whose properties are any bytes."""

    def __init__(self, body: bytes, raw: bytes) -> None:
        super().__init__(body)
        self._raw = raw

    def _serialize_properties(self) -> bytes:
        return self._raw


def good(random: Random, number: int) -> Sent:
    """Return a message that says a number."""
    body = json.dumps({"number": number, "rest": "x" * random.randrange(100)}).encode()
    if random.random() < 0.5:
        return Sent(body)
    name = random.choice(list(COMPRESSORS))
    compressed = COMPRESSORS[name](body)
    if random.random() < 0.5:
        return Sent(compressed, {"content_type": JSON, "content_encoding": name})
    headers = {"compression": name, "trace": random.randbytes(10), "deep": [{"a": [None]}]}
    return Sent(compressed, {"content_type": JSON, "application_headers": headers})


def poison(random: Random) -> Sent:
    """Return a message that nobody can read."""
    return random.choice(KINDS)(random)


def _no_json(random: Random) -> Sent:
    # A byte that no JSON begins with, in any charset.
    return Sent(b"\xff{" + random.randbytes(random.randrange(200)))


def _cut(random: Random) -> Sent:
    body = json.dumps({"list": [random.random() for _ in range(20)]}).encode()
    return Sent(body[: random.randrange(len(body))])


def _number(random: Random) -> Sent:
    return Sent(random.choice([b"[NaN]", b"-Infinity", b"1e999", b"9" * 10_000]))


def _deep(random: Random) -> Sent:
    return Sent(random.choice([b"[", b'{"a":', b'[{"b":[']) * random.randrange(500, 2500))


def _long(random: Random) -> Sent:
    return Sent(b"[" + b" " * (MAX_BODY + random.randrange(100_000)) + b"]")


def _bomb(random: Random) -> Sent:
    name = random.choice(list(COMPRESSORS))
    body = COMPRESSORS[name](b"[" + b" " * random.randrange(MAX_BODY, 100 * MAX_BODY) + b"]")
    if random.random() < 0.5:
        return Sent(body, {"content_type": JSON, "content_encoding": name})
    return Sent(body, {"content_type": JSON, "application_headers": {"compression": name}})


def _garbled(random: Random) -> Sent:
    name = random.choice(list(COMPRESSORS))
    body = bytearray(COMPRESSORS[name](json.dumps(list(range(100))).encode()))
    body = body[: random.randrange(1, len(body) - 1)]
    return Sent(bytes(body), {"content_type": JSON, "content_encoding": name})


def _type(random: Random) -> Sent:
    kinds = ["text/plain", "application/x-yaml", "application/x-python-serialize", "x" * 255]
    return Sent(pickle.dumps({"a": 1}), {"content_type": random.choice(kinds)})


def _encoding(random: Random) -> Sent:
    names = ["klingon", "rot13", "punycode", "idna", "zstd", "gzip, gzip", "\x00", "utf-7"]
    return Sent(b"[]", {"content_type": JSON, "content_encoding": random.choice(names)})


def _compression(random: Random) -> Sent:
    names = ["rar", 7, 1.5, True, ["gzip"], {"gzip": 1}, b"\xff", "x" * 10_000]
    headers = {"compression": random.choice(names)}
    return Sent(b"[]", {"content_type": JSON, "application_headers": headers})


def _raw(random: Random) -> Sent:
    far = struct.pack(">Q", 2**62)
    raws = [
        struct.pack(">HB", 0x0080, 2) + b"\xff\xfe",  # a message-id that is not UTF-8
        struct.pack(">HB", 0x8000, 3) + b"\xc3(\xff",  # a content type that is not UTF-8
        _headers(b"\x01hT" + far),  # a date in the distant future
        _headers(_nested(random.randrange(2000, 10_000))),
    ]
    return Sent(b"[]", raw=random.choice(raws))


def _headers(table: bytes) -> bytes:
    return struct.pack(">HI", 0x2000, len(table)) + table


def _nested(depth: int) -> bytes:
    value = b"V"
    for _ in range(depth):
        value = b"A" + struct.pack(">I", len(value)) + value
    return b"\x01h" + value


KINDS: list[Callable[[Random], Sent]] = [
    _no_json,
    _cut,
    _number,
    _deep,
    _long,
    _bomb,
    _garbled,
    _type,
    _encoding,
    _compression,
    _raw,
]
