"""A limit of time, which an answer that arrives byte by byte does not escape."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class LateError(Exception):
    """The time is over. It is no OSError, which urllib3 would take for a broken connection."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise LateError in this context, of the main thread, after a number of seconds."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise LateError(f"did not arrive within {seconds / 60:.0f} minutes")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
