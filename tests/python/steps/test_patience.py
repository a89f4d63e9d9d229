import os
import signal
import threading

import patience
import pytest


def test_a_stream_that_never_ends() -> None:
    # As a server that sends a byte now and then: no read is silent for long, and none ends.
    reading, writing = os.pipe()
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.01):
            os.write(writing, b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with (
            os.fdopen(reading, "rb") as stream,
            pytest.raises(patience.LateError, match="did not arrive within 0 minutes"),
            patience.at_most(0.1),
        ):
            stream.read(1 << 30)
    finally:
        done.set()
        dripping.join()
        os.close(writing)


def test_what_ends_in_time() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with patience.at_most(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before
