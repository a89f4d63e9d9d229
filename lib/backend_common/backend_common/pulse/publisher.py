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
from backend_common.pulse.library import kombu
from backend_common.pulse.message import CONTENT_TYPE

PERSISTENT = 2


@dataclass(frozen=True)
class Letter:
    """A message as it is sent: its payload is JSON by now."""

    id: str
    routing_key: str
    body: str | bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of letters, by their ids; those that are in neither set may have arrived or not.

    :param error: why the publisher stopped, which is of no use any more then.
    """

    confirmed: frozenset[str]
    unroutable: frozenset[str]
    error: BrokerError | None = None


class Publisher:
    """One connection that publishes; not for two threads at once.

    :param exchange: where to, one of kombu's.
    :raises BrokerError: the broker is not to be had.
    """

    def __init__(self, broker_: Broker, config: Config, exchange: Any) -> None:
        self._config = config
        self._connection = broker_.connect()
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
            producer: Any = kombu.Producer(channel, exchange=exchange)
            self._producer = producer  # declares the exchange
        except broker.ERRORS as error:
            self.drop()
            raise broker.unreachable(error) from error

    def send(self, letters: Sequence[Letter]) -> Outcome:
        """Publish *letters*, whose ids differ, and wait until the broker has them all."""
        self._confirmed, self._returned = set(), set()
        try:
            for letter in letters:
                self._publish(letter)
            self._wait()
        except broker.ERRORS as error:
            return self._outcome(broker.unreachable(error))
        if self._refused:
            return self._outcome(BrokerError("the broker refused a message (basic.nack)"))
        return self._outcome(None)

    def close(self) -> None:
        """Close the connection."""
        broker.close(self._connection)

    def drop(self) -> None:
        """Close the connection, without a word to the broker."""
        broker.drop(self._connection)

    def _publish(self, letter: Letter) -> None:
        if self._confirms:
            self._sent += 1
            self._waiting[self._sent] = letter.id
        self._producer.publish(
            letter.body,
            routing_key=letter.routing_key,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            headers=dict(letter.headers),
            delivery_mode=PERSISTENT,
            mandatory=self._confirms and self._config.mandatory,
            message_id=letter.id,
            timestamp=int(time.time()),
        )
        if not self._confirms:
            self._confirmed.add(letter.id)

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


def own_exchange(config: Config) -> Any:
    """Return the exchange that an application publishes to."""
    return topic(config.exchange)


def topic(name: str) -> Any:
    """Return the exchange *name*, which sends messages by their routing keys, and lasts."""
    return kombu.Exchange(name, type="topic", durable=True)
