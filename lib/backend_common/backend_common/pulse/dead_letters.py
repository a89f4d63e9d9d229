"""Dead letters: messages that cannot be handled, as they arrived, with the reason in a header."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from amqp.serialization import dumps  # type: ignore[import-untyped]

from backend_common.pulse.message import CONTENT_TYPE
from backend_common.pulse.publisher import Envelope

EXCHANGE, ROUTING_KEY = "x-exchange", "x-routing-key"
"""Headers of dead letters: where they were published."""

REASON = "x-reason"
"""A header of dead letters: why they cannot be handled."""

ROUTING = {"CC", "BCC"}
"""Headers by which RabbitMQ would deliver a dead letter to other queues as well."""

MOST_HEADERS = 65536
"""Bytes of headers that a dead letter keeps: all must fit into one frame of 128 KiB."""


@dataclass(frozen=True)
class Origin:
    """Where a message was published."""

    exchange: str
    routing_key: str

    @classmethod
    def of(cls, received: Any) -> Self:
        """Return that of a message that the broker delivered, which may have been dead before."""
        headers = received.headers
        delivery = received.delivery_info
        # Only a replay puts messages with these headers into a queue by its name.
        if not delivery["exchange"] and {EXCHANGE, ROUTING_KEY} <= headers.keys():
            return cls(_text(headers[EXCHANGE]), _text(headers[ROUTING_KEY]))
        return cls(delivery["exchange"], delivery["routing_key"])


def envelope(received: Any, queue: str, reason: str) -> Envelope:
    """Return a message that the broker delivered, for the dead letters of *queue*."""
    origin = Origin.of(received)
    body = received.body
    return Envelope(
        id=_text(received.properties.get("message_id") or ""),
        routing_key=queue,
        body=body if isinstance(body, str) else bytes(body or b""),
        headers={
            **_kept(received.headers),
            REASON: reason,
            EXCHANGE: origin.exchange,
            ROUTING_KEY: origin.routing_key,
        },
        # Without one, kombu would serialize the body once more.
        content_type=_kept_text(received.content_type) or CONTENT_TYPE,
        content_encoding=_kept_text(received.content_encoding),
    )


def _kept(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return *headers* without those that cannot be sent again; none if they are too large."""
    kept = {
        name: value
        for name, value in headers.items()
        if isinstance(name, str) and name not in ROUTING
    }
    try:
        encoded = dumps("F", [kept])
    # Of many kinds: what another client may send, this one need not be able to.
    except Exception:  # noqa: BLE001
        return {}
    return kept if len(encoded) <= MOST_HEADERS else {}


def _text(value: object) -> str:
    """Return *value* as text of at most 255 bytes, which a name in AMQP may have."""
    text = value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "replace")[:255].decode("utf-8", "ignore")


def _kept_text(value: object) -> str | None:
    return None if value is None else _text(value)
