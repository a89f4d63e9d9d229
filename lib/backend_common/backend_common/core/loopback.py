"""Addresses that only this machine can reach: development listens on no other one.

In development a service may let callers in without credentials, signs with keys that it made
itself, and talks http.
"""

import socket
from ipaddress import ip_address

import click
import flask
import flask.cli

from backend_common.core.settings import SettingError


def require(app: flask.Flask, host: str) -> None:
    """Refuse to serve *app* in development at an address that other machines can reach.

    :param host: the address to listen on, as a server takes it: an IP address, a host name, or
        ``unix:`` and the path of a socket.
    :raises SettingError: ``APP_CHANNEL`` is ``development``, and *host* is not loopback.
    """
    if app.config.get("APP_CHANNEL") != "development" or is_loopback(host):
        return
    message = (
        f"{app.name!r} runs in development, which other machines must not reach, and {host!r} is "
        "not a loopback address: listen on 127.0.0.1, or set APP_CHANNEL=production"
    )
    raise SettingError(message)


def require_of_flask_run(app: flask.Flask) -> None:
    """Call :func:`require` with the host of ``flask run``, if that command makes *app*.

    :raises SettingError: as :func:`require`.
    """
    context = click.get_current_context(silent=True)
    if context is not None and context.command is flask.cli.run_command:
        require(app, context.params["host"])


def is_loopback(host: str) -> bool:
    """Return whether a socket bound to *host* accepts connections of this machine alone.

    A name is loopback if all of its addresses are. The empty host stands for all addresses.
    """
    if host.startswith("unix:"):
        return True
    try:
        # NB: IP addresses, too: 127.1 is one to the resolver, and so to servers.
        found = socket.getaddrinfo(host, None) if host else []
    except OSError:  # no such name: the server says so
        return False
    return bool(found) and all(ip_address(address[0]).is_loopback for *_, address in found)
