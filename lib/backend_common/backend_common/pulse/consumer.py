"""Consuming: each message is handled once, and acknowledged afterwards.

What cannot be handled goes to the queue of dead letters; what cannot be handled now is delivered
again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any, Self

from backend_common.core.app import Application
from backend_common.pulse import broker
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.errors import BrokerError, NotNow
from backend_common.pulse.library import kombu
from backend_common.pulse.message import Message, decode
from backend_common.pulse.publisher import Letter, Publisher, topic
from backend_common.pulse.seen import Seen

Handler = Callable[[Message], object]

LONGEST_PAUSE = 5.0
"""Seconds between attempts at what does not answer."""

GLANCE = 0.5
"""Seconds after which a consumer that gets nothing looks whether it is to stop."""

SPRING_CLEANING = 3600.0
"""Seconds after which old messages are forgotten."""


EXCHANGE, ROUTING_KEY = "x-exchange", "x-routing-key"
"""Headers of dead letters: where they were published."""


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


@dataclass(frozen=True)
class Origin:
    """Where a message was published."""

    exchange: str
    routing_key: str

    @classmethod
    def of(cls, received: Any) -> Self:
        """Return that of a message that the broker delivered, which may have been dead before."""
        headers = received.headers or {}
        told = received.delivery_info
        # Nobody but a replay puts messages with these headers into a queue by its name.
        if not told["exchange"] and {EXCHANGE, ROUTING_KEY} <= headers.keys():
            return cls(str(headers[EXCHANGE]), str(headers[ROUTING_KEY]))
        return cls(told["exchange"], told["routing_key"])

    def headers(self) -> dict[str, str]:
        """Return what a dead letter has to tell of it."""
        return {EXCHANGE: self.exchange, ROUTING_KEY: self.routing_key}


class Consumer:
    """A consumer of some queues of an application, in the thread that runs it."""

    def __init__(
        self,
        app: Application,
        config: Config,
        broker_: Broker,
        seen: Seen,
        subscriptions: Sequence[Subscription],
    ) -> None:
        self._app = app
        self._config = config
        self._broker = broker_
        self._seen = seen
        self._subscriptions = subscriptions
        self._cleaned = 0.0
        self._busy = 0.0
        # What is no fault of the message.
        self._transient: tuple[type[Exception], ...] = (NotNow, BrokerError)
        if "db" in app.loaded:
            self._transient += (app.db.exc.OperationalError, app.db.exc.InterfaceError)

    def run(self, stop: Event, idle: float | None = None) -> None:
        """Consume until *stop* is set, whatever happens to the broker and the database.

        The message that is being handled then is finished; the rest stays with the broker.

        :param idle: seconds without a message after which to stop as well.
        :raises ExtensionError: the database lacks a table.
        """
        pause = self._config.pause
        while not stop.is_set():
            try:
                self._clean()
                with self._broker.connected() as connection:
                    pause = self._config.pause
                    self._consume(connection, stop, idle)
                return
            except self._transient as error:
                reason = str(error) if isinstance(error, BrokerError) else type(error).__name__
            except broker.ERRORS as error:
                reason = str(broker.unreachable(error))
            self._app.logger.warning("the consumer will try again in %.1f s: %s", pause, reason)
            stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _consume(self, connection: Any, stop: Event, idle: float | None) -> None:
        channel = connection.channel()
        for subscription in self._subscriptions:
            queue = declare(channel, subscription)
            consumer: Any = kombu.Consumer(
                channel,
                [queue],
                on_message=partial(self._receive, subscription, stop),
                prefetch_count=self._config.prefetch,
                auto_declare=False,
            )
            consumer.consume()
        self._busy = time.monotonic()
        while not stop.is_set():
            self._clean()
            try:
                connection.drain_events(timeout=GLANCE if idle is None else min(GLANCE, idle))
            except TimeoutError:
                if idle is not None and time.monotonic() - self._busy >= idle:
                    return

    def _receive(self, subscription: Subscription, stop: Event, received: Any) -> None:
        try:
            reason = self._handle(subscription, stop, received)
        except self._transient as error:
            self._app.logger.warning(
                "a message of %s is delivered again, in %.1f s: %s",
                subscription.queue,
                self._config.pause,
                type(error).__name__,
            )
            received.reject(requeue=True)
            stop.wait(self._config.pause)
        else:
            if reason:
                self._bury(subscription, received, reason)
            received.ack()
        self._busy = time.monotonic()

    def _handle(self, subscription: Subscription, stop: Event, received: Any) -> str | None:
        """Handle a message, if it was not; return why it cannot be, or None.

        :raises Exception: one of those that are no fault of the message.
        """
        try:
            payload = decode(received.body)
        except ValueError:
            self._app.logger.error("a message in %s is not JSON", subscription.queue)
            return "not JSON"
        origin = Origin.of(received)
        message = Message(
            routing_key=origin.routing_key,
            payload=payload,
            id=str(received.properties.get("message_id") or ""),
            exchange=origin.exchange,
        )
        reason = None
        for attempt in range(1, self._config.attempts + 1):
            try:
                self._work(subscription, message)
            except self._transient:
                raise
            except Exception as error:
                reason = type(error).__name__
                self._app.logger.exception(
                    "message %s of %s failed, attempt %d of %d",
                    message.id,
                    subscription.queue,
                    attempt,
                    self._config.attempts,
                )
            else:
                return None
            if attempt < self._config.attempts and stop.wait(self._config.pause):
                raise NotNow
        return reason

    def _work(self, subscription: Subscription, message: Message) -> None:
        with self._app.app_context():
            # NB: who publishes without ids gets no protection from duplicates.
            if not message.id:
                subscription.handle(message)
                if "db" in self._app.loaded:
                    self._app.db.session.commit()
                return
            work = partial(subscription.handle, message)
            if not self._seen.once(subscription.queue, message.id, work):
                self._app.logger.info(
                    "message %s of %s is a duplicate", message.id, subscription.queue
                )

    def _bury(self, subscription: Subscription, received: Any, reason: str) -> None:
        """Put a message into the queue of dead letters; the broker confirms that it is there.

        :raises BrokerError: it is not; so the message is not acknowledged, and comes back.
        """
        body = received.body
        letter = Letter(
            id=str(received.properties.get("message_id") or ""),
            routing_key=subscription.queue,
            body=body if isinstance(body, str) else bytes(body),
            headers={"x-reason": reason, **Origin.of(received).headers()},
        )
        publisher = Publisher(self._broker, self._config, graveyard(subscription.queue))
        try:
            outcome = publisher.send([letter])
        finally:
            publisher.close()
        if outcome.error:
            raise outcome.error
        self._app.logger.error(
            "message %s of %s is dead (%s): it is in %s now",
            letter.id,
            subscription.queue,
            reason,
            subscription.dead,
        )

    def _clean(self) -> None:
        if not self._cleaned or time.monotonic() - self._cleaned > SPRING_CLEANING:
            self._seen.forget()
            self._cleaned = time.monotonic()


def declare(channel: Any, subscription: Subscription) -> Any:
    """Declare the queue of *subscription* and the one of its dead letters; return the former."""
    exchange = topic(subscription.exchange)
    bindings = [kombu.binding(exchange, routing_key=key) for key in subscription.keys]
    queue: Any = kombu.Queue(
        subscription.queue, bindings=bindings, durable=True, auto_delete=False, channel=channel
    )
    queue.declare()
    dead: Any = kombu.Queue(
        subscription.dead,
        exchange=graveyard(subscription.queue),
        routing_key=subscription.queue,
        durable=True,
        channel=channel,
    )
    dead.declare()
    return queue


def graveyard(queue: str) -> Any:
    """Return the exchange for the dead letters of *queue*."""
    return kombu.Exchange(f"{queue}.dead", type="direct", durable=True)
