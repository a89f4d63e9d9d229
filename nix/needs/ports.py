"""TCP ports for servers, on the address that they listen on."""

import random
import socket
from collections.abc import Sequence

from needs.server import HOST

PORTS = range(10_000, 32_768)
"""Where ports are picked: below the range from which Linux gives clients theirs. From there, a
client that retries could take the port of a server that is down, or connect to itself."""


def pick(purposes: Sequence[str]) -> dict[str, int]:
    """Return a free port for each purpose."""
    free = (port for port in random.sample(PORTS, len(PORTS)) if is_free(port))
    return dict(zip(purposes, free, strict=False))


def is_free(port: int) -> bool:
    """Return whether no program listens on a port."""
    with socket.socket() as candidate:
        # As servers do: a connection that was closed a moment ago does not block the port.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
        return True
