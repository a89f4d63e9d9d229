"""The command that serves a service: `python -m serving SERVICE`, and `bin/<service>`.

It is written with argparse, so that the server requires gunicorn alone: what it requires goes
before the packages of a service that borrows it (nix/python/server.nix).
"""

import gc
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from serving import application, listen
from serving.application import Place
from serving.errors import ServingError
from serving.limits import LimitError, Limits
from serving.served import Served
from serving.server import Server

Load = Callable[[str, str | None], Served]
"""Returns what is served for the name of a service, and the place of its application, if it has one
that is not the conventional one. It raises ServingError."""


def load(service: str, place: str | None = None) -> Served:
    """Return what is served: `<service>.flask:app`, or what is at another place.

    Raises:
        ServingError: There is no such application, or one of its limits is wrong.
    """
    return served(application.conventional(service) if place is None else Place.parse(place).load())


def served(app: Any) -> Served:
    """Return what is served for an application, whose `config` has the limits of clients.

    Raises:
        ServingError: One of the limits is wrong.
    """
    try:
        return Served(app, Limits.read(getattr(app, "config", {})))
    except LimitError as error:
        raise ServingError(str(error)) from error


def main(service: str, place: str | None = None, loader: Load = load) -> None:
    """Run the command of `service` with the arguments in `sys.argv`; it ends the process.

    Args:
        service: The name of the service.
        place: Where its application is, if that is not the conventional place.
        loader: Returns what is served.
    """
    options = parser(service).parse_args()
    try:
        serve(service, loader(service, place), options)
    except ServingError as error:
        sys.exit(f"Error: {error}")


def parser(service: str) -> ArgumentParser:
    """Return the parser of the command's options."""
    made = ArgumentParser(
        prog=service,
        description="Serve the service over HTTP, until SIGTERM or Ctrl-C.",
        formatter_class=ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--host", default="127.0.0.1", help="address to listen on")
    made.add_argument(
        "--port",
        default=8000,
        type=whole(0, 65535),
        help="port to listen on; 0 takes a free one",
    )
    made.add_argument(
        "--unix",
        type=Path,
        metavar="PATH",
        help="Unix socket to listen on, in place of --host and --port",
    )
    made.add_argument("--workers", default=1, type=whole(1), help="processes that serve")
    made.add_argument(
        "--threads", default=8, type=whole(1), help="requests that each process serves at once"
    )
    return made


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a function that reads a whole number within bounds."""
    bounds = f"{least} or more" if most is None else f"from {least} to {most}"

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise ArgumentTypeError(f"{text!r} is not a whole number, {bounds}")
        return number

    return read


def serve(service: str, found: Served, arguments: Namespace) -> None:
    """Serve until a signal ends it.

    Where systemd passes sockets, these are listened on, whatever the options say.

    Raises:
        ServingError: It cannot listen where it is to listen.
    """
    options: dict[str, Any] = {
        "proc_name": service,
        "threads": arguments.threads,
        "workers": arguments.workers,
    }
    inherited = listen.inherited()
    if inherited:
        listeners = inherited  # duplicates: gunicorn finds the sockets itself
    elif arguments.unix is None:
        listeners = [listen.on_address(arguments.host, arguments.port)]
    else:
        listeners = [listen.on_path(arguments.unix)]
    if not inherited:
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
