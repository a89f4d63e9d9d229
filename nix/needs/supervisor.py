"""The supervisor of one server: a process that starts the server and ends it, whatever happens.

It ends the server at a signal, when the server's owner has ended, and when it is killed itself. The
owner is a process: a shell, a test run. Root's supervisor stays root's, so that the servers' user
cannot touch the control files; all code of a server runs as that user.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from needs import linux, user
from needs.errors import NeedsError
from needs.record import Record, Supervision
from needs.server import Server

STOP = signal.SIGTERM
"""The signal to a supervisor that lets its server finish."""

KILL = signal.SIGUSR1
"""The signal to a supervisor that kills its server, as a failure of the machine would."""

PATIENCE = 60.0
"""How long a server may take to stop before it is killed, in seconds."""

BUSY = os.EX_TEMPFAIL
"""The exit status when there is another supervisor already."""


def supervise(record: Record, prefix: Path, kind: type[Server], owner: int) -> int:
    """Run a server until it is to end.

    Args:
        record: the server's directory.
        prefix: the directory with the server's programs.
        kind: the class of the server.
        owner: the id of the process at whose end the server ends.

    Returns:
        The exit status of this process.
    """
    try:
        with record.supervised() as supervision, _signals() as signals:
            linux.adopt_orphans()
            try:
                server = kind(record.make_place(prefix, kind))
                return _serve(record.name, supervision, server, owner, signals)
            finally:
                linux.kill_children()
    except BlockingIOError:
        return BUSY
    except NeedsError as error:
        print(error, file=sys.stderr)
    return 1


def _serve(
    name: str, supervision: Supervision, server: Server, owner: int, signals: socket.socket
) -> int:
    preparation = _prepare(server)
    end = _wait([owner, preparation], signals)
    if end != preparation:
        return 0
    if os.waitpid(preparation, 0)[1]:
        return 1  # The log says why.
    for command in server.sidecars():
        server.spawn(command, server.place.data)
    running = server.spawn(server.command(), server.place.data)
    end = _wait([owner, running.pid], signals)
    supervision.retire()
    if end in (owner, STOP):
        linux.signal_descendants(os.getpid(), signal.SIGCONT)  # a frozen server would not end
        running.send_signal(server.stop_signal)
        try:
            running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"{name} did not stop within {PATIENCE} s: killing it", file=sys.stderr)
    status = running.poll()
    if status is not None and end == running.pid:
        print(f"{name} ended with status {status}", file=sys.stderr)
        return 1
    return 0


def _prepare(server: Server) -> int:
    """Start a process of the servers' user that prepares a server; return its id.

    It has status 0 when the server is prepared; otherwise it says why not in the log.
    """
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (STOP, KILL):
            signal.signal(number, signal.SIG_DFL)
        user.become()
        linux.die_with_parent()
        os.umask(0o077)
        os.chdir(server.place.directory)
        server.prepare()
        status = 0
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[0]} failed with status {error.returncode}", file=sys.stderr)
    except NeedsError as error:
        print(error, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - the process ends here, and the log has to say why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _wait(processes: Iterable[int], signals: socket.socket) -> int:
    """Wait until one of the processes has ended, or a signal came; return that."""
    poll = select.poll()
    poll.register(signals, select.POLLIN)
    ends = {}
    try:
        for pid in processes:
            try:
                ends[os.pidfd_open(pid)] = pid
            except ProcessLookupError:
                return pid
        for descriptor in ends:
            poll.register(descriptor, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll()}
    finally:
        for descriptor in ends:
            os.close(descriptor)
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
