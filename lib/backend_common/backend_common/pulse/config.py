"""The settings of the extension."""

import os
from urllib.parse import urlsplit

import flask

from backend_common.core import settings
from backend_common.core.settings import SettingError

MEMORY = "memory://"

RENAMED = {"PULSE_SEEN_SIZE": "PULSE_INBOX_SIZE", "PULSE_SEEN_AGE": "PULSE_INBOX_AGE"}


def _broker(app: flask.Flask) -> str:
    # NB: a broker in memory would lose what production publishes.
    broker: str = settings.REQUIRED if app.config["APP_CHANNEL"] == "production" else MEMORY
    return broker


def _is_url(value: str) -> bool:
    if value == MEMORY:
        return True
    parts = urlsplit(value)
    # A port that is no number is a ValueError, which says no as well.
    return parts.scheme in ("amqp", "amqps") and bool(parts.hostname) and parts.port != 0


def _is_name(value: str) -> bool:
    # RabbitMQ keeps names that begin with amq. to itself.
    return 0 < len(value) <= 200 and not value.startswith("amq.")


class Config(settings.Table):
    """How an application publishes and consumes."""

    url = settings.Text(
        "PULSE_URL",
        _broker,
        shown="`memory://`; in production, none: it must be set",
        valid=_is_url,
        expected="amqp://USER:PASSWORD@HOST/VHOST, the same with amqps://, or memory://",
        text="The broker. `memory://` is one in this process alone.",
    )
    exchange = settings.Text(
        "PULSE_EXCHANGE",
        lambda app: app.name,
        shown="the service's name",
        valid=_is_name,
        expected="1 to 200 characters that do not begin with amq.",
        text="The topic exchange to which the service publishes.",
    )
    connect_timeout = settings.Number(
        "PULSE_CONNECT_TIMEOUT",
        2.0,
        unit="seconds",
        more_than=0,
        text="How long each step of connecting may take.",
    )
    confirm_timeout = settings.Number(
        "PULSE_CONFIRM_TIMEOUT",
        5.0,
        unit="seconds",
        more_than=0,
        text="How long the broker may take to confirm a message, and for every other answer.",
    )
    heartbeat = settings.Whole(
        "PULSE_HEARTBEAT",
        30,
        unit="seconds",
        at_least=1,
        at_most=3600,
        text="The interval of heartbeats. The broker closes a connection that is silent for two of "
        "them, and delivers its messages to another consumer.",
    )
    retries = settings.Whole(
        "PULSE_RETRIES",
        2,
        at_least=0,
        at_most=10,
        text="How often `send` tries again.",
    )
    mandatory = settings.Switch(
        "PULSE_MANDATORY",
        default=True,
        text="Whether a message that no queue takes is an error. Without it, such a message is "
        "lost.",
    )
    max_body = settings.Whole(
        "PULSE_MAX_BODY",
        1048576,
        unit="bytes",
        at_least=1,
        text="The longest payload. Publishing a longer one is a `ValueError`; a longer message "
        "that arrives, or grows beyond this when it is decompressed, is a dead letter.",
    )
    prefetch = settings.Whole(
        "PULSE_PREFETCH",
        10,
        unit="messages",
        at_least=1,
        at_most=65535,
        text="How many messages of each queue a consumer takes ahead.",
    )
    attempts = settings.Whole(
        "PULSE_ATTEMPTS",
        3,
        at_least=1,
        text="How often a function is called for a message before that is a dead letter.",
    )
    redeliveries = settings.Whole(
        "PULSE_REDELIVERIES",
        10,
        at_least=1,
        text="How often a message that was delivered before is handled again, without the end of "
        "its handling being seen, before it is a dead letter (with `db`).",
    )
    pause = settings.Number(
        "PULSE_PAUSE",
        1.0,
        unit="seconds",
        more_than=0,
        text="How long a consumer waits between attempts, and before it connects again.",
    )
    inbox_size = settings.Whole(
        "PULSE_INBOX_SIZE",
        10000,
        unit="messages",
        at_least=1,
        text="How many messages the inbox in memory remembers. An older one that arrives again is "
        "handled again.",
    )
    inbox_age = settings.Number(
        "PULSE_INBOX_AGE",
        604800.0,
        unit="seconds",
        more_than=0,
        text="How long the inbox in the database (with `db`) remembers a message.",
    )
    batch = settings.Whole(
        "PULSE_RELAY_BATCH",
        100,
        unit="messages",
        at_least=1,
        at_most=1000,
        text="How many messages a relay publishes at once.",
    )
    poll = settings.Number(
        "PULSE_RELAY_POLL",
        0.5,
        unit="seconds",
        more_than=0,
        text="How often a relay looks whether the outbox has messages.",
    )

    @property
    def in_memory(self) -> bool:
        """Whether the broker is the one in this process."""
        return self.url == MEMORY


SETTINGS = Config.fields()


def read(app: flask.Flask) -> Config:
    """Return the settings of *app*.

    :raises SettingError: one is wrong, has an old name, or production has no broker.
    """
    for old, new in RENAMED.items():
        if _is_set(app, old):
            message = f"the setting {old} of {app.name!r} is called {new} now: rename it"
            raise SettingError(message)
    return Config(app)


def _is_set(app: flask.Flask, key: str) -> bool:
    return app.config.get(key) is not None or key in os.environ
