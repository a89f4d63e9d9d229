"""Other programs: they are asked to stop, and waited for, when this one is interrupted."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

MOMENT = 0.5
"""How long, in seconds, an interrupt may go unheard."""

_PAUSE = 0.02
"""How long, in seconds, lines gather before they are read: shorter than people see."""

_PIPE = 65536
"""How many bytes a pipe holds (pipe(7))."""


# The programs that threads of a pool run.
_running: set[subprocess.Popen[Any]] = set()


@contextmanager
def threads() -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads, which run programs with call() or run().

    When this ends early, so do the programs: an interrupt reaches the main thread alone, which
    waits for the others.
    """
    with ThreadPoolExecutor() as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for program in list(_running):
                program.terminate()
            raise


@contextmanager
def started(
    command: Sequence[str | Path], patience: float | None = None, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """Start a program, with the options of subprocess.Popen; it has ended afterwards.

    An interrupt is passed on, once, or again every `patience` seconds.

    subprocess.run would kill it a quarter of a second after Ctrl-C: too soon for Nix to stop its
    builders, and for a migration to roll back. Raises FileNotFoundError without such a program.
    """
    with subprocess.Popen(command, text=True, errors="replace", **options) as process:
        try:
            yield process
        except BaseException:
            _interrupt(process, patience)
            raise


def run(command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with the options of subprocess.Popen."""
    with started(command, **options) as process, _known(process):
        printed, said = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, printed, said)


def call(command: Sequence[str | Path], seconds: float, **options: Any) -> None:
    """Run a program, with the options of subprocess.Popen, for at most a number of seconds.

    Raises subprocess.CalledProcessError if it fails, and subprocess.TimeoutExpired, after which it
    is killed.
    """
    with subprocess.Popen(command, **options) as process, _known(process):
        try:
            status = process.wait(seconds)
        except BaseException:
            process.kill()
            raise
    if status:
        raise subprocess.CalledProcessError(status, [str(word) for word in command])


@contextmanager
def _known(process: subprocess.Popen[Any]) -> Iterator[None]:
    _running.add(process)
    try:
        yield
    finally:
        _running.discard(process)


def lines(pipe: IO[str]) -> Iterator[str]:
    """Yield the lines of a pipe as they come, and hear an interrupt while none comes.

    Python handles a signal between two instructions: one that arrives just before a read blocks
    waits until that returns. So none blocks for longer than a moment.

    A program that writes many lines, as Nix does, does not wait for a reader that wakes for each.
    """
    pending = b""
    while True:
        while not select.select([pipe], [], [], MOMENT)[0]:
            pass
        read = os.read(pipe.fileno(), _PIPE)
        if not read:
            break
        *whole, pending = (pending + read).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace") + "\n"
        if len(read) < _PIPE:
            time.sleep(_PAUSE)
    if pending:
        yield pending.decode(errors="replace")


def _interrupt(process: subprocess.Popen[str], patience: float | None) -> None:
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
