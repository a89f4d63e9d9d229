"""The relay: it publishes what the outbox has, and forgets what the broker has confirmed."""

from threading import Event

from backend_common.core.app import Application
from backend_common.pulse.broker import Broker
from backend_common.pulse.config import Config
from backend_common.pulse.errors import BrokerError, RefusedError
from backend_common.pulse.outbox import Outbox
from backend_common.pulse.publisher import Publisher
from backend_common.pulse.topology import topic

LONGEST_PAUSE = 5.0
"""Seconds between attempts, at most, while the broker or the database does not answer."""

REFUSED_PAUSE = 30.0
"""Seconds between attempts while the broker refuses: somebody has to correct something first."""


class Relay:
    """One relay of an application; several, in several processes, share the work.

    Killed between the confirmation of a message and the commit, it leaves the message in the
    outbox: then it is published twice, with the same id.
    """

    def __init__(
        self,
        app: Application,
        config: Config,
        broker: Broker,
        outbox: Outbox,
    ) -> None:
        self._app = app
        self._config = config
        self._broker = broker
        self._outbox = outbox
        self._publisher: Publisher | None = None

    def run(self, stop: Event, until_empty: bool = False) -> None:
        """Publish until *stop* is set, whatever happens to the broker and the database.

        :param until_empty: stop as well when nothing is due.
        """
        exc = self._app.db.exc
        away = (BrokerError, exc.OperationalError, exc.InterfaceError, exc.InternalError)
        pause = self._config.poll
        while not stop.is_set():
            try:
                found = self.step()
                pause = self._config.poll
            except RefusedError as error:
                self._app.logger.error(
                    "the relay will try again in %.0f s: %s", REFUSED_PAUSE, error
                )
                stop.wait(REFUSED_PAUSE)
                continue
            except away as error:
                self._app.logger.warning(
                    "the relay will try again in %.1f s: %s", pause, _said(error)
                )
                stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            if found < self._config.batch:
                if until_empty and not found:
                    break
                stop.wait(0 if until_empty else self._config.poll)
        self.close()

    def step(self) -> int:
        """Publish one batch, and return how many messages it had.

        :raises BrokerError: the broker does not have them all.
        """
        publisher = self._connect()  # first: nothing is locked while the broker is looked for
        with self._app.app_context():
            envelopes = self._outbox.take(self._config.batch)
            if not envelopes:
                return 0
            outcome = publisher.send(envelopes)
            if outcome.error:
                publisher.drop()
                self._publisher = None
            self._outbox.settle(envelopes, outcome)
        if outcome.unroutable:
            keys = {
                envelope.routing_key for envelope in envelopes if envelope.id in outcome.unroutable
            }
            self._app.logger.error(
                "no queue takes messages of %s from the exchange %s: they wait in the outbox; "
                "start a consumer, or set PULSE_MANDATORY to false",
                ", ".join(sorted(keys)),
                self._config.exchange,
            )
        if outcome.error:
            raise outcome.error
        return len(envelopes)

    def close(self) -> None:
        """Close the connection."""
        if self._publisher:
            self._publisher.close()
            self._publisher = None

    def _connect(self) -> Publisher:
        if self._publisher is not None and self._publisher.is_dead:
            self._publisher.drop()
            self._publisher = None
        if self._publisher is None:
            exchange = topic(self._config.exchange)
            self._publisher = Publisher(self._broker, self._config, exchange)
        return self._publisher


def _said(error: Exception) -> str:
    # NB: what a driver says may have parts of the URL.
    return str(error) if isinstance(error, BrokerError) else "the database does not answer"
