"""Dead letters, given back to the queue where they died, once what was wrong with it is mended."""

from typing import Any

from backend_common.pulse import broker
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.errors import BrokerError
from backend_common.pulse.library import ERRORS, kombu
from backend_common.pulse.message import CONTENT_TYPE
from backend_common.pulse.publisher import Envelope, Publisher
from backend_common.pulse.topology import Subscription, declare


def replay(broker_: Broker, config: Config, subscription: Subscription) -> int:
    """Put the messages that are dead now back into the queue of *subscription*, the oldest first.

    No other queue gets them. They keep their ids, so that one that was handled after all, or is put
    back twice because this is killed, is a duplicate.

    :return: how many there were.
    :raises BrokerError: the broker does not take one back; that one, and the rest, stay dead.
    """
    count = 0
    with broker_.connected() as connection:
        try:
            channel = connection.channel()
            declare(channel, subscription)
            dead: Any = kombu.Queue(subscription.dead, channel=channel)
            waiting = dead.queue_declare(passive=True).message_count
            # The exchange without a name leads to the queue that the routing key names.
            publisher = Publisher(broker_, config, kombu.Exchange("", type="direct"))
            try:
                while count < waiting and (message := dead.get(no_ack=False)) is not None:
                    _give_back(publisher, subscription, message)
                    count += 1
            finally:
                publisher.close()
        except ERRORS as error:
            raise broker.unreachable(error) from error
    return count


def _give_back(publisher: Publisher, subscription: Subscription, message: Any) -> None:
    envelope = Envelope(
        id=str(message.properties.get("message_id") or ""),
        routing_key=subscription.queue,
        body=message.body,
        headers=message.headers,
        content_type=message.content_type or CONTENT_TYPE,
        content_encoding=message.content_encoding,
    )
    outcome = publisher.send([envelope])
    if outcome.error:
        raise outcome.error
    if outcome.unroutable:
        raise BrokerError(
            f"somebody deleted the queue {subscription.queue}; start a consumer of it"
        )
    message.ack()
