"""The worker process: gunicorn's for ASGI, whose connections call a WSGI application in threads."""

import asyncio
import mmap
import os
import resource
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from gunicorn.http.wsgi import WSGIErrorsWrapper  # type: ignore[import-untyped]
from gunicorn.workers.gasgi import ASGIWorker  # type: ignore[import-untyped]

from serving import listen
from serving.connection import Connection
from serving.limits import Limits
from serving.served import Wsgi
from serving.threads import Threads

READ = 32768
"""The bytes that are read from a connection at once."""

ACCEPTED = 16
"""The connections that are accepted at once, so that other workers get some, too."""

TICK = 1.0
"""The seconds between two looks at the clock, at most."""

QUIET = 1.0
"""The seconds for which a client that keeps its connection may be quiet while the worker stops. A
request within them gets an answer, which says that the connection ends."""

STEP = 0.05
"""The seconds between two looks at what is still under way while the worker stops."""

SETTLE = 0.5
"""The seconds for which a worker that stops still accepts connections.

A client that began one needs a round trip to finish it, and 0.2 seconds more where the system
ignored a packet of it. It would be reset otherwise. `listen.drop_new` ignores those that begin
later.
"""

FILLS = 20
"""How often a worker tries to fill the queue of a listener before it closes it."""

NOTES = 20
"""The reasons that are logged in a second."""

NOT_SENT = 131072
"""The bytes that the system keeps to be sent to a client, beyond those that are on their way."""

BACKLOG = 4096
"""The connections that may wait to be accepted."""

SPARE = 256
"""File descriptors that are left to the application, such as for its database."""


def connections_that_fit() -> int:
    """Return how many connections the limit of open files allows.

    A connection is one file, and a large body of a request is another. Where the limit is low, half
    of it is left to the application, which could not even open its database otherwise.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(1, (files - min(SPARE, files // 2)) // 2)


class Application(Protocol):
    """gunicorn's application, as a worker knows it."""

    @property
    def limits(self) -> Limits:
        """The limits of clients."""

    def wsgi(self) -> Wsgi:
        """Return the WSGI application."""


class Worker(ASGIWorker):  # type: ignore[misc]
    """A worker process, with the attributes of `host.Host` for its connections.

    Attributes:
        connections: The connections that are open.
    """

    alive: bool
    loop: asyncio.AbstractEventLoop
    wsgi: Wsgi
    limits: Limits
    threads: Threads

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Accept the number of threads, which gunicorn's own worker does not use."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._has_served = mmap.mmap(-1, 1)  # shared with the process that forks

    @property
    def has_served(self) -> bool:
        """Whether the worker began to serve, in any process."""
        return self._has_served[0] != 0

    def init_process(self) -> None:
        """Begin; gunicorn calls this in the new process."""
        self.connections: set[Connection] = set()
        self._opening: set[asyncio.Task[object]] = set()  # connections that are not among them yet
        self.buffer = memoryview(bytearray(READ))
        self.errors = WSGIErrorsWrapper(self.cfg)
        self._calls: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._is_woken = False
        self._accepts = False
        self._notes: dict[str, tuple[int, str]] = {}
        self._stopped = asyncio.Event()
        super().init_process()

    def load_wsgi(self) -> None:
        """Take the application; gunicorn calls this."""
        app: Application = self.app
        self.wsgi = app.wsgi()
        self.limits = app.limits
        fitting = connections_that_fit()
        if fitting < self.limits.connections:
            self.log.warning(
                "only %d connections at once, since a process may open %d files: raise that limit "
                "(ulimit -n, LimitNOFILE=), or set SERVING_CONNECTIONS",
                fitting,
                resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            )
            self.limits = replace(self.limits, connections=fitting)
        self.asgi = None  # gunicorn's protocol looks for it

    def post(self, call: Callable[..., None], *arguments: Any) -> None:
        """Call something in the event loop; threads call this.

        Many calls need one wake-up of the loop.
        """
        self._calls.append((call, arguments))
        if not self._is_woken:
            self._is_woken = True
            with suppress(RuntimeError):  # the loop is closed: the process ends
                self.loop.call_soon_threadsafe(self._answer_calls)

    def _answer_calls(self) -> None:
        # NB: first, so that a call that comes now wakes the loop again.
        self._is_woken = False
        calls = self._calls
        while calls:
            call, arguments = calls.popleft()
            call(*arguments)

    def init_signals(self) -> None:
        """Handle signals from now on; gunicorn calls this."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)  # see server.keep_signals

    def handle_exit_signal(self) -> None:
        """Stop at SIGTERM, with all answers under way."""
        super().handle_exit_signal()
        self._stopped.set()

    def handle_quit_signal(self) -> None:
        """Stop at SIGINT or SIGQUIT, at once."""
        super().handle_quit_signal()
        self._stopped.set()

    async def _serve(self) -> None:
        self.threads = Threads(self.cfg.threads)
        for each in self.sockets:
            each.sock.setblocking(False)
            if each.sock.family != socket.AF_UNIX:
                # By default these are megabytes, which the application has to make for each client
                # that does not read. Accepted sockets inherit it.
                each.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT)
        self._listen()
        self._has_served[0] = 1
        tick = min(TICK, self.limits.window / 4)
        while self.alive and self.ppid == os.getppid():
            self._check()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), tick)
        self.alive = False
        await self._stop()

    def _check(self) -> None:
        """Look at the clock."""
        self.notify()
        now = self.loop.time()
        for connection in list(self.connections):
            connection.check(now)
        self._log_notes()

    def note(self, what: str, peer: str) -> None:
        """Log that the connection of a client was ended, in one line a second for each reason."""
        number, _ = self._notes.get(what, (0, ""))
        if number or len(self._notes) < NOTES:
            self._notes[what] = (number + 1, peer)

    def _log_notes(self) -> None:
        notes, self._notes = self._notes, {}
        for what, (number, peer) in notes.items():
            self.log.info("%s (%d times, last from %s)", what, number, peer or "a Unix socket")

    # Listening

    def _listen(self) -> None:
        if not self._accepts:
            self._accepts = True
            for each in self.sockets:
                self.loop.add_reader(each.sock, self._accept, each.sock, ACCEPTED)

    def _pause(self) -> None:
        if self._accepts:
            self._accepts = False
            for each in self.sockets:
                self.loop.remove_reader(each.sock)

    def _accept(self, listener: socket.socket, most: int) -> None:
        for _ in range(most):
            open_ones = len(self.connections) + len(self._opening)
            if self.alive and open_ones >= self.limits.connections:
                self._pause()
                return
            try:
                accepted, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no more file descriptors, say
                self.log.error("cannot accept a connection: %s", error)
                self._pause()
                self.loop.call_later(TICK, self._resume)
                return
            self._serve_connection(accepted)

    def _serve_connection(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        opening: asyncio.Task[object] = self.loop.create_task(
            self.loop.connect_accepted_socket(lambda: Connection(self, accepted), accepted)
        )
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def connection_began(self, connection: Connection) -> None:
        """Know of a connection from now on; it calls this."""
        self.connections.add(connection)

    def connection_ended(self, connection: Connection) -> None:
        """Know no more of a connection; it calls this."""
        self.connections.discard(connection)
        self._resume()

    def _resume(self) -> None:
        """Accept again, where that waited for a connection to end."""
        if self.alive:
            self._listen()

    # The end

    def _close(self, listener: socket.socket) -> None:
        """Accept all connections that wait, and close a listener when no other can.

        Clients that have connected get an answer. The system resets those that wait when the last
        process closes the listener.
        """
        filler = None
        for _ in range(FILLS):
            self._accept(listener, most=BACKLOG)
            filler = listen.fill(listener)
            if filler is not None:
                break
        listener.close()
        if filler is not None:
            filler.close()

    async def _stop(self) -> None:
        """Answer what clients have sent, then end their connections without resetting one."""
        if not self._quick_shutdown:
            self._listen()
            await asyncio.sleep(SETTLE)
        self._pause()
        for each in self.sockets:
            if self._quick_shutdown:
                each.close()
            else:
                self._close(each.sock)
        if self._opening:
            await asyncio.wait(self._opening)
        deadline = self.loop.time() + self.cfg.graceful_timeout
        while self.connections and not self._quick_shutdown and self.loop.time() < deadline:
            await asyncio.sleep(STEP)
            self._check()
            for connection in list(self.connections):
                connection.end_if_quiet(QUIET)
        if self.connections and not self._quick_shutdown:
            self.log.warning(
                "ending %d connections that still have no answer", len(self.connections)
            )
        for connection in list(self.connections):
            connection.transport.abort()
        self.threads.stop()
        while self.threads.are_alive and not self._quick_shutdown and self.loop.time() < deadline:
            await asyncio.sleep(STEP)
            self.notify()
