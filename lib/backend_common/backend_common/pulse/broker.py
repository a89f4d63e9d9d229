"""Connections to the broker of an application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from amqp.exceptions import AMQPError  # type: ignore[import-untyped]
from kombu.exceptions import KombuError

from backend_common.pulse import memory
from backend_common.pulse.config import Config
from backend_common.pulse.errors import BrokerError
from backend_common.pulse.library import kombu

ERRORS = (OSError, AMQPError, KombuError)
"""What kombu and py-amqp raise when something is wrong with the broker or the way there."""


class Broker:
    """Where the broker is, and how to get there."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.in_memory = config.in_memory
        self._transport: Any = memory.transport() if config.in_memory else "pyamqp"

    def connect(self, limit: float | None = None) -> Any:
        """Return a new connection, one of kombu's, which is open.

        :param limit: seconds that each step has; ``PULSE_CONNECT_TIMEOUT`` if there is none.
        :raises BrokerError: there is none to be had.
        """
        config = self._config
        connection: Any = kombu.Connection(
            None if self.in_memory else config.url,
            transport=self._transport,
            connect_timeout=limit or config.connect_timeout,
            ssl=_tls(config.url),
            # Whatever waits for the broker without a limit of its own has this one.
            transport_options={}
            if self.in_memory
            else {
                "read_timeout": config.confirm_timeout,
                "write_timeout": config.confirm_timeout,
            },
        )
        try:
            # NB: not connect(), which sleeps two seconds and tries again.
            return connection.ensure_connection(max_retries=0, reraise_as_library_errors=False)
        except ERRORS as error:
            drop(connection)
            raise unreachable(error) from error

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """Have a connection, which is closed politely unless something went wrong.

        :raises BrokerError: there is none to be had.
        """
        connection = self.connect()
        try:
            yield connection
        except BaseException:
            drop(connection)
            raise
        close(connection)


def close(connection: Any) -> None:
    """Take leave of the broker; one that does not say goodbye is left anyway."""
    try:
        connection.release()
    except ERRORS:
        drop(connection)


def drop(connection: Any) -> None:
    """Close the socket of *connection*, without a word to the broker."""
    connection.collect()


def unreachable(error: Exception) -> BrokerError:
    """Return the error for *error*, which kombu or py-amqp raised; it says no secrets."""
    # NB: the text of an OSError alone is known not to have what the URL has.
    said = isinstance(error, OSError) and error.strerror
    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return BrokerError(f"the broker in PULSE_URL does not do what it should ({reason})")


def _tls(url: str) -> Any:
    """Return what makes py-amqp verify the certificate, which it does not by itself."""
    parts = urlsplit(url)
    if parts.scheme != "amqps":
        return False
    return {
        "context": {"check_hostname": True},
        "server_hostname": parts.hostname,
        "do_handshake_on_connect": False,  # py-amqp does it later, and with a time limit
    }
