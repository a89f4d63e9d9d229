"""The command that serves a service: `python -m serving SERVICE`, and `bin/<service>`."""

import gc
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from serving import listen
from serving.limits import LimitError, Limits
from serving.served import Served
from serving.server import Server

Load = Callable[[str], Served]
"""Returns what is served for the name of a service; raises click.ClickException."""


def load(service: str) -> Served:
    """Return `<service>.flask:app`.

    Raises:
        click.ClickException: There is no such application, or one of its limits is wrong.
    """
    place = f"{service}.flask"
    try:
        app = importlib.import_module(place).app
    except ModuleNotFoundError as error:
        if error.name not in (service, place):
            raise
        message = f"no module {place}: is {service!r} a service, and is it installed?"
        raise click.ClickException(message) from error
    except AttributeError as error:
        message = f"{place} has no app; write app = {service}.create_app()"
        raise click.ClickException(message) from error
    if not callable(app):
        message = f"{place}:app is not a WSGI application; write app = {service}.create_app()"
        raise click.ClickException(message)
    return served(app)


def served(app: Any) -> Served:
    """Return what is served for an application, whose `config` has the limits of clients.

    Raises:
        click.ClickException: One of the limits is wrong.
    """
    try:
        return Served(app, Limits.read(getattr(app, "config", {})))
    except LimitError as error:
        raise click.ClickException(str(error)) from error


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
    "--unix",
    type=click.Path(path_type=Path),
    help="Unix socket to listen on, in place of --host and --port.",
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
def command(  # noqa: PLR0917  # click passes the first one by position
    service_and_loader: tuple[str, Load],
    host: str,
    port: int,
    unix: Path | None,
    workers: int,
    threads: int,
) -> None:
    """Serve a service, whose name and loader click passes as its object.

    Where systemd passes sockets, these are listened on, whatever the options say.
    """
    service, loader = service_and_loader
    found = loader(service)
    options: dict[str, Any] = {"proc_name": service, "threads": threads, "workers": workers}
    inherited = listen.inherited()
    if inherited:
        listeners = inherited  # duplicates: gunicorn finds the sockets itself
    else:
        listeners = [listen.on_address(host, port) if unix is None else listen.on_path(unix)]
        options["bind"] = f"fd://{listeners[0].fileno()}"
    for listener in listeners:
        found.check_address(listen.address(listener))
        if inherited:
            listener.close()
        else:
            listener.detach()  # gunicorn has it from here on
    # What is there by now stays: the garbage collector need not look at it again, in requests, nor
    # touch the memory that workers share.
    gc.collect()
    gc.freeze()
    Server(found, options).run()


def main(service: str, loader: Load = load) -> None:
    """Run the command of `service` with the arguments in `sys.argv`; it ends the process."""
    command(prog_name=service, obj=(service, loader))
