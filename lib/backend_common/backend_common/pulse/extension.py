"""What ``app.pulse`` is."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Event
from typing import overload

from backend_common.core.app import Application
from backend_common.core.health import Unhealthy
from backend_common.core.loader import ExtensionError
from backend_common.pulse import broker
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.consumer import Consumer
from backend_common.pulse.errors import BrokerError, RefusedError, UnroutableError
from backend_common.pulse.inbox import DatabaseInbox, Inbox, MemoryInbox
from backend_common.pulse.library import ERRORS
from backend_common.pulse.message import Message, encode
from backend_common.pulse.outbox import Outbox
from backend_common.pulse.pool import Publishers
from backend_common.pulse.publisher import Envelope, Publisher
from backend_common.pulse.relay import Relay
from backend_common.pulse.replay import replay
from backend_common.pulse.topology import Handler, Subscription, check, declare, topic

PAUSE = 0.1
"""Seconds before the first retry; each further one waits twice as long."""

KEPT = 1000
"""How many messages are kept for tests, where the broker is in memory."""


class Pulse:
    """The messages that an application publishes and consumes."""

    def __init__(self, app: Application, config: Config) -> None:
        self._app = app
        self._config = config
        self._broker = Broker(config)
        exchange = topic(config.exchange)
        self._publishers = Publishers(lambda: Publisher(self._broker, config, exchange))
        self._sent: deque[Message] = deque(maxlen=KEPT)
        self._subscriptions: dict[str, Subscription] = {}
        self._outbox: Outbox | None = None
        self._inbox: Inbox = MemoryInbox(config.inbox_size)
        if "db" in app.loaded:
            self._outbox = Outbox(app, lease=30 + 2 * config.confirm_timeout)
            self._inbox = DatabaseInbox(app, config.inbox_age, lambda: bool(self._subscriptions))

    def publish(self, routing_key: str, payload: object) -> str:
        """Publish *payload*, and return the id of the message.

        With ``db``, the message is in the transaction of ``app.db.session``: a relay publishes it
        once that is committed, and does not if it is rolled back. Without ``db``,
        this is :meth:`send`.

        :param routing_key: words with dots between them, such as ``orders.created``.
        :param payload: what JSON has.
        :raises ValueError: the routing key or the payload will not do.
        :raises ExtensionError: the database lacks the table of the outbox.
        :raises PulseError: without ``db``, as :meth:`send`.
        """
        if self._outbox is None:
            return self.send(routing_key, payload)
        message = Message(routing_key, payload)
        self._outbox.add(self._envelope(message))
        return message.id

    def send(self, routing_key: str, payload: object) -> str:
        """Publish *payload* now, and return the id once the broker has confirmed it.

        It is tried again, ``PULSE_RETRIES`` times, so it may arrive twice with the same id.

        :raises ValueError: the routing key or the payload will not do.
        :raises BrokerError: the broker did not confirm it; it may have it or not.
        :raises UnroutableError: no queue takes it (``PULSE_MANDATORY``).
        """
        message = Message(routing_key, payload)
        self._deliver(self._envelope(message))
        if self._broker.in_memory:
            self._sent.append(message)
        return message.id

    def consumer(
        self, queue: str, *keys: str, exchange: str | None = None
    ) -> Callable[[Handler], Handler]:
        """Decorate a function, which then handles the messages of a queue.

        ``flask pulse consume`` runs it, in an application context. A message is acknowledged when
        it returns; with ``db``, what it did in ``app.db.session`` is committed then. A message
        that it was called for is not handled again. When it raises, it is called again,
        ``PULSE_ATTEMPTS`` times in all, before the message goes to the queue of dead letters;
        after :class:`Retry`, or an error of the database or the broker, it is delivered later.

        :param queue: its name is this one, after the name of the service and a dot.
        :param keys: routing keys; ``*`` stands for one word, ``#`` for any number of words.
        :param exchange: where the messages are published; the service's own if it is None.
        :raises ValueError: there is no key, or another function handles the queue.
        """
        name = f"{self._app.name}.{queue}"
        if not keys or name in self._subscriptions:
            reason = "is handled already" if keys else "takes no messages"
            message = (
                f"the queue {name!r} {reason}: name a queue of its own and routing keys, "
                'as in consumer("mail", "orders.*")'
            )
            raise ValueError(message)

        def decorate(handle: Handler) -> Handler:
            subscription = Subscription(name, keys, exchange or self._config.exchange, handle)
            self._subscriptions[name] = subscription
            if self._broker.in_memory:
                with self._broker.connected() as connection:
                    declare(connection.channel(), subscription)
            return handle

        return decorate

    def consume(
        self, queues: Iterable[str] = (), stop: Event | None = None, idle: float | None = None
    ) -> None:
        """Handle messages with the functions that :meth:`consumer` decorated.

        :param queues: which, by the names in :meth:`consumer`; all if there are none.
        :param stop: set it, and this returns after the message that is being handled.
        :param idle: seconds without a message after which this returns as well.
        :raises ExtensionError: no function handles one of the queues, or any.
        """
        subscriptions = self._named(queues)
        consumer = Consumer(self._app, self._config, self._broker, self._inbox, subscriptions)
        consumer.run(stop or Event(), idle)

    def replay(self, queues: Iterable[str] = ()) -> int:
        """Give dead letters back to the queues where they died; return how many there were.

        :param queues: as for :meth:`consume`.
        :raises ExtensionError: as :meth:`consume`.
        :raises BrokerError: the broker does not take one; it and the rest stay dead.
        """
        return sum(replay(self._broker, self._config, each) for each in self._named(queues))

    def relay(self, stop: Event | None = None, until_empty: bool = False) -> None:
        """Publish what the outbox has, and what comes into it.

        :param stop: set it, and this returns after the current batch.
        :param until_empty: return when nothing is due.
        :raises ExtensionError: the service has no database, or that lacks the table.
        """
        if self._outbox is None:
            message = (
                f"{self._app.name!r} has no outbox to relay from, so messages are published at "
                "once: for an outbox, name the extension 'db' in "
                f"create_app({self._app.name!r}, extensions=[..., 'db', 'pulse'])"
            )
            raise ExtensionError(message)
        relay = Relay(self._app, self._config, self._broker, self._outbox)
        relay.run(stop or Event(), until_empty)

    @property
    def captured(self) -> "Captured":
        """What was published, for tests: sent where the broker is in memory, or in the outbox."""
        return Captured(self._messages)

    @property
    def in_memory(self) -> bool:
        """Whether there is no broker but the one in this process."""
        return self._broker.in_memory

    def check(self) -> None:
        """Check, for the heartbeat, the login, the exchanges and the queues of this application.

        :raises Unhealthy: the broker does not answer, or refuses one of them.
        """
        limit = float(self._app.config["HEARTBEAT_TIMEOUT"])
        subscriptions = list(self._subscriptions.values())
        try:
            with self._broker.connected(min(limit, self._config.connect_timeout)) as connection:
                check(connection, subscriptions, self._config.exchange)
        except BrokerError as error:
            raise Unhealthy(str(error)) from error
        except ERRORS as error:
            raise Unhealthy(str(broker.unreachable(error))) from error

    def _named(self, queues: Iterable[str]) -> list[Subscription]:
        names = [f"{self._app.name}.{queue}" for queue in queues] or list(self._subscriptions)
        unknown = [name for name in names if name not in self._subscriptions]
        if unknown or not names:
            there = ", ".join(self._subscriptions) or "none"
            message = (
                f"nothing handles messages of {', '.join(unknown) or self._app.name}: decorate a "
                f"function with @app.pulse.consumer; there is one for: {there}"
            )
            raise ExtensionError(message)
        return [self._subscriptions[name] for name in names]

    def _envelope(self, message: Message) -> Envelope:
        body = encode(message, self._config.max_body)
        return Envelope(message.id, message.routing_key, body)

    def _deliver(self, envelope: Envelope) -> None:
        pause = PAUSE
        for left in range(self._config.retries, -1, -1):
            try:
                outcome = self._publishers.send([envelope])
                error = outcome.error
            except RefusedError:
                raise  # the next try would be refused, too
            except BrokerError as raised:
                error = raised
            if error is None:
                break
            if not left:
                raise error
            time.sleep(pause)
            pause *= 2
        if outcome.unroutable:
            message = (
                f"no queue takes messages of {envelope.routing_key!r} from the exchange "
                f"{self._config.exchange!r}, so the broker did not keep one: start a consumer "
                "first, or set PULSE_MANDATORY to false if they may get lost"
            )
            raise UnroutableError(message)

    def _messages(self) -> list[Message]:
        return [*self._sent, *(self._outbox.waiting() if self._outbox else ())]


class Captured(Sequence[Message]):
    """Messages that were published: what there is at the moment when somebody looks."""

    def __init__(self, read: Callable[[], list[Message]]) -> None:
        self._read = read

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        """Return one or some, the oldest first."""
        return self._read()[index]

    def __len__(self) -> int:
        """Count them."""
        return len(self._read())

    def __iter__(self) -> Iterator[Message]:
        """Go through those that there are now."""
        return iter(self._read())

    def __repr__(self) -> str:
        """Show them, for a test that failed."""
        return repr(self._read())
