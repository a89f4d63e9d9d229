"""A circuit breaker: who does not answer is left alone for a while.

Michael T. Nygard, Release It!, "Circuit Breaker".
"""

import logging
import threading
import time


class Breaker:
    """What is known of a server's health, shared by all threads of a process.

    After a failure the server is left alone; then one caller tries it, and the others go on
    without it until that one has succeeded.

    :param pause: seconds between a failure and the next try.
    :param log: is told when the server goes away and when it is back, once each.
    """

    def __init__(self, pause: float, log: logging.Logger) -> None:
        self._pause = pause
        self._log = log
        self._next = 0.0
        self._away = False
        self.failures = 0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Tell whether to try the server now; who is told so reports how it went."""
        if not self._away:
            return True
        with self._lock:
            now = time.monotonic()
            if self._away and now < self._next:
                return False
            self._next = now + self._pause
            return True

    def succeeded(self, failures: int) -> None:
        """Report that the server has answered.

        :param failures: how many there were before it was asked. An answer that was under way
            when another caller failed says nothing of how the server is now.
        """
        if not self._away:
            return
        with self._lock:
            if failures != self.failures:
                return
            was_away, self._away = self._away, False
        if was_away:
            self._log.warning("cache: Redis answers again")

    def failed(self, error: Exception) -> None:
        """Report that the server has not answered, or has refused to do what it should."""
        with self._lock:
            was_away, self._away = self._away, True
            self.failures += 1
            self._next = time.monotonic() + self._pause
        if not was_away:
            # NB: not the message, which may have what was to be stored.
            kind = type(error).__name__
            self._log.error("cache: Redis fails (%s): going on without a cache", kind)
