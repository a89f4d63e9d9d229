"""What a connection sends: as much at a time as the client takes."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

SLICE = 16384
"""The bytes that the transport gets at once: it copies those that the client does not take."""

TURN = 16
"""The slices that are handed to the transport of one connection before others have their turn."""


class Outgoing:
    """The bytes of an answer, on their way to a client. It runs in the event loop.

    Args:
        transport: The transport of the connection.
        loop: The event loop.
        drained: Called each time that the transport has all.

    Attributes:
        is_blocked: Whether the client does not take what it was sent.
    """

    __slots__ = ("_drained", "_loop", "_posted", "_transport", "_unsent", "is_blocked")

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        drained: Callable[[], None],
    ) -> None:
        # Anything that the client did not take pauses writing.
        transport.set_write_buffer_limits(high=0)
        self._transport = transport
        self._loop = loop
        self._drained = drained
        self._unsent: deque[memoryview] = deque()
        self._posted = 0
        self.is_blocked = False

    def begin(self) -> None:
        """Count anew, for another answer."""
        self._posted = 0

    def clear(self) -> None:
        """Forget what was not sent."""
        self._unsent.clear()

    def send(self, parts: Sequence[bytes]) -> None:
        """Send `parts` after all that was sent before."""
        for part in parts:
            self._posted += len(part)
            if self.is_blocked or self._unsent or len(part) > SLICE:
                self._unsent.append(memoryview(part))
            else:
                self.write(part)
        self.flush()

    def flush(self) -> None:
        """Send what the client takes, and let other connections have their turn."""
        unsent = self._unsent
        for _ in range(TURN):
            if self.is_blocked or not unsent:
                break
            part = unsent.popleft()
            self.write(part[:SLICE])
            if len(part) > SLICE:
                unsent.appendleft(part[SLICE:])
        if self.is_blocked:
            return
        if unsent:
            self._loop.call_soon(self.flush)
        else:
            self._drained()

    def write(self, data: bytes | memoryview) -> None:
        """Hand `data` to the transport, unless that is about to close."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def read_bytes(self) -> int:
        """Return the bytes of the answer that the client's machine has acknowledged."""
        queued = bytearray(4)
        with suppress(OSError):
            fcntl.ioctl(self._transport.get_extra_info("socket"), termios.TIOCOUTQ, queued)
        unsent = sum(map(len, self._unsent)) + self._transport.get_write_buffer_size()
        not_acknowledged: int = struct.unpack("i", queued)[0]
        return self._posted - unsent - not_acknowledged

    def reset(self) -> None:
        """End the connection at once, with what the system still holds for the client."""
        sock = self._transport.get_extra_info("socket")
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
