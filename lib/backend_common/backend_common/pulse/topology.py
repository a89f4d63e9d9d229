"""The exchanges and queues of an application: what they are, and declaring them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import NotFound  # type: ignore[import-untyped]

from backend_common.pulse.broker import declaring
from backend_common.pulse.library import kombu
from backend_common.pulse.message import Message

Handler = Callable[[Message], object]


@dataclass(frozen=True)
class Subscription:
    """A queue, the messages that it takes, and what handles them.

    :param keys: routing keys; ``*`` stands for one word, ``#`` for any number of words.
    :param exchange: where the messages are published.
    """

    queue: str
    keys: Sequence[str]
    exchange: str
    handle: Handler

    @property
    def dead(self) -> str:
        """The queue of what cannot be handled."""
        return f"{self.queue}.dead"


def topic(name: str) -> Any:
    """Return the exchange *name*, which sends messages by their routing keys, and lasts."""
    return kombu.Exchange(name, type="topic", durable=True)


def dead_letter_exchange(queue: str) -> Any:
    """Return the exchange for the dead letters of *queue*."""
    return kombu.Exchange(f"{queue}.dead", type="direct", durable=True)


def declare(channel: Any, subscription: Subscription) -> Any:
    """Declare the queue of *subscription* and the one of its dead letters; return the former.

    :raises RefusedError: the broker refuses one of them.
    """
    queue, dead = _queues(channel, subscription)
    for each in (queue, dead):
        with declaring(f"the queue {each.name!r}"):
            each.declare()
    return queue


def check(connection: Any, subscriptions: Sequence[Subscription], exchange: str) -> None:
    """Check that the broker takes the declarations of an application, and make nothing new.

    :param exchange: the one that it publishes to.
    :raises RefusedError: something is there already, and is not what it should be.
    """
    for make, what in _entities(subscriptions, exchange):
        # A broker compares what is there in an active declaration alone, which makes what is not.
        channel = connection.channel()
        try:
            with declaring(what):
                make(channel, True)
                make(channel, False)
        except NotFound:
            continue  # the broker has closed the channel
        channel.close()


def _entities(
    subscriptions: Sequence[Subscription], exchange: str
) -> Iterator[tuple[Callable[[Any, bool], object], str]]:
    """Yield a function of a channel and of "passive" that declares something, and its name."""
    names = dict.fromkeys([exchange, *(each.exchange for each in subscriptions)])
    exchanges = [topic(name) for name in names]
    exchanges += [dead_letter_exchange(each.queue) for each in subscriptions]
    for each in exchanges:

        def exchange_(channel: Any, passive: bool, each: Any = each) -> None:
            each(channel).declare(passive=passive)

        yield exchange_, f"the exchange {each.name!r}"
    for subscription in subscriptions:
        for number in (0, 1):

            def queue(
                channel: Any,
                passive: bool,
                subscription: Subscription = subscription,
                number: int = number,
            ) -> None:
                _queues(channel, subscription)[number].queue_declare(passive=passive)

            yield queue, f"the queue {(subscription.queue, subscription.dead)[number]!r}"


def _queues(channel: Any, subscription: Subscription) -> tuple[Any, Any]:
    exchange = topic(subscription.exchange)
    bindings = [kombu.binding(exchange, routing_key=key) for key in subscription.keys]
    queue: Any = kombu.Queue(
        subscription.queue, bindings=bindings, durable=True, auto_delete=False, channel=channel
    )
    dead: Any = kombu.Queue(
        subscription.dead,
        exchange=dead_letter_exchange(subscription.queue),
        routing_key=subscription.queue,
        durable=True,
        channel=channel,
    )
    return queue, dead
