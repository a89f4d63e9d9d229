"""What is left in the queues of an application, on a broker that may take its time."""

import time

from backend_common import App

IDLE = 0.05
"""Seconds without a message after which a consumer stops and the queues are looked at."""

PATIENCE = 60
"""Seconds after which a message that is not consumed is a failure."""


def consume_all(app: App) -> None:
    """Consume until no queue of *app* has a message, however late the broker delivers them.

    A consumer that stops after a silence alone may stop too early where the machine is busy.
    """
    deadline = time.monotonic() + PATIENCE
    app.pulse.consume(idle=IDLE)
    while _are_left(app):
        assert time.monotonic() < deadline, "a queue still has messages"
        app.pulse.consume(idle=IDLE)


def _are_left(app: App) -> bool:
    """Return whether a queue has messages; the broker counts those that it has confirmed."""
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        return any(
            channel.queue_declare(subscription.queue, passive=True).message_count
            for subscription in app.pulse._subscriptions.values()
        )
