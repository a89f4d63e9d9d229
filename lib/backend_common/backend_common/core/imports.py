"""Imports that the garbage collector leaves alone."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept() -> Iterator[None]:
    """Import modules without the garbage collector, and keep it away from them afterwards.

    Modules live as long as the process, yet the collector would look at all their objects again
    and again: while they are imported, at each full collection, and when the process ends. That
    is a third of the CPU time of a process that makes an application and ends. Whatever exists
    by the end counts as kept (:func:`gc.freeze`); if nothing was imported, nothing changes.
    """
    known = len(sys.modules)
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        if collects:
            gc.enable()
