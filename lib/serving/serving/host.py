"""The process that a connection is in, as the connection knows it."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from serving.limits import Limits
from serving.served import Wsgi
from serving.threads import Threads


class Host(Protocol):
    """What a connection needs of its process.

    Attributes:
        alive: Whether it takes more requests.
        loop: The event loop.
        wsgi: The application.
        limits: The limits of clients.
        threads: The threads that call the application.
        buffer: What connections read into.
        errors: The stream `wsgi.errors`.
    """

    alive: bool
    loop: asyncio.AbstractEventLoop
    wsgi: Wsgi
    limits: Limits
    threads: Threads
    buffer: memoryview
    errors: Any

    def post(self, call: Callable[..., None], *arguments: Any) -> None:
        """Call something in the event loop; threads call this."""

    def note(self, what: str, peer: str) -> None:
        """Log that the connection of a client was ended."""

    def connection_began(self, connection: Any) -> None:
        """Know of a connection from now on."""

    def connection_ended(self, connection: Any) -> None:
        """Know no more of a connection."""
