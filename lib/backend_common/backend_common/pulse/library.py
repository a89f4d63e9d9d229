"""kombu for type checkers, and the errors of it and of py-amqp, on which it stands.

kombu says that it is typed, and neither exports nor types its API.
"""

from typing import Any

import kombu as _kombu
from amqp.exceptions import (  # type: ignore[import-untyped]
    AccessRefused,
    AMQPError,
    AMQPNotImplementedError,
    InvalidCommand,
    InvalidPath,
    NotAllowed,
    PreconditionFailed,
    ResourceLocked,
)
from kombu.exceptions import KombuError

kombu: Any = _kombu

ERRORS = (OSError, AMQPError, KombuError)
"""What kombu and py-amqp raise when something is wrong with the broker or the way there."""

REFUSALS = (
    AccessRefused,
    AMQPNotImplementedError,
    InvalidCommand,
    InvalidPath,
    NotAllowed,
    PreconditionFailed,
    ResourceLocked,
)
"""What they raise for a login or a declaration that the broker will refuse the next time, too."""
