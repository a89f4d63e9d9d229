"""The sockets to listen on."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

import click
from gunicorn.systemd import SD_LISTEN_FDS_START  # type: ignore[import-untyped]

BACKLOG = 2048
"""The connections that may wait to be accepted; the system may allow less."""


def on_address(host: str, port: int) -> socket.socket:
    """Listen on an address.

    gunicorn, given an address, would retry for some seconds before it tells what is wrong.

    Raises:
        click.ClickException: The address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        place, advice = f"{host} port {port}", "choose another --host or --port"
        raise click.ClickException(
            f"cannot listen on {place}: {_reason(error)}; {advice}"
        ) from error


def on_path(path: Path) -> socket.socket:
    """Listen on a Unix socket, in place of one that no process listens on any more.

    Raises:
        click.ClickException: Another process listens there, or it cannot be made.
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
        raise click.ClickException(message) from error
    return listener


def inherited() -> list[socket.socket]:
    """Return the sockets that systemd listens on for this process (sd_listen_fds(3)).

    They stay as they are: gunicorn finds them itself.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=os.dup(SD_LISTEN_FDS_START + each)) for each in range(count)]


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
    return os.strerror(number) if number is not None and number > 0 else str(error.strerror)
