"""A connection: gunicorn's, which reads a whole request before a thread has anything to do."""

import asyncio
import enum
import io
import socket
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import IO, Any

from gunicorn.asgi.parser import ParseError  # type: ignore[import-untyped]
from gunicorn.asgi.protocol import ASGIProtocol  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from serving import environ, parser
from serving.answer import whole
from serving.exchange import End, Exchange
from serving.host import Host
from serving.outgoing import Outgoing
from serving.progress import Progress

IN_MEMORY = 16384
"""The bytes of a body that are kept in memory; a larger one is in a temporary file."""

MAX_HEAD = 32768
"""The bytes of a request line and headers together."""

LEAST = 5000
"""The bytes of a body that are progress in a window: those of Apache's MinRate of 500 a second."""

LINGER = 5.0
"""The seconds in which the client may read the last answer, while what it sends is dropped."""

_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    503: "Service Unavailable",
}


class RefusedError(Exception):
    """A request that is answered by the server itself.

    Args:
        status: The status of the answer.
        reason: The text of the answer.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Phase(enum.Enum):
    """What a connection is waiting for."""

    IDLE = "a request"
    HEAD = "the headers of a request"
    BODY = "the body of a request"
    ANSWER = "the application, or a client that reads"
    ENDING = "the client, which is to close it"


class Connection(ASGIProtocol, asyncio.BufferedProtocol):  # type: ignore[misc]
    """One connection, as a state machine without a task.

    Everything here runs in the event loop, except for what `exchange.Client` has.
    """

    worker: Host
    transport: asyncio.Transport
    _outgoing: Outgoing
    _current_request: Any

    def __init__(self, worker: Host, accepted: socket.socket) -> None:
        super().__init__(worker)
        self._phase = Phase.IDLE
        self._since = worker.loop.time()
        self._progress: Progress | None = None
        self._head_bytes = 0
        self._body: IO[bytes] | None = None
        self._body_bytes = 0
        self._behind: list[bytes] = []
        self._has_ended = False
        self._exchange: Exchange | None = None
        self._end: End | None = None
        self._base: environ.Environ = {}
        self._socket = accepted
        # For what threads use of the above, from here on.
        self._lock = Lock()
        self._sent_end: End | None = None

    # The transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; asyncio calls this."""
        super().connection_made(transport)
        self._outgoing = Outgoing(self.transport, self.worker.loop, self._drained)
        self.worker.connection_began(self)

    def _start_http1(self, buffered: bytes = b"") -> None:  # noqa: ARG002  # gunicorn's signature
        self._setup_callback_parser()
        info = self.transport.get_extra_info
        self._base = environ.of_connection(
            info("sockname"), info("peername"), multiprocess=self.cfg.workers > 1
        )
        self._base["wsgi.errors"] = self.worker.errors

    def _setup_callback_parser(self) -> None:
        self._callback_parser = parser.Parser(
            on_headers_complete=self._on_headers_complete,
            on_body=self._on_body,
            limit_request_line=self.cfg.limit_request_line,
            limit_request_fields=self.cfg.limit_request_fields,
            limit_request_field_size=self.cfg.limit_request_field_size,
        )

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio's signature
        """Return what the transport reads into: all connections share it."""
        return self.worker.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what the transport has read; asyncio calls this."""
        if self._phase is Phase.ENDING:
            return
        data = bytes(self.worker.buffer[:nbytes])
        if self._phase is Phase.ANSWER and not self._is_answered():
            with self._lock:
                self._behind.append(data)
            self._pause_reading()
            self._is_answered()
        else:
            self._feed(data)

    def eof_received(self) -> bool:
        """Note that the client sends nothing more; asyncio calls this. It may still read."""
        with self._lock:
            self._has_ended = True
        if self._phase is Phase.ANSWER and not self._is_answered():
            return True
        if self._phase in (Phase.HEAD, Phase.BODY):
            self._refuse(400, "the request is cut off")
        return False

    def pause_writing(self) -> None:
        """Stop; asyncio calls this when the client does not take more."""
        self._outgoing.is_blocked = True
        self._progress = self._new_progress(1)

    def resume_writing(self) -> None:
        """Go on; asyncio calls this when the client took everything."""
        self._outgoing.is_blocked = False
        self._progress = None
        self._outgoing.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up; asyncio calls this."""
        super().connection_lost(exc)
        self.worker.connection_ended(self)
        self._phase = Phase.ENDING
        self._outgoing.clear()
        self._drop_body()
        with self._lock:
            # NB: a thread that sends has ended before asyncio closes the socket.
            exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.abandon()

    # Requests

    def _feed(self, data: bytes) -> None:
        """Parse what the client sent."""
        if self._phase is Phase.IDLE:
            self._enter(Phase.HEAD)
            self._head_bytes = 0
        try:
            if self._phase is Phase.HEAD:
                self._head_bytes += len(data)
            self._callback_parser.feed(data)
            if self._phase is Phase.HEAD:
                self._check_head(self._head_bytes)
            elif self._callback_parser.is_complete:
                self._call()
            else:
                self._check_body(self._body_bytes + self._callback_parser.announced)
        except RefusedError as error:
            self._refuse(error.status, str(error))
        except (ParseError, ParseException) as error:
            self._refuse(parser.status(error) or 400, str(error))
        except OSError as error:  # the disk is full, say
            self.log.error("cannot keep the body of a request: %s", error)
            self._refuse(503, "the server cannot keep the body")
        except Exception:
            self.log.exception("cannot parse a request")
            self._refuse(400, "the request is not understood")

    def _on_headers_complete(self) -> bool:
        super()._on_headers_complete()
        self._body_receiver = None
        if self._head_bytes > MAX_HEAD:  # counted with what came after the headers
            self._check_head(self._callback_parser.head_bytes())
        request = self._current_request
        self._check_body(request.content_length)
        self._body_bytes = 0
        self._enter(Phase.BODY)
        if request.content_length or request.chunked:
            self._progress = self._new_progress(LEAST)
            if request._expect_100_continue:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return False

    def _on_body(self, chunk: bytes) -> None:
        self._body_bytes += len(chunk)
        self._check_body(self._body_bytes)
        if self._body is None:
            self._body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the exchange's
        self._body.write(chunk)

    def _check_head(self, size: int) -> None:
        if size > MAX_HEAD:
            raise RefusedError(431, "the headers are too large")

    def _check_body(self, size: int) -> None:
        limit = self.worker.limits.max_body
        if size > limit:
            raise RefusedError(413, f"the body has more than {limit} bytes")

    def _call(self) -> None:
        """Have a thread call the application."""
        request = self._current_request
        tail = self._callback_parser.remaining()
        if tail:
            self._behind.append(tail)
        self._progress = None
        self._phase = Phase.ANSWER
        body, self._body = self._body, None
        if body is None:
            body = io.BytesIO()
            has_body = request.chunked or self._callback_parser.content_length is not None
            length = 0 if has_body else None
        else:
            body.seek(0)
            length = self._body_bytes
        about = environ.of_request(self._base, request, body, length)
        keeps = self._expects_more() and not request.should_close()
        self._exchange = Exchange(self, self.worker.wsgi, about, keeps=keeps)
        self.worker.threads.run(self._exchange.run)

    def _expects_more(self) -> bool:
        """Tell whether there is, or may be, another request."""
        return bool(self._behind) or not self._has_ended

    def _next(self) -> None:
        """Be ready for the next request, which may be there already."""
        self._callback_parser.reset()
        self._current_request = None
        self._end = None
        self._outgoing.begin()
        self._enter(Phase.IDLE)
        self._resume_reading()
        if self._behind:
            data = b"".join(self._behind)
            self._behind.clear()
            self._feed(data)
            if self._has_ended and self._phase in (Phase.HEAD, Phase.BODY):
                self._refuse(400, "the request is cut off")

    def _refuse(self, status: int, reason: str) -> None:
        """Answer a request that does not reach the application, and end the connection."""
        self._note(f"refused a request with {status}: {reason}")
        self._drop_body()
        self._outgoing.write(whole(f"{status} {_REASONS[status]}", reason))
        self._finish()

    def _drop_body(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            with suppress(OSError):
                body.close()

    # Answers

    @property
    def is_last(self) -> bool:
        """Whether the connection ends after this answer."""
        return not self.worker.alive

    def post(self, exchange: Exchange, parts: Sequence[bytes], end: End | None) -> None:
        """Send parts of an answer; threads call this."""
        self.worker.post(self._take, exchange, parts, end)

    def send_whole(self, exchange: Exchange, data: bytes, end: End) -> None:
        """Send a whole answer; threads call this.

        Waking the event loop would take longer than sending it here. The loop looks at the end of
        the answer when it next has anything to do with this connection.
        """
        sent = 0
        with self._lock:
            # NB: with the lock, the socket is still this client's: see connection_lost.
            if self._exchange is not exchange:
                return  # the client is gone
            if not self._outgoing.is_blocked:
                try:
                    sent = self._socket.send(data)
                except OSError:
                    sent = 0  # the loop finds out what is wrong
            if sent == len(data) and end.keeps and not self._behind and not self._has_ended:
                self._sent_end = end
                return
        self.post(exchange, (data[sent:],), end)

    def resume_later(self, exchange: Exchange) -> None:
        """Go on with an exchange in a thread."""
        self.worker.threads.run_later(exchange.run)

    def log_failure(self, exchange: Exchange, what: str) -> None:
        """Log the exception that is being handled; threads call this."""
        about = exchange.environ
        self.log.exception("%s: %s %s", what, about["REQUEST_METHOD"], about["RAW_URI"])

    def _take(self, exchange: Exchange, parts: Sequence[bytes], end: End | None) -> None:
        if exchange is not self._exchange:
            return  # the client is gone
        self._end = end
        self._outgoing.send(parts)

    def _drained(self) -> None:
        """Go on when the transport has all that was posted."""
        exchange, end = self._exchange, self._end
        if end is not None:
            self._exchange = None
            self._answered(end)
        elif exchange is not None:
            exchange.drained()

    def _is_answered(self) -> bool:
        """Go on if a thread has sent the whole answer; tell whether it has."""
        end, self._sent_end = self._sent_end, None
        if end is None:
            return False
        self._exchange = None
        self._answered(end)
        return True

    def _answered(self, end: End) -> None:
        if end.fails:
            self._outgoing.reset()  # so that the client cannot take the answer for whole
        elif end.keeps and self._expects_more():
            self._next()
        else:
            self._finish()

    # The end

    def _finish(self) -> None:
        """End the connection, so that the client can read all of the last answer.

        What it still sends is read and dropped: a socket that is closed with something unread
        resets the connection, and the client may lose the answer.
        """
        self._enter(Phase.ENDING)
        self._behind.clear()
        if self._has_ended:
            self.transport.close()
            return
        self._resume_reading()
        with suppress(OSError, RuntimeError):
            self.transport.write_eof()

    def end_if_quiet(self, seconds: float) -> None:
        """End the connection if the client has sent nothing for so long, and waits for nothing."""
        if self._phase is Phase.IDLE and self.worker.loop.time() - self._since > seconds:
            self._finish()

    def check(self, now: float) -> None:
        """End the connection if the client took too long; the worker calls this regularly."""
        self._is_answered()
        limits = self.worker.limits
        waited = now - self._since
        if self._phase is Phase.IDLE and waited > limits.idle:
            self._finish()
        elif self._phase is Phase.HEAD and waited > limits.head:
            self._refuse(408, f"the headers did not come within {limits.head:g} seconds")
        elif self._phase is Phase.BODY and self._progress is not None:
            if self._progress.stalled(now, self._body_bytes) > limits.body:
                self._refuse(408, f"the body made no progress for {limits.body:g} seconds")
        elif self._outgoing.is_blocked and self._progress is not None:
            if self._progress.stalled(now, self._outgoing.read_bytes()) > limits.answer:
                self._note(f"a client read nothing of an answer for {limits.answer:g} seconds")
                self._outgoing.reset()
        elif self._phase is Phase.ENDING and waited > LINGER:
            self.transport.abort()

    def _note(self, what: str) -> None:
        self.worker.note(what, self._base["REMOTE_ADDR"])

    def _new_progress(self, least: int) -> Progress:
        now = self.worker.loop.time()
        total = self._body_bytes if self._phase is Phase.BODY else self._outgoing.read_bytes()
        return Progress(now, total, self.worker.limits.window, least)

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._since = self.worker.loop.time()
        self._progress = None
