"""One request and its answer, as the application sees it: in a thread."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from contextvars import Context
from threading import Condition, Lock
from types import TracebackType
from typing import IO, Protocol

from serving.answer import Head, Header, whole
from serving.environ import Environ
from serving.served import Wsgi

AHEAD = 16384
"""The bytes that the application may be ahead of the client, before its thread goes elsewhere."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType]


class Client(Protocol):
    """What an exchange needs of its connection. Threads may call everything here."""

    @property
    def is_last(self) -> bool:
        """Whether the connection ends after this answer."""

    def post(self, exchange: "Exchange", parts: Sequence[bytes], end: "End | None") -> None:
        """Send `parts` after all that was sent before; with an end, that is all of the answer."""

    def send_whole(self, exchange: "Exchange", data: bytes, end: "End") -> None:
        """Send a whole answer."""

    def resume_later(self, exchange: "Exchange") -> None:
        """Call `exchange.run` in a thread."""

    def log_failure(self, exchange: "Exchange", what: str) -> None:
        """Log the exception that is being handled."""


class End:
    """The way in which an answer ends.

    Attributes:
        keeps: True if the connection can have another request, False if it ends with the answer.
        fails: True if the client must see that the answer is not whole.
    """

    __slots__ = ("fails", "keeps")

    def __init__(self, *, keeps: bool, fails: bool = False) -> None:
        self.keeps = keeps
        self.fails = fails


KEPT, CLOSED, FAILED = End(keeps=True), End(keeps=False), End(keeps=False, fails=True)


class Exchange:
    """One request and its answer.

    All of the application runs in one context, whichever threads it runs in: its call, its
    iterable, and the iterable's `close`.

    Args:
        client: The connection.
        app: The application.
        environ: The request.
        keeps: Whether the client can take another answer on this connection.
    """

    def __init__(self, client: Client, app: Wsgi, environ: Environ, *, keeps: bool) -> None:
        self.environ = environ
        self._client = client
        self._app = app
        self._closes = not keeps
        self._context = Context()
        self._lock = Lock()
        self._condition: Condition | None = None
        self._is_gone = False
        self._is_parked = False
        self._unread = 0
        self._head: Head | None = None
        self._started = False
        self._chunked = False
        self._expected: int | None = None
        self._sent = 0
        self._posted = False
        self._result: Iterable[bytes] | None = None
        self._iterator: Iterator[bytes] | None = None

    def run(self) -> None:
        """Call the application, or go on where it was left, in this thread."""
        self._context.run(self._run)

    def drained(self) -> None:
        """Note that the client has taken all that was posted; the event loop calls this."""
        with self._lock:
            self._unread = 0
            parked, self._is_parked = self._is_parked, False
            if self._condition is not None:
                self._condition.notify_all()
                return
        if parked:
            self._client.resume_later(self)

    def abandon(self) -> None:
        """Note that the client is gone; the event loop calls this."""
        self._is_gone = True
        self.drained()

    def _run(self) -> None:
        try:
            if self._iterator is None:
                self._result = self._app(self.environ, self._start_response)
                self._iterator = iter(self._result)
            elif self._is_gone:
                return self._close()
            if not self._pump(self._iterator):
                return None
        except BaseException:  # noqa: BLE001  # whatever the application raises, the thread goes on
            self._fail()
        return self._close()

    def _pump(self, iterator: Iterator[bytes]) -> bool:
        """Send pieces; return False if the client has to take them before there can be more."""
        for piece in iterator:
            if self._is_gone:
                return True
            if piece and not self._send(piece):
                return False
            if self._posted:
                return True
        if not self._posted and not self._is_gone:
            self._end()
        return True

    def _start_response(
        self, status: str, headers: list[Header], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        if exc_info is None:
            if self._head is not None:
                raise RuntimeError("start_response was called again, without exc_info")
        elif self._started:
            try:
                raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # PEP 3333: no circular reference
        self._head = Head(status, headers)
        return self._write

    def _begin(self, *, is_empty: bool = False) -> bytes:
        """Return the bytes of the head; decide how the body is framed."""
        head = self._head
        if head is None:
            raise RuntimeError("the application did not call start_response")
        has_body = head.has_body(self.environ["REQUEST_METHOD"])
        if has_body and head.length is None:
            if is_empty:
                head.length = 0
            elif isinstance(self._result, list | tuple):
                head.length = sum(map(len, self._result))
        self._expected = head.length if has_body else 0
        self._closes |= head.closes or self._client.is_last
        if self._expected is None:
            if self.environ["SERVER_PROTOCOL"] == "HTTP/1.1":
                self._chunked = True
            else:
                self._closes = True
        if self._closes:
            return head.encode(self._chunked, "close")
        # A client of HTTP/1.0 waits for the end of the connection, unless it is told otherwise.
        is_old = self.environ["SERVER_PROTOCOL"] == "HTTP/1.0"
        return head.encode(self._chunked, "keep-alive" if is_old else None)

    def _send(self, piece: bytes) -> bool:
        """Send a piece of the body; return False if this has to be enough for now."""
        before = b"" if self._started else self._begin()
        piece = piece if type(piece) is bytes else bytes(piece)
        if self._expected is not None and len(piece) > self._expected - self._sent:
            piece = piece[: self._expected - self._sent]
        self._sent += len(piece)
        if self._expected == self._sent:
            # The client has all, whatever the application still does.
            self._post_last(_joined(before, piece))
            return True
        parts = (
            _joined(before + b"%x\r\n" % len(piece), piece, b"\r\n")
            if self._chunked
            else _joined(before, piece)
        )
        self._started = True
        # With the lock, another thread cannot go on and send before this one has.
        with self._lock:
            self._unread += sum(map(len, parts))
            self._is_parked = self._unread >= AHEAD and not self._is_gone
            self._client.post(self, parts, None)
            return not self._is_parked

    def _end(self) -> None:
        last = b"" if self._started else self._begin(is_empty=True)
        if self._expected is not None and self._sent < self._expected:
            raise RuntimeError(
                f"the body has {self._sent} bytes, but its Content-Length is {self._expected}"
            )
        self._post_last((last + b"0\r\n\r\n" if self._chunked else last,))

    def _post_last(self, parts: Sequence[bytes]) -> None:
        end = CLOSED if self._closes else KEPT
        is_whole = not self._started and len(parts) == 1
        self._started = self._posted = True
        if is_whole:
            self._client.send_whole(self, parts[0], end)
        else:
            self._client.post(self, parts, end)

    def _write(self, piece: bytes) -> None:
        """Send a piece now (PEP 3333, `write`); the thread waits until the client took it."""
        if self._posted or not piece or self._is_gone:
            return
        self._condition = Condition(self._lock)
        if not self._send(piece):
            with self._condition:
                self._condition.wait_for(lambda: not self._is_parked)
        self._condition = None

    def _fail(self) -> None:
        if self._posted:
            self._client.log_failure(self, "the application failed after its answer")
            return
        self._client.log_failure(self, "the application failed")
        self._posted = True
        if self._started:
            self._client.post(self, (), FAILED)
        else:
            error = whole("500 Internal Server Error", "Internal Server Error")
            self._client.post(self, (error,), CLOSED)

    def _close(self) -> None:
        """Close what the application returned, and the body of the request."""
        close = getattr(self._result, "close", None)
        try:
            if close is not None:
                close()
        except BaseException:  # noqa: BLE001  # as above
            self._client.log_failure(self, "the application failed to close its answer")
        self._result = self._iterator = None
        body: IO[bytes] = self.environ["wsgi.input"]
        with suppress(OSError):
            body.close()


def _joined(*parts: bytes) -> Sequence[bytes]:
    """Return the parts as one, but large ones, which would be copied, as they are."""
    if sum(map(len, parts)) <= AHEAD:
        return (b"".join(parts),)
    return tuple(filter(None, parts))
