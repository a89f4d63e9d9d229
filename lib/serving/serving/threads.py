"""The threads that run the application."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

Job = Callable[[], None]

TURNS = 4
"""The jobs of which one goes on with something, although others are waiting to begin."""


class Threads:
    """A fixed number of threads, which run jobs: those that begin something before the others.

    concurrent.futures does the same at a multiple of the cost: a job here has no future. A job must
    not raise.

    Args:
        count: The number of threads.
    """

    def __init__(self, count: int) -> None:
        self._first: deque[Job] = deque()
        self._later: deque[Job] = deque()
        self._tokens: SimpleQueue[bool] = SimpleQueue()
        # A thread that the application does not give back does not keep the process alive.
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for number, thread in enumerate(self._threads):
            thread.name = f"serving-{number}"
            thread.start()

    def run(self, job: Job) -> None:
        """Run a job that begins something, after those that came before."""
        self._first.append(job)
        self._tokens.put(True)

    def run_later(self, job: Job) -> None:
        """Run a job that goes on with something, when no other is waiting, or at its turn."""
        self._later.append(job)
        self._tokens.put(True)

    def stop(self) -> None:
        """Let the threads end after all jobs so far, without waiting for them."""
        for _ in self._threads:
            self._tokens.put(False)

    @property
    def are_alive(self) -> bool:
        """Tell whether a thread has not ended yet."""
        return any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        get = self._tokens.get
        turns = 0
        while get():
            turns += 1
            job = self._take(later_first=turns % TURNS == 0)
            job()
            del job  # or it would hold a request while the thread waits for the next one

    def _take(self, *, later_first: bool) -> Job:
        queues = (self._later, self._first) if later_first else (self._first, self._later)
        # NB: there is a job for each token. While one of the queues is looked at, another thread
        # may take the last one of the other, and leave the one that has just come.
        while True:
            for queue in queues:
                with suppress(IndexError):
                    return queue.popleft()
