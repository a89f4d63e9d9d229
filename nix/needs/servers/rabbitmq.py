"""RabbitMQ, a node of its own that no other can join; what was confirmed survives a kill."""

import socket
from collections.abc import Sequence
from pathlib import Path

from needs.server import HOST, Server, url

USER = "services"

TIMEOUT = 1.0
"""How long it may take to answer, in seconds."""

HEADER = b"AMQP\x00\x00\x09\x01"
"""What a client of AMQP 0-9-1 sends first."""

METHOD_FRAME = b"\x01"
"""What the answer, connection.start, begins with."""


class RabbitMQ(Server):
    """A RabbitMQ, and the port mapper that Erlang wants for the names of nodes (epmd)."""

    ports = ("main", "epmd", "distribution")

    def prepare(self) -> None:
        """Write the configuration; the node itself makes its data."""
        place = self.place
        place.data.mkdir(exist_ok=True)
        settings = {
            "listeners.tcp.local": f"{HOST}:{place.ports['main']}",
            "default_user": USER,
            "default_pass": place.secret,
            "log.console": "true",
            "log.file": "false",
        }
        self._configuration.write_text("".join(f"{key} = {settings[key]}\n" for key in settings))

    def sidecars(self) -> Sequence[Sequence[str]]:
        """Return the port mapper, which would start itself as a daemon otherwise."""
        port = str(self.place.ports["epmd"])
        return [[str(self.place.prefix / "bin/epmd"), "-address", HOST, "-port", port]]

    def command(self) -> Sequence[str]:
        """Return the command of the node."""
        return [str(self.place.prefix / "bin/rabbitmq-server")]

    def environment(self) -> dict[str, str]:
        """Return the variables of rabbitmq-server; by its defaults it is Debian's, in /var."""
        place = self.place
        return {
            **super().environment(),
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(place.ports["epmd"]),
            "RABBITMQ_CONF_ENV_FILE": str(place.directory / "none"),
            "RABBITMQ_CONFIG_FILE": str(self._configuration),
            "RABBITMQ_DIST_PORT": str(place.ports["distribution"]),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(place.directory / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(place.directory / "generated"),
            "RABBITMQ_LOG_BASE": str(place.directory / "logs"),
            "RABBITMQ_MNESIA_BASE": str(place.data),
            "RABBITMQ_NODENAME": "rabbit@localhost",
            "RABBITMQ_PID_FILE": str(place.directory / "pid"),
            # The node in the place of its script, so that signals go to it.
            "RABBITMQ_ALLOW_INPUT": "true",
            "RABBITMQ_SERVER_START_ARGS": "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def answers(self) -> bool:
        """Tell whether it speaks AMQP: it listens once its queues are there."""
        address = (HOST, self.place.ports["main"])
        with socket.create_connection(address, TIMEOUT) as connection:
            connection.sendall(HEADER)
            return connection.recv(1) == METHOD_FRAME

    def variables(self) -> dict[str, str]:
        """Return where the broker is: its virtual host is /, escaped as AMQP's URIs have it."""
        return {"PULSE_URL": url("amqp", USER, self.place, "%2F")}

    @property
    def _configuration(self) -> Path:
        return self.place.directory / "rabbitmq.conf"
