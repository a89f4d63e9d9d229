"""An application that is served, and what the program that loads it adds to the server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from serving.limits import Limits

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application (PEP 3333)."""


def _accept_any(address: str) -> None:
    """Accept all addresses."""


@dataclass(frozen=True)
class Served:
    """An application to serve.

    Attributes:
        app: The application.
        limits: Limits of its clients.
        logs_to_root: True if the handlers of the root logger write the lines of the server. False
            if the server writes its own lines to standard error.
        check_address: Called with the address of each socket before it serves: an IP address, or
            `unix:` and a path. It raises ServingError if the application must not be
            reached there.
    """

    app: Wsgi
    limits: Limits = field(default_factory=Limits)
    logs_to_root: bool = False
    check_address: Callable[[str], None] = _accept_any
