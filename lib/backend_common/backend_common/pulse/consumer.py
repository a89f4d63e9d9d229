"""Consuming: each message is handled once, and acknowledged afterwards.

A message that cannot be handled goes to the queue of dead letters; one that cannot be handled now
is delivered again.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Event
from typing import Any

from backend_common.core import transient
from backend_common.core.app import Application
from backend_common.pulse import body, broker, dead_letters
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.dead_letters import Origin
from backend_common.pulse.errors import BrokerError, PoisonError, RefusedError, Retry
from backend_common.pulse.heartbeats import Watched
from backend_common.pulse.inbox import Inbox
from backend_common.pulse.library import ERRORS, kombu
from backend_common.pulse.message import Message
from backend_common.pulse.publisher import Publisher
from backend_common.pulse.topology import Subscription, dead_letter_exchange, declare

LONGEST_PAUSE = 5.0
"""Seconds between attempts, at most, while the broker or the database does not answer."""

REFUSED_PAUSE = 30.0
"""Seconds between attempts while the broker refuses: somebody has to correct something first."""

POLL = 0.5
"""Seconds after which a consumer that gets nothing looks whether it is to stop."""

CLEANUP_INTERVAL = 3600.0
"""Seconds after which old messages are forgotten."""


class Consumer:
    """A consumer of some queues of an application, in the thread that runs it."""

    def __init__(
        self,
        app: Application,
        config: Config,
        broker_: Broker,
        inbox: Inbox,
        subscriptions: Sequence[Subscription],
    ) -> None:
        self._app = app
        self._config = config
        self._broker = broker_
        self._inbox = inbox
        self._subscriptions = subscriptions
        self._publishers: dict[str, Publisher] = {}
        self._cleaned = 0.0
        self._busy = 0.0

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
                with self._connected() as (connection, watched):
                    pause = self._config.pause
                    self._consume(connection, watched, stop, idle)
                return
            except RefusedError as error:
                self._app.logger.error(
                    "the consumer will try again in %.0f s: %s", REFUSED_PAUSE, error
                )
                stop.wait(REFUSED_PAUSE)
                continue
            except ERRORS as error:
                reason = str(broker.unreachable(error))
            except Exception as error:
                if not self._is_transient(error):
                    raise
                reason = _reason(error)
            self._app.logger.warning("the consumer will try again in %.1f s: %s", pause, reason)
            stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    @contextmanager
    def _connected(self) -> Iterator[tuple[Any, Watched]]:
        """Have a connection, and keep up its heartbeats while a handler works."""
        with self._broker.connected(heartbeat=self._config.heartbeat) as connection:
            watched = self._broker.heartbeats.watch(connection, reads=False)
            try:
                with watched.lock:
                    yield connection, watched
            finally:
                watched.is_dead = True
                for publisher in self._publishers.values():
                    publisher.close()
                self._publishers.clear()

    def _consume(self, connection: Any, watched: Watched, stop: Event, idle: float | None) -> None:
        channel = connection.channel()
        for subscription in self._subscriptions:
            queue = declare(channel, subscription)
            consumer: Any = kombu.Consumer(
                channel,
                [queue],
                on_message=partial(self._receive, subscription, watched, stop),
                prefetch_count=self._config.prefetch,
                auto_declare=False,
            )
            consumer.consume()
        self._busy = time.monotonic()
        while not stop.is_set():
            self._clean()
            try:
                connection.drain_events(timeout=POLL if idle is None else min(POLL, idle))
            except TimeoutError:
                if idle is not None and time.monotonic() - self._busy >= idle:
                    return
            watched.check()

    def _receive(
        self, subscription: Subscription, watched: Watched, stop: Event, received: Any
    ) -> None:
        try:
            with watched.released():
                if reason := self._handle(subscription, stop, received):
                    self._dead_letter(subscription, received, reason)
        except Exception as error:
            if not self._is_transient(error):
                raise
            self._app.logger.warning(
                "a message of %s is delivered again, in %.1f s: %s",
                subscription.queue,
                self._config.pause,
                _reason(error),
            )
            received.reject(requeue=True)
            with watched.released():
                stop.wait(self._config.pause)
        else:
            received.ack()
        self._busy = time.monotonic()

    def _handle(self, subscription: Subscription, stop: Event, received: Any) -> str | None:
        """Handle a message, if it was not; return why it cannot be, or None.

        :raises Exception: one of those that are no fault of the message.
        """
        try:
            message = self._read(received)
        except PoisonError as error:
            self._app.logger.error("a message in %s cannot be read: %s", subscription.queue, error)
            return str(error)
        if not (message.id and received.delivery_info.get("redelivered")):
            return self._attempt(subscription, stop, message)
        with self._app.app_context():
            begun = self._inbox.begin(subscription.queue, message.id)
        if begun >= self._config.redeliveries:
            self._withdraw(subscription, message, *range(begun + 1))
            return (
                f"handling it did not come to an end, {begun} times after it was delivered again: "
                "did it end the process?"
            )
        try:
            return self._attempt(subscription, stop, message)
        except Exception:
            self._withdraw(subscription, message, begun)
            raise

    def _withdraw(self, subscription: Subscription, message: Message, *begun: int) -> None:
        """Forget that handling *message* began: what came of it is known."""
        try:
            with self._app.app_context():
                for each in begun:
                    self._inbox.withdraw(subscription.queue, message.id, each)
        except Exception as error:
            if not self._is_transient(error):
                raise

    def _attempt(self, subscription: Subscription, stop: Event, message: Message) -> str | None:
        """Call the function; return why it failed each time, or None.

        :raises Exception: one of those that are no fault of the message.
        """
        reason = None
        for attempt in range(1, self._config.attempts + 1):
            try:
                self._work(subscription, message)
            # SystemExit, too: it would end every consumer that gets the message.
            except (Exception, SystemExit) as error:
                if isinstance(error, Exception) and self._is_transient(error):
                    raise
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
                raise Retry
        return reason

    def _is_transient(self, error: Exception) -> bool:
        """Say whether *error* is no fault of the message."""
        if isinstance(error, Retry | BrokerError):
            return True
        with self._app.app_context():
            return transient.is_transient(self._app, error)

    def _read(self, received: Any) -> Message:
        """Return the message that the broker delivered.

        :raises PoisonError: it cannot be read.
        """
        origin = Origin.of(received)
        return Message(
            routing_key=origin.routing_key,
            payload=body.payload(received, self._config.max_body),
            id=_id(received),
            exchange=origin.exchange,
        )

    def _work(self, subscription: Subscription, message: Message) -> None:
        with self._app.app_context():
            # NB: a publisher that gives no ids gets no protection from duplicates.
            if not message.id:
                subscription.handle(message)
                if "db" in self._app.loaded:
                    self._app.db.session.commit()
                return
            work = partial(subscription.handle, message)
            if not self._inbox.once(subscription.queue, message.id, work):
                self._app.logger.info(
                    "message %s of %s is a duplicate", message.id, subscription.queue
                )

    def _dead_letter(self, subscription: Subscription, received: Any, reason: str) -> None:
        """Put a message into the queue of dead letters; the broker confirms that it is there.

        :raises BrokerError: it is not; so the message is not acknowledged, and comes back.
        """
        envelope = dead_letters.envelope(received, subscription.queue, reason)
        outcome = self._publisher(subscription.queue).send([envelope])
        if outcome.error:
            self._publishers.pop(subscription.queue).drop()
            raise outcome.error
        if outcome.unroutable:
            message = f"somebody deleted the queue {subscription.dead}: it is declared again"
            raise BrokerError(message)
        self._app.logger.error(
            "message %s of %s is dead (%s): it is in %s now",
            envelope.id,
            subscription.queue,
            reason,
            subscription.dead,
        )

    def _publisher(self, queue: str) -> Publisher:
        """Return the publisher of the dead letters of *queue*."""
        publisher = self._publishers.get(queue)
        if publisher is not None and publisher.is_dead:
            publisher.drop()
            publisher = None
        if publisher is None:
            exchange = dead_letter_exchange(queue)
            publisher = Publisher(self._broker, self._config, exchange)
            self._publishers[queue] = publisher
        return publisher

    def _clean(self) -> None:
        if not self._cleaned or time.monotonic() - self._cleaned > CLEANUP_INTERVAL:
            self._inbox.forget()
            self._cleaned = time.monotonic()


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, BrokerError) else type(error).__name__


def _id(received: Any) -> str:
    """Return the id of a message; it is empty where the publisher gave none.

    :raises PoisonError: it is no text that a database can keep.
    """
    properties: Mapping[str, Any] = received.properties
    found = properties.get("message_id")
    if found is None:
        return ""
    try:
        if isinstance(found, str) and b"\0" not in found.encode():
            return found
    except UnicodeEncodeError:
        pass
    message = "its message-id is not text"
    raise PoisonError(message)
