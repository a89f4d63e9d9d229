"""Serving a service: ``bin/<service>``, or ``python -m backend_common.serve <service>``."""

import gc
import os
import socket
import sys
from typing import Any

import click
import flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from backend_common.core import bodies, startup
from backend_common.core.app import Application


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with threaded workers, told everything by its arguments.

    :param app: what it serves.
    :param options: gunicorn's settings, by their names.
    """

    def __init__(self, app: flask.Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Set the options; gunicorn calls this."""
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> bodies.Wsgi:
        """Return the WSGI application; gunicorn calls this."""
        return bodies.checked(self._app)


class RootLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger, which leaves its lines to the root logger's handlers."""

    def setup(self, cfg: Any) -> None:
        """Set the levels; gunicorn calls this."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


@click.command(help="Serve the service over HTTP, until SIGTERM or Ctrl-C.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes that serve."
)
@click.option(
    "--threads",
    default=8,
    show_default=True,
    type=click.IntRange(1),
    help="Requests that each process serves at once.",
)
@click.pass_obj
def command(service: str, host: str, port: int, workers: int, threads: int) -> None:
    """Serve *service*, which click passes as its object."""
    app = startup.load(service)
    options = {
        "bind": f"fd://{listen(host, port)}",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",  # whom to believe is for SECURITY_TRUSTED_HOPS to say
        "preload_app": True,  # one load, one error if it fails, and memory that workers share
        "proc_name": service,
        "threads": threads,
        "worker_class": "gthread",
        "workers": workers,
    }
    if isinstance(app, Application) and "log" in app.loaded:
        # NB: not before; a service without log has no structlog.
        from backend_common.log import process  # noqa: PLC0415

        process.take_over(app)
        options["logger_class"] = RootLogger
    # What is there by now stays: the garbage collector need not look at it again, in requests, nor
    # touch the memory that workers share.
    gc.collect()
    gc.freeze()
    Server(app, options).run()


def listen(host: str, port: int) -> int:
    """Open the socket to listen on, and return its file descriptor, which gunicorn will own.

    gunicorn, given an address, would retry for some seconds before it tells what is wrong.

    :raises click.ClickException: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048).detach()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        message = f"cannot listen on {host} port {port}: {reason}; choose another --host or --port"
        raise click.ClickException(message) from error


def main(service: str) -> None:
    """Run the command of *service* with the arguments in ``sys.argv``; it ends the process."""
    command(prog_name=service, obj=service)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit("Usage: python -m backend_common.serve SERVICE [OPTIONS]")
    main(sys.argv.pop(1))
