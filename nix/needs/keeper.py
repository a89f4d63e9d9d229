"""The keeper of one server: a process that starts it and ends it, whatever happens.

It ends the server when it is told to, when the server's owner is gone, and when it is killed
itself. The owner is a process: a shell, a test run.
"""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from needs import linux
from needs.errors import NeedsError
from needs.record import Record
from needs.server import Server

STOP = signal.SIGTERM
"""What tells a keeper to let its server finish."""

KILL = signal.SIGUSR1
"""What tells a keeper to kill its server, as a failure of the machine would."""

PATIENCE = 60.0
"""How long a server may take to stop before it is killed, in seconds."""

BUSY = os.EX_TEMPFAIL
"""The exit status when there is another keeper already."""


def keep(record: Record, prefix: Path, kind: type[Server], owner: int) -> int:
    """Run a server until it is to end; return the exit status of this process."""
    try:
        with record.kept(), _signals() as signals:
            linux.adopt_orphans()
            try:
                return _serve(record, kind(record.make_place(prefix, kind)), owner, signals)
            finally:
                linux.kill_children()
    except BlockingIOError:
        return BUSY
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[0]} failed with status {error.returncode}", file=sys.stderr)
    except NeedsError as error:
        print(error, file=sys.stderr)
    return 1


def _serve(record: Record, server: Server, owner: int, signals: socket.socket) -> int:
    server.prepare()
    for command in server.companions():
        server.spawn(command, server.place.data)
    running = server.spawn(server.command(), server.place.data)
    end = _wait([owner, running.pid], signals)
    record.retire()
    if end in (owner, STOP):
        running.send_signal(server.stop_signal)
        try:
            running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"{record.name} did not stop within {PATIENCE} s: killing it", file=sys.stderr)
    status = running.poll()
    if status is not None and end == running.pid:
        print(f"{record.name} ended with status {status}", file=sys.stderr)
        return 1
    return 0


def _wait(processes: Iterable[int], signals: socket.socket) -> int:
    """Wait until one of the processes has ended, or a signal came; return that."""
    poll = select.poll()
    poll.register(signals, select.POLLIN)
    ends = {}
    for pid in processes:
        try:
            ends[os.pidfd_open(pid)] = pid
        except ProcessLookupError:
            return pid
    for descriptor in ends:
        poll.register(descriptor, select.POLLIN)
    ready = {descriptor for descriptor, _ in poll.poll()}
    if signals.fileno() in ready:
        return signals.recv(1)[0]
    return next(pid for descriptor, pid in ends.items() if descriptor in ready)


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """Have the signals to this process come as bytes out of a socket."""
    receiver, sender = socket.socketpair()
    with receiver, sender:
        sender.setblocking(False)
        signal.set_wakeup_fd(sender.fileno())
        for number in (STOP, KILL):
            signal.signal(number, lambda *_: None)
        yield receiver
        signal.set_wakeup_fd(-1)
