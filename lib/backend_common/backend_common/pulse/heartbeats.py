"""Heartbeats of AMQP, also while a connection waits for the application.

The broker closes a connection that is silent for two intervals, and delivers its messages to
another consumer. A frozen process is silent; one that works is not, since a thread speaks for it:
https://www.rabbitmq.com/docs/heartbeats
"""

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend_common.pulse.library import ERRORS

RATE = 4
"""How often a heartbeat is sent in an interval."""

MOMENT = 0.001
"""Seconds to wait for a frame that may be there already."""


class Watched:
    """A connection that belongs to one thread at a time.

    The thread that uses it holds :attr:`lock`, and then keeps up the heartbeats by itself: it
    talks to the broker, or calls :meth:`check`.

    :param connection: one of kombu's, which is open.
    :param reads: whether the broker sends only heartbeats while the connection is idle, so that
        this can read frames then, and notice that the broker is dead.
    """

    def __init__(self, connection: Any, reads: bool) -> None:
        self.lock = threading.Lock()
        self.is_dead = False
        self.interval = float(connection.get_heartbeat_interval() or 0)
        self._connection = connection
        self._reads = reads

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let the thread of the heartbeats have the connection meanwhile."""
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()

    def check(self) -> None:
        """Send a heartbeat if it is time; the caller holds the lock, and has read what there was.

        :raises amqp.exceptions.ConnectionForced: the broker has been silent for two intervals.
        """
        if self.interval:
            self._connection.heartbeat_check(rate=RATE)

    def beat(self) -> None:
        """Send a heartbeat, unless another thread uses the connection."""
        if self.is_dead or not self.lock.acquire(blocking=False):
            return
        try:
            if self._reads:
                self._read()
                self.check()
            else:
                self._connection.connection.send_heartbeat()
        except ERRORS:
            self.is_dead = True  # the next user finds out why
        finally:
            self.lock.release()

    def _read(self) -> None:
        try:
            while True:
                self._connection.drain_events(timeout=MOMENT)
        except TimeoutError:
            return


class Heartbeats:
    """The thread that sends the heartbeats of an application's connections.

    There is one for each process, while there are connections. A connection that is forgotten, or
    inherited by a fork, gets none.
    """

    def __init__(self) -> None:
        self._threads: dict[int, _Thread] = {}

    def watch(self, connection: Any, reads: bool) -> Watched:
        """Send heartbeats on *connection* for as long as somebody keeps what this returns.

        The arguments are those of :class:`Watched`.
        """
        watched = Watched(connection, reads)
        if watched.interval:
            # NB: by process. A fork has no threads, and its locks may be locked for good.
            self._threads.setdefault(os.getpid(), _Thread()).add(watched)
        return watched


class _Thread:
    """A thread that ends when nothing is left to do."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: weakref.WeakSet[Watched] = weakref.WeakSet()
        self._changed = threading.Event()
        self._runs = False

    def add(self, watched: Watched) -> None:
        with self._lock:
            self._watched.add(watched)
            self._changed.set()
            if not self._runs:
                self._runs = True
                # A daemon: connections must not keep a process from ending.
                threading.Thread(target=self._run, name="pulse-heartbeats", daemon=True).start()

    def _run(self) -> None:
        last = time.monotonic()
        while (interval := self._interval()) is not None:
            if self._changed.wait(max(0, last + interval - time.monotonic())):
                self._changed.clear()  # a new connection may need heartbeats sooner
            else:
                last = time.monotonic()
                self._beat()

    def _beat(self) -> None:
        with self._lock:
            watched = list(self._watched)
        for each in watched:
            each.beat()

    def _interval(self) -> float | None:
        """Return the seconds between two rounds; None when there is nothing left to do."""
        with self._lock:
            intervals = [each.interval for each in self._watched if not each.is_dead]
            self._runs = bool(intervals)
            return min(intervals) / RATE if intervals else None
