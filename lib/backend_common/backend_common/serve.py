"""Serving a service: ``bin/<service>``, or ``python -m backend_common.serve <service>``.

The library ``serving`` has the server. This module adds what is of backend_common: the errors of a
start, the addresses that development may use, the log, and settings from the environment.
"""

import sys
from functools import partial

import click
import flask
from serving import Limits, Served, command

from backend_common.core import loopback, process, settings, startup, unknown
from backend_common.core.app import Application


def _largest_body(app: flask.Flask) -> int:
    return app.config.get("MAX_CONTENT_LENGTH") or Limits.max_body


class Settings(settings.Table):
    """The limits of clients: the fields of :class:`serving.Limits`."""

    idle = settings.Number(
        "SERVING_IDLE",
        Limits.idle,
        unit="seconds",
        more_than=0,
        text="How long a connection may last without a request.",
    )
    head = settings.Number(
        "SERVING_HEAD",
        Limits.head,
        unit="seconds",
        more_than=0,
        text="How long the headers of a request may take, from its first byte.",
    )
    body = settings.Number(
        "SERVING_BODY",
        Limits.body,
        unit="seconds",
        more_than=0,
        text="How long a client may make no progress in sending a body.",
    )
    answer = settings.Number(
        "SERVING_ANSWER",
        Limits.answer,
        unit="seconds",
        more_than=0,
        text="How long a client may make no progress in reading an answer.",
    )
    window = settings.Number(
        "SERVING_WINDOW",
        Limits.window,
        unit="seconds",
        more_than=0,
        text="How long the windows are in which progress is judged.",
    )
    max_body = settings.Whole(
        "SERVING_MAX_BODY",
        _largest_body,
        unit="bytes",
        at_least=1,
        shown="`MAX_CONTENT_LENGTH`, or 16 MiB",
        text="The largest body; a larger one is a 413 before it is sent.",
    )
    connections = settings.Whole(
        "SERVING_CONNECTIONS",
        Limits.connections,
        unit="connections",
        at_least=1,
        text="How many a process holds; more wait to be accepted.",
    )


SETTINGS = Settings.fields()


def load(service: str, place: str | None = None) -> Served:
    """Return what is served for *service*.

    :param place: where its application is, if that is not ``<service>.flask:app``.
    :raises StartupError: there is no application, or one of its settings is wrong.
    """
    app = startup.load(service) if place is None else startup.load_from(place)
    if not isinstance(app, Application):
        return command.served(app)
    limits = Limits(**vars(Settings(app)))
    unknown.check(app, SETTINGS, app.config)
    has_log = process.take_over(app)
    check_address = partial(loopback.require, app)
    return Served(app, limits, logs_to_root=has_log, check_address=check_address)


def main(service: str, place: str | None = None) -> None:
    """Run the command of *service* with the arguments in ``sys.argv``; it ends the process.

    :param place: where its application is, if that is not ``<service>.flask:app``.
    """
    try:
        command.main(service, place, load)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit("Usage: python -m backend_common.serve SERVICE [OPTIONS]")
    main(sys.argv.pop(1))
