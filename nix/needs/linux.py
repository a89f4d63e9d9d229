"""What Linux does for processes and files, and Python's library has no names for."""

import ctypes
import errno
import fcntl
import os
import signal
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# prctl(2)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

# struct flock of fcntl(2): l_type, l_whence, l_start, l_len, l_pid.
_FLOCK = "hhqqi4x"

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have this process killed as soon as its parent is gone. For subprocess's preexec_fn."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> bool:
    """Become the parent of all descendants that lose theirs, daemons among them.

    Returns:
        False if the system does not support that, as emulators such as qemu-user do not. Then a
        daemon outlives this process, unless the PID namespace that both are in ends.
    """
    try:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    except OSError as error:
        # Every Linux that runs this knows the option: an emulator answers here.
        if error.errno != errno.EINVAL:
            raise
        return False
    return True


def signal_descendants(pid: int, number: signal.Signals) -> None:
    """Send a signal to all descendants of a process, also to those that are made meanwhile."""
    done: set[int] = set()
    while new := [child for child in _descendants(pid) if child not in done]:
        for child in new:
            with suppress(ProcessLookupError):
                os.kill(child, number)
        done.update(new)


def kill_children() -> None:
    """Kill all descendants, and reap all children, the adopted ones too, until no child is left."""
    while True:
        signal_descendants(os.getpid(), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def lock_holder(descriptor: int, start: int) -> int | None:
    """Return the id of the process that holds a record lock on one byte of a file.

    The kernel knows the holder, so that no process can name another one.

    Args:
        descriptor: the open file.
        start: the offset of the byte.

    Returns:
        None if no other process holds it; 0 if that is in another PID namespace.
    """
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, start, 1, 0)
    kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    return None if kind == fcntl.F_UNLCK else pid


def _descendants(pid: int) -> Iterator[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from _descendants(child)


def _prctl(option: int, argument: int) -> None:
    if _libc.prctl(option, argument, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
