"""Publishers for the threads of a process, which keep their connections."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from backend_common.pulse.publisher import Envelope, Outcome, Publisher


class Publishers:
    """Publishers of one application, each for one thread at a time.

    :param make: makes one more.
    """

    def __init__(self, make: Callable[[], Publisher]) -> None:
        self._make = make
        self._lock = threading.Lock()
        # NB: by process. What a fork inherits is its parent's: it is neither used nor closed.
        self._idle: dict[int, list[Publisher]] = {}

    def send(self, envelopes: Sequence[Envelope]) -> Outcome:
        """Publish *envelopes*; see :meth:`Publisher.send`.

        :raises BrokerError: the broker cannot be reached, or refuses.
        """
        with self._borrowed() as publisher:
            outcome = publisher.send(envelopes)
            if outcome.error is None:
                self._keep(publisher)
                return outcome
        # A failed connection may still receive late confirms; the idle ones are probably dead too.
        publisher.drop()
        self.close()
        return outcome

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle = self._idle.pop(os.getpid(), [])
        for publisher in idle:
            publisher.drop()

    @contextmanager
    def _borrowed(self) -> Iterator[Publisher]:
        publisher = self._take() or self._make()
        try:
            yield publisher
        except BaseException:
            publisher.drop()
            raise

    def _take(self) -> Publisher | None:
        """Return an idle publisher, and drop those that are dead."""
        while True:
            with self._lock:
                idle = self._idle.get(os.getpid())
                publisher = idle.pop() if idle else None
            if publisher is None or not publisher.is_dead:
                return publisher
            publisher.drop()

    def _keep(self, publisher: Publisher) -> None:
        with self._lock:
            self._idle.setdefault(os.getpid(), []).append(publisher)
