"""Publishing on one connection: messages go out together, and each is confirmed by its number.

Publisher confirms and mandatory messages: https://www.rabbitmq.com/docs/confirms
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import amqp  # type: ignore[import-untyped]

from backend_common.pulse import broker
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.errors import BrokerError
from backend_common.pulse.library import ERRORS, kombu
from backend_common.pulse.message import CONTENT_TYPE

PERSISTENT = 2


@dataclass(frozen=True)
class Envelope:
    """A message as it is sent: its payload is a body by now."""

    id: str
    routing_key: str
    body: str | bytes
    headers: Mapping[str, Any] = field(default_factory=dict)
    content_type: str | None = CONTENT_TYPE
    content_encoding: str | None = "utf-8"


@dataclass(frozen=True)
class Outcome:
    """What became of envelopes, by their ids; an id in neither set may have arrived or not.

    :param error: why the publisher stopped; it is of no use any more then.
    """

    confirmed: frozenset[str]
    unroutable: frozenset[str]
    error: BrokerError | None = None


class Publisher:
    """One connection that publishes; not for two threads at once.

    :param exchange: where to, one of kombu's.
    :raises BrokerError: the broker cannot be reached, or refuses the exchange.
    """

    def __init__(self, broker_: Broker, config: Config, exchange: Any) -> None:
        self._config = config
        self._connection = broker_.connect(heartbeat=config.heartbeat)
        self._sent = 0
        self._waiting: dict[int, str] = {}
        self._confirmed: set[str] = set()
        self._returned: set[str] = set()
        self._refused = False
        try:
            channel: Any = self._connection.channel()
            self._confirms = isinstance(channel, amqp.Channel)
            if self._confirms:
                channel.confirm_select()
                channel.events["basic_ack"].add(self._on_ack)
                channel.events["basic_nack"].add(self._on_nack)
                channel.events["basic_return"].add(self._on_return)
            with broker.declaring(f"the exchange {exchange.name!r}"):
                exchange(channel).declare()
            producer: Any = kombu.Producer(channel, exchange=exchange, auto_declare=False)
            self._producer = producer
        except BrokerError:
            broker.drop(self._connection)
            raise
        except ERRORS as error:
            broker.drop(self._connection)
            raise broker.unreachable(error) from error
        self._watched = broker_.heartbeats.watch(self._connection, reads=True)

    @property
    def is_dead(self) -> bool:
        """Whether the connection was found broken while it was idle."""
        return self._watched.is_dead

    def send(self, envelopes: Sequence[Envelope]) -> Outcome:
        """Publish *envelopes*, whose ids differ, and wait until the broker has them all."""
        with self._watched.lock:
            self._confirmed, self._returned = set(), set()
            try:
                for envelope in envelopes:
                    self._publish(envelope)
                self._wait()
            except ERRORS as error:
                return self._outcome(broker.unreachable(error))
        if self._refused:
            return self._outcome(BrokerError("the broker refused a message (basic.nack)"))
        return self._outcome(None)

    def close(self) -> None:
        """Close the connection."""
        with self._watched.lock:
            self._watched.is_dead = True
            broker.close(self._connection)

    def drop(self) -> None:
        """Close the connection, without a word to the broker."""
        with self._watched.lock:
            self._watched.is_dead = True
            broker.drop(self._connection)

    def _publish(self, envelope: Envelope) -> None:
        if self._confirms:
            self._sent += 1
            self._waiting[self._sent] = envelope.id
        self._producer.publish(
            envelope.body,
            routing_key=envelope.routing_key,
            content_type=envelope.content_type,
            content_encoding=envelope.content_encoding,
            headers=dict(envelope.headers),
            delivery_mode=PERSISTENT,
            mandatory=self._confirms and self._config.mandatory,
            message_id=envelope.id,
            timestamp=int(time.time()),
        )
        if not self._confirms:
            self._confirmed.add(envelope.id)

    def _wait(self) -> None:
        deadline = time.monotonic() + self._config.confirm_timeout
        while self._waiting and not self._refused:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.drain_events(timeout=left)

    def _outcome(self, error: BrokerError | None) -> Outcome:
        # The broker returns a message before it confirms it.
        confirmed = frozenset(self._confirmed - self._returned)
        return Outcome(confirmed, frozenset(self._returned), error)

    def _on_ack(self, number: int, multiple: bool) -> None:
        for each in self._meant(number, multiple):
            self._confirmed.add(self._waiting.pop(each))

    def _on_nack(self, _number: int, _multiple: bool) -> None:
        self._refused = True

    def _on_return(self, _error: Any, _exchange: str, _key: str, message: Any) -> None:
        self._returned.add(message.properties["message_id"])

    def _meant(self, number: int, multiple: bool) -> list[int]:
        return [it for it in self._waiting if it == number or (multiple and it < number)]
