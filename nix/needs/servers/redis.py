"""Redis; what was written is there again after a kill."""

import socket
from collections.abc import Sequence
from pathlib import Path

from needs.server import HOST, Server, url

USER = "default"
"""Whose password `requirepass` sets (Redis ACL)."""

TIMEOUT = 1.0
"""How long it may take to answer, in seconds."""


class Redis(Server):
    """A Redis with an append-only file."""

    def prepare(self) -> None:
        """Write the configuration, which alone can hold the password out of others' sight."""
        place = self.place
        place.data.mkdir(exist_ok=True)
        settings = {
            "bind": HOST,
            "port": place.ports["main"],
            "requirepass": place.secret,
            "dir": place.data,
            # Written before the client is answered; the system may take its time with the disk.
            "appendonly": "yes",
            "appendfsync": "no",
        }
        lines = [f'{name} "{value}"\n' for name, value in settings.items()]
        self._configuration.write_text("".join([*lines, 'save ""\n']))

    def command(self) -> Sequence[str]:
        """Return the command of the server."""
        return [str(self.place.prefix / "bin/redis-server"), str(self._configuration)]

    def answers(self) -> bool:
        """Tell whether it answers PING: not while it loads its data."""
        address = (HOST, self.place.ports["main"])
        with socket.create_connection(address, TIMEOUT) as connection:
            connection.sendall(f"AUTH {self.place.secret}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]

    def variables(self) -> dict[str, str]:
        """Return where the cache is."""
        return {"CACHE_URL": url("redis", USER, self.place, "0")}

    @property
    def _configuration(self) -> Path:
        return self.place.directory / "redis.conf"
