"""The sockets to listen on."""

import ctypes
import os
import socket
import stat
import struct
from contextlib import suppress
from pathlib import Path

from gunicorn.systemd import SD_LISTEN_FDS_START  # type: ignore[import-untyped]

from serving.errors import ServingError

BACKLOG = 2048
"""The connections that may wait to be accepted; the system may allow less."""

SO_ATTACH_FILTER = 26  # asm-generic/socket.h

_DROP_SYN = ctypes.create_string_buffer(
    b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (0x30, 0, 0, 13),  # load the byte at 13: the flags of a TCP header (RFC 9293, 3.1)
            (0x45, 0, 1, 0x02),  # where it has not SYN, skip one instruction
            (0x06, 0, 0, 0),  # keep 0 bytes of the packet: drop it
            (0x06, 0, 0, 0xFFFFFFFF),  # keep all of it
        )
    ),
    32,
)
"""A program for socket filters (socket(7), SO_ATTACH_FILTER; linux/bpf_common.h has the codes)."""


def on_address(host: str, port: int) -> socket.socket:
    """Listen on an address.

    gunicorn, given an address, would retry for some seconds before it tells what is wrong.

    Raises:
        ServingError: The address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        place, advice = f"{host} port {port}", "choose another --host or --port"
        raise ServingError(f"cannot listen on {place}: {_reason(error)}; {advice}") from error


def on_path(path: Path) -> socket.socket:
    """Listen on a Unix socket, in place of one that no process listens on any more.

    Raises:
        ServingError: Another process listens there, or it cannot be made.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        message = (
            f"cannot listen on the Unix socket {path}: {_reason(error)}; choose another --unix"
        )
        raise ServingError(message) from error
    return listener


def inherited() -> list[socket.socket]:
    """Return the sockets that systemd listens on for this process (sd_listen_fds(3)).

    They stay as they are: gunicorn finds them itself.

    Raises:
        ServingError: systemd passed no socket, or one that is not a stream socket.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = os.environ.get("LISTEN_FDS", "")
    if not (count.isascii() and count.isdigit()):
        message = (
            f"LISTEN_FDS is {count!r}, and not a number of sockets: unset LISTEN_PID and "
            "LISTEN_FDS, or let systemd set them"
        )
        raise ServingError(message)
    return [_inherited(SD_LISTEN_FDS_START + each) for each in range(int(count))]


def _inherited(number: int) -> socket.socket:
    try:
        found = socket.socket(fileno=os.dup(number))
    except OSError as error:
        message = (
            f"file descriptor {number}, which LISTEN_FDS counts, is not a socket: "
            f"{_reason(error)}; correct the socket unit, or unset LISTEN_FDS"
        )
        raise ServingError(message) from error
    if found.type != socket.SOCK_STREAM:
        message = (
            f"file descriptor {number}, which LISTEN_FDS counts, is not a stream socket: "
            "write ListenStream= in the socket unit"
        )
        raise ServingError(message)
    return found


def drop_new(listener: socket.socket) -> None:
    """Have the system ignore new connections, so that workers can accept all that there are.

    A connection that begins between the last accept(2) and close(2) would be reset. One that is
    ignored tries again after a second, when it is refused. One that has begun already goes on, also
    where its last packet is still on its way. A Unix socket is removed instead.

    Recent versions of Linux allow this to CAP_NET_ADMIN alone. Without it, one connection at a time
    may wait to be accepted, and others are ignored; `fill` then takes that place.
    """
    if listener.family == socket.AF_UNIX:
        return
    try:
        listener.setsockopt(
            socket.SOL_SOCKET,
            SO_ATTACH_FILTER,
            struct.pack("HP", len(_DROP_SYN) // 8, ctypes.addressof(_DROP_SYN)),
        )
    except OSError:
        listener.listen(0)


def fill(listener: socket.socket) -> socket.socket | None:
    """Take the only place for a connection that waits, if no client has it.

    Returns:
        The connection, which keeps the place until the listener is closed, or None where a client
        has the place, or no connection may begin.
    """
    connection = socket.socket(listener.family, socket.SOCK_STREAM)
    connection.setblocking(False)
    with suppress(OSError):
        connection.connect_ex(listener.getsockname())
        connection.getpeername()  # raises an error unless it is connected, which takes no time here
        return connection
    connection.close()
    return None


def address(listener: socket.socket) -> str:
    """Return the IP address of a listener, or `unix:` and its path."""
    name = listener.getsockname()
    return str(name[0]) if isinstance(name, tuple) else f"unix:{name}"


def _remove_stale(path: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(17, "there is a file that is not a socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()


def _reason(error: OSError) -> str:
    number = error.errno
    if number is not None and number > 0:
        return os.strerror(number)
    return error.strerror or str(error)  # Python's own errors have no number
