"""Messages, and how they are written down."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

CONTENT_TYPE = "application/json"

LONGEST_KEY = 255
"""Bytes of a routing key: AMQP 0-9-1 has it as a short string."""


@dataclass(frozen=True)
class Message:
    """A message, which is published or was received.

    :param routing_key: words with dots between them, by which queues choose.
    :param payload: what JSON has.
    :param id: the same however often it is delivered; empty where a foreign publisher gave none.
    :param exchange: where it was published; empty for the service's own.
    """

    routing_key: str
    payload: Any
    id: str = field(default_factory=lambda: uuid4().hex)
    exchange: str = ""


def encode(message: Message, limit: int) -> str:
    """Return the payload as JSON (RFC 8259).

    :param limit: the bytes that it may have.
    :raises ValueError: it is longer, no JSON, or the routing key will not do.
    """
    key = message.routing_key
    if not isinstance(key, str) or not 0 < len(key.encode()) <= LONGEST_KEY:
        text = f"a routing key is text of 1 to {LONGEST_KEY} bytes, such as orders.created"
        raise ValueError(text)
    try:
        body = json.dumps(message.payload, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        text = f"the payload of {key!r} is not JSON: {error}; publish numbers, text, lists, dicts"
        raise ValueError(text) from error
    if len(body) > limit:
        text = (
            f"the payload of {key!r} has {len(body)} bytes, and PULSE_MAX_BODY is {limit}: "
            "publish where it can be fetched"
        )
        raise ValueError(text)
    return body
