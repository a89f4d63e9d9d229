"""Whether a client makes progress."""


class Progress:
    """Judges the progress of a client in windows of time.

    An average would give a client credit for what buffers of the operating system took at once:
    here, each window counts by itself.

    Args:
        now: The time, in seconds.
        total: The bytes that the client has sent, or received, so far.
        window: The length of a window, in seconds.
        least: The bytes of a window that are progress.
    """

    __slots__ = ("_begin", "_good", "_least", "_total", "_window")

    def __init__(self, now: float, total: int, window: float, least: int) -> None:
        self._begin = self._good = now
        self._total = total
        self._window = window
        self._least = least

    def stalled(self, now: float, total: int) -> float:
        """Return the seconds since the last window with progress ended.

        Args:
            now: The time, in seconds.
            total: The bytes that the client has sent, or received, so far.
        """
        if now - self._begin >= self._window:
            if total - self._total >= self._least:
                self._good = now
            self._begin = now
            self._total = total
        return now - self._good
