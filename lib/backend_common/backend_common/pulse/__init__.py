"""Messages by AMQP 0-9-1: published with confirmation, handled once, and never lost.

With the extension ``db``, messages are published by way of an outbox in the service's database.
"""

from typing import Any

from werkzeug.exceptions import ServiceUnavailable

from backend_common.core import health
from backend_common.core.app import Application, current_app
from backend_common.pulse import commands, config
from backend_common.pulse.errors import (
    BrokerError,
    PulseError,
    RefusedError,
    Retry,
    UnroutableError,
)
from backend_common.pulse.extension import Pulse
from backend_common.pulse.message import Message

SETTINGS = config.SETTINGS

__all__ = [
    "SETTINGS",
    "BrokerError",
    "Message",
    "Pulse",
    "PulseError",
    "RefusedError",
    "Retry",
    "UnroutableError",
    "init_app",
]


def init_app(app: Application) -> Pulse:
    """Let *app* publish and consume messages, and add the command ``flask pulse``.

    :raises SettingError: one is wrong, or production has no broker.
    """
    pulse = Pulse(app, config.read(app))
    app.cli.add_command(commands.group)
    app.register_error_handler(PulseError, _explain)
    if not pulse.in_memory:
        health.add(app, "pulse", pulse.check)
    return pulse


def _explain(error: Exception) -> Any:
    """Answer 503: the client can do nothing but try again."""
    app = current_app
    app.logger.error("a message was not published: %s", error)
    return app.handle_http_exception(
        ServiceUnavailable("A message cannot be published now. Try again later.")
    )
