"""Connections of kombu that deliver every message as it was sent, whatever that was.

kombu decompresses a body before anybody can look at it, without a limit. py-amqp raises an error
while it reads a frame with properties or names that it cannot decode. Either would end every
consumer that gets the message, again and again. Here a body stays as it is, and a message that
cannot be decoded arrives with the content type :data:`UNDECODABLE`, for the consumer to refuse.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import amqp  # type: ignore[import-untyped]
from amqp import spec
from amqp.method_framing import frame_handler  # type: ignore[import-untyped]
from amqp.serialization import loads  # type: ignore[import-untyped]
from kombu.transport import memory, pyamqp, virtual

from backend_common.pulse.library import kombu

UNDECODABLE = "application/x-undecodable"

HEADER = 2  # the type of a frame with the properties of a message
BEFORE_FLAGS = 12  # bytes of such a frame: class, weight, size of the body
CONTENT_TYPE_ALONE = b"\x80\x00"  # flags of the properties: the first bit is the content type

# The arguments of the methods that bring a message, in the notation of py-amqp. In both, the two
# names, of the exchange and of the routing key, come one after the other.
DELIVERED = {spec.Basic.Deliver: "sLbss", spec.Basic.GetOk: "Lbssl"}
BEFORE_ARGUMENTS = 4  # bytes: class and method
BEFORE_NAMES = 9  # bytes: delivery tag and flags


class Message(pyamqp.Message):
    """A message whose body nothing has touched."""

    def __init__(self, msg: Any, channel: Any = None, **more: Any) -> None:
        properties = msg.properties
        # NB: not that of pyamqp, which decompresses what the headers call compressed.
        kombu.Message.__init__(
            self,
            body=msg.body,
            channel=channel,
            delivery_tag=msg.delivery_tag,
            content_type=properties.get("content_type"),
            content_encoding=properties.get("content_encoding"),
            delivery_info=msg.delivery_info,
            properties=properties,
            **more,
        )
        self.headers = properties.get("application_headers") or {}


class Channel(pyamqp.Channel):
    """A channel that delivers every message."""

    Message = Message

    def __init__(self, connection: Any, channel_id: int | None = None, **more: Any) -> None:
        # py-amqp would decode a body with any codec of Python that the message names.
        super().__init__(connection, channel_id, **{**more, "auto_decode": False})

    def dispatch_method(self, method_sig: Any, payload: bytes, content: Any) -> Any:
        """Go on with a method of the broker, as py-amqp does."""
        if arguments := DELIVERED.get(method_sig):
            try:
                loads(arguments, payload, BEFORE_ARGUMENTS)
            except UnicodeDecodeError:
                payload = _readable(payload, has_tag=method_sig == spec.Basic.Deliver)
                content.properties["content_type"] = UNDECODABLE
        return super().dispatch_method(method_sig, payload, content)


class Connection(pyamqp.Connection):
    """A connection that survives every message."""

    Channel = Channel

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, frame_handler=_read_frames, **more)


class Transport(pyamqp.Transport):
    """The transport of kombu for AMQP, with these connections."""

    Connection = Connection


class MemoryMessage(virtual.Message):
    """The same as :class:`Message`, of a broker in memory."""

    def __init__(self, payload: Mapping[str, Any], channel: Any = None, **more: Any) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            {**payload, "headers": None}, channel, **more
        )
        self._sent = payload
        self.headers = payload.get("headers") or {}

    def serializable(self) -> dict[str, Any]:
        """Return what is put back into the queue when the message is to be delivered again."""
        return dict(self._sent)


def in_memory() -> Any:
    """Return a transport of kombu that is a broker in memory, for one application alone.

    kombu's own is shared by everything in a process.
    """
    state: Any = virtual.BrokerState
    parts = {"Message": MemoryMessage, "queues": {}, "events": defaultdict(set)}
    channel = type("Channel", (memory.Channel,), parts)
    own = {"Channel": channel, "global_state": state(), "polling_interval": 0.01}
    return type("Transport", (memory.Transport,), own)


def _read_frames(connection: Any, callback: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return what reads frames for *connection*: py-amqp's, with headers that it can decode."""
    read = frame_handler(connection, callback)

    def on_frame(frame: tuple[int, int, bytes]) -> Any:
        kind, channel, payload = frame
        return read((kind, channel, _decodable(payload)) if kind == HEADER else frame)

    return on_frame


def _decodable(header: bytes) -> bytes:
    """Return the frame *header*, or one that says UNDECODABLE if py-amqp cannot decode it."""
    try:
        amqp.Message().inbound_header(header)
    # Of many kinds: an unknown type, a wrong length, a date in the year 10000, a deep table.
    except Exception:  # noqa: BLE001
        said = UNDECODABLE.encode()
        return bytes(header[:BEFORE_FLAGS]) + CONTENT_TYPE_ALONE + bytes([len(said)]) + said
    return header


def _readable(payload: bytes, has_tag: bool) -> bytes:
    """Replace what is not ASCII in the names of the exchange and of the routing key."""
    data = bytearray(payload)
    start = BEFORE_ARGUMENTS + BEFORE_NAMES
    if has_tag:
        start += 1 + data[BEFORE_ARGUMENTS]
    for _ in range(2):
        end = start + 1 + data[start]
        data[start + 1 : end] = (
            data[start + 1 : end].decode("ascii", "replace").replace("\ufffd", "?").encode()
        )
        start = end
    return bytes(data)
