"""The settings of the extension, read and checked."""

import math
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from backend_common.core import settings
from backend_common.core.app import Application
from backend_common.core.settings import SettingError

MEMORY = "memory://"

HEARTBEAT = "whole seconds, 1 to 3600"

URL = "amqp://USER:PASSWORD@HOST/VHOST, the same with amqps://, or memory://"


RENAMED = {"PULSE_SEEN_SIZE": "PULSE_INBOX_SIZE", "PULSE_SEEN_AGE": "PULSE_INBOX_AGE"}


@dataclass(frozen=True)
class Config:
    """How an application publishes and consumes; docs/extensions.md has what each setting is."""

    url: str
    exchange: str
    connect_timeout: float
    confirm_timeout: float
    heartbeat: int
    retries: int
    mandatory: bool
    max_body: int
    prefetch: int
    attempts: int
    pause: float
    inbox_size: int
    inbox_age: float
    batch: int
    poll: float

    @property
    def in_memory(self) -> bool:
        """Whether there is no broker but the one in this process."""
        return self.url == MEMORY


def read(app: Application) -> Config:
    """Return the settings of *app*.

    :raises SettingError: one is wrong, or production has no broker.
    """
    for old, new in RENAMED.items():
        if old in app.config or old in os.environ:
            message = f"the setting {old} of {app.name!r} is called {new} now: rename it"
            raise SettingError(message)
    seconds = "seconds, more than 0"
    own = "" if app.in_production else MEMORY
    return Config(
        url=settings.read(app, "PULSE_URL", own, _is_url, URL),
        exchange=settings.read(app, "PULSE_EXCHANGE", app.name, _is_name, "1 to 200 characters"),
        connect_timeout=settings.read(app, "PULSE_CONNECT_TIMEOUT", 2.0, _is_duration, seconds),
        confirm_timeout=settings.read(app, "PULSE_CONFIRM_TIMEOUT", 5.0, _is_duration, seconds),
        heartbeat=settings.read(app, "PULSE_HEARTBEAT", 30, _is_heartbeat, HEARTBEAT),
        retries=settings.read(app, "PULSE_RETRIES", 2, _is_retries, "a number from 0 to 10"),
        mandatory=settings.read(
            app, "PULSE_MANDATORY", True, lambda value: isinstance(value, bool), "true or false"
        ),
        max_body=settings.read(app, "PULSE_MAX_BODY", 1048576, _is_count, "bytes, more than 0"),
        prefetch=settings.read(app, "PULSE_PREFETCH", 10, _is_short, "a number from 1 to 65535"),
        attempts=settings.read(app, "PULSE_ATTEMPTS", 3, _is_count, "a number, 1 or more"),
        pause=settings.read(app, "PULSE_PAUSE", 1.0, _is_duration, seconds),
        inbox_size=settings.read(app, "PULSE_INBOX_SIZE", 10000, _is_count, "a number, 1 or more"),
        inbox_age=settings.read(app, "PULSE_INBOX_AGE", 604800.0, _is_duration, seconds),
        batch=settings.read(app, "PULSE_RELAY_BATCH", 100, _is_batch, "a number from 1 to 1000"),
        poll=settings.read(app, "PULSE_RELAY_POLL", 0.5, _is_duration, seconds),
    )


def _is_url(value: Any) -> bool:
    if value == MEMORY or not isinstance(value, str):
        return isinstance(value, str)
    parts = urlsplit(value)
    # A port that is no number is a ValueError, which says no as well.
    return parts.scheme in ("amqp", "amqps") and bool(parts.hostname) and parts.port != 0


def _is_name(value: Any) -> bool:
    # RabbitMQ keeps names that begin with amq. to itself.
    return isinstance(value, str) and 0 < len(value) <= 200 and not value.startswith("amq.")


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value > 0


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_short(value: Any) -> bool:
    return type(value) is int and 0 < value <= 65535


def _is_heartbeat(value: Any) -> bool:
    return type(value) is int and 0 < value <= 3600


def _is_batch(value: Any) -> bool:
    return type(value) is int and 0 < value <= 1000


def _is_retries(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 10
