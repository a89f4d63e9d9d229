"""What became of an answer that is streamed, which nobody knows before it has ended."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

COMPLETE = "complete"
CUT = "cut"  # the server stopped asking: the client is gone, or the process ends
FAILED = "failed"

Report = Callable[[str, int, BaseException | None], object]


class Stream(Iterator[bytes]):
    """The pieces of an answer, as WSGI has them (PEP 3333), which are counted.

    :param pieces: of the answer.
    :param report: is called once, with how it ended, how many bytes there were, and what was
        raised.
    """

    def __init__(self, pieces: Iterable[bytes], report: Report) -> None:
        self._pieces = pieces
        self._rest = iter(pieces)
        self._report = report
        self._size = 0
        self._is_over = False

    def __next__(self) -> bytes:
        """Return the next piece."""
        try:
            piece = next(self._rest)
        except StopIteration:
            self._end(COMPLETE)
            raise
        except BaseException as error:
            self._end(FAILED, error)
            raise
        self._size += len(piece)
        return piece

    def close(self) -> None:
        """Close the answer; servers call this in the end, however it went."""
        close: Any = getattr(self._pieces, "close", None)
        try:
            if close:
                close()
        except BaseException as error:
            self._end(FAILED, error)
            raise
        self._end(CUT)

    def _end(self, outcome: str, error: BaseException | None = None) -> None:
        if not self._is_over:
            self._is_over = True
            self._report(outcome, self._size, error)
