import threading
import time
from functools import partial

from serving.threads import Threads

LIMIT = 60


def void(_: object) -> None:
    """Return nothing."""


def test_jobs_run_at_once_and_in_their_order() -> None:
    threads = Threads(3)
    barrier = threading.Barrier(3)
    order: list[int] = []
    for _ in range(3):
        threads.run(lambda: void(barrier.wait(LIMIT)))
    for number in range(10):
        threads.run(partial(order.append, number))
    threads.stop()
    limit = time.monotonic() + LIMIT
    while threads.are_alive:
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert sorted(order) == list(range(10))
    assert not barrier.broken


def test_what_begins_goes_before_what_goes_on_which_has_its_turn() -> None:
    threads = Threads(1)
    began, release = threading.Event(), threading.Event()
    order: list[str] = []
    threads.run(began.set)
    threads.run(lambda: void(release.wait(LIMIT)))
    assert began.wait(LIMIT)
    for _ in range(4):
        threads.run_later(partial(order.append, "on"))
    for _ in range(6):
        threads.run(partial(order.append, "begin"))
    threads.stop()
    release.set()
    limit = time.monotonic() + LIMIT
    while threads.are_alive:
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert order == ["begin", "on", *["begin"] * 3, "on", "begin", "begin", "on", "on"]
