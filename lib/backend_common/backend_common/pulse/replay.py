"""Dead letters, given back to the queue where they died, once what was wrong with it is mended."""

from typing import Any

from backend_common.pulse import broker
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.consumer import Subscription, declare
from backend_common.pulse.errors import BrokerError
from backend_common.pulse.library import kombu
from backend_common.pulse.publisher import Letter, Publisher


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
        except broker.ERRORS as error:
            raise broker.unreachable(error) from error
    return count


def _give_back(publisher: Publisher, subscription: Subscription, message: Any) -> None:
    body = message.body
    letter = Letter(
        id=str(message.properties.get("message_id") or ""),
        routing_key=subscription.queue,
        body=body if isinstance(body, str) else bytes(body),
        headers=message.headers,
    )
    outcome = publisher.send([letter])
    if outcome.error:
        raise outcome.error
    if outcome.unroutable:
        raise BrokerError(
            f"somebody deleted the queue {subscription.queue}; start a consumer of it"
        )
    message.ack()
