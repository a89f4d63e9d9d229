"""``flask pulse``: the processes that publish the outbox, and that handle messages."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

import click
from flask.cli import AppGroup

from backend_common.core import process
from backend_common.core.app import current_app
from backend_common.core.loader import ExtensionError
from backend_common.pulse.errors import BrokerError

group = AppGroup("pulse", help="Messages that the service publishes and handles.")


@group.command()
@click.option("--until-empty", is_flag=True, help="End when nothing is left to publish.")
def relay(until_empty: bool) -> None:
    """Publish what the outbox has, until SIGTERM; several relays share the work."""
    _run(lambda stop: current_app.pulse.relay(stop, until_empty))


@group.command()
@click.argument("queues", nargs=-1)
def consume(queues: tuple[str, ...]) -> None:
    """Handle the messages of QUEUES, or of all, until SIGTERM."""
    _run(lambda stop: current_app.pulse.consume(queues, stop))


@group.command()
@click.argument("queues", nargs=-1)
def replay(queues: tuple[str, ...]) -> None:
    """Give the dead letters of QUEUES, or of all, back to be handled again."""
    _check()
    try:
        count = current_app.pulse.replay(queues)
    except (BrokerError, ExtensionError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"gave back {count}")


def _check() -> None:
    if current_app.pulse.in_memory:
        message = (
            "PULSE_URL is memory://, a broker that no other process has: "
            "set it to the broker's, amqp://USER:PASSWORD@HOST/VHOST"
        )
        raise click.ClickException(message)


def _run(work: Callable[[Event], None]) -> None:
    _check()
    process.take_over(current_app)
    try:
        with _until_signalled() as stop:
            work(stop)
    except ExtensionError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _until_signalled() -> Iterator[Event]:
    """Have an event that SIGTERM and SIGINT set; the second one of them ends the process."""
    stop = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def on_signal(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
