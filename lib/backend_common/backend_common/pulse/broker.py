"""Connections to the broker of an application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from backend_common.pulse import transport
from backend_common.pulse.config import Config
from backend_common.pulse.errors import BrokerError, RefusedError
from backend_common.pulse.heartbeats import Heartbeats
from backend_common.pulse.library import ERRORS, REFUSALS, kombu


class Broker:
    """Where the broker is, and how to get there.

    :ivar heartbeats: sends those of its connections.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self.in_memory = config.in_memory
        self.heartbeats = Heartbeats()
        self._transport: Any = transport.in_memory() if config.in_memory else transport.Transport

    def connect(self, limit: float | None = None, heartbeat: float = 0) -> Any:
        """Return a new connection, one of kombu's, which is open.

        :param limit: seconds that each step has, and each answer of the broker later;
            ``PULSE_CONNECT_TIMEOUT`` and ``PULSE_CONFIRM_TIMEOUT`` if there is none.
        :param heartbeat: seconds of silence that the broker may notice; 0 for any number.
        :raises RefusedError: the broker does not let this application in.
        :raises BrokerError: the broker cannot be reached.
        """
        config = self._config
        answer = limit or config.confirm_timeout
        connection: Any = kombu.Connection(
            None if self.in_memory else config.url,
            transport=self._transport,
            connect_timeout=limit or config.connect_timeout,
            heartbeat=heartbeat,
            ssl=_tls(config.url),
            # Whatever waits for the broker without a limit of its own has this one.
            transport_options={}
            if self.in_memory
            else {"read_timeout": answer, "write_timeout": answer},
        )
        try:
            # NB: not connect(), which sleeps two seconds and tries again.
            return connection.ensure_connection(max_retries=0, reraise_as_library_errors=False)
        except REFUSALS as error:
            drop(connection)
            message = (
                "the broker in PULSE_URL does not let this application in "
                f"({type(error).__name__}): correct the user, the password or the virtual host, "
                "or what the user may do there"
            )
            raise RefusedError(message) from error
        except ERRORS as error:
            drop(connection)
            raise unreachable(error) from error

    @contextmanager
    def connected(self, limit: float | None = None, heartbeat: float = 0) -> Iterator[Any]:
        """Have a connection, which is closed politely unless something went wrong.

        The arguments and errors are those of :meth:`connect`.
        """
        connection = self.connect(limit, heartbeat)
        try:
            yield connection
        except BaseException:
            drop(connection)
            raise
        close(connection)


def close(connection: Any) -> None:
    """Close *connection*; drop it if the broker does not answer."""
    try:
        connection.release()
    except ERRORS:
        drop(connection)


def drop(connection: Any) -> None:
    """Close the socket of *connection*, without a word to the broker."""
    connection.collect()


@contextmanager
def declaring(what: str) -> Iterator[None]:
    """Name *what* is declared in the error, if the broker refuses it.

    :raises RefusedError: it does.
    """
    try:
        yield
    except REFUSALS as error:
        # NB: the broker's own words name queues, users and virtual hosts, and no secrets.
        message = (
            f"the broker refuses {what} ({type(error).__name__}: {error.reply_text}): "
            "declare it there as the service does, or delete it there, or let the user of "
            "PULSE_URL declare it"
        )
        raise RefusedError(message) from error


def unreachable(error: Exception) -> BrokerError:
    """Return the error for *error*, which kombu or py-amqp raised; it says no secrets."""
    # NB: an OSError's own text is known not to hold parts of the URL; others may hold them.
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
