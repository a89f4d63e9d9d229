"""The limits of clients: how slow and how large they may be."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

PREFIX = "SERVING_"
"""The beginning of the names of settings: `SERVING_MAX_BODY` is the limit `max_body`."""


class LimitError(ValueError):
    """A limit has a value that it cannot have."""


@dataclass(frozen=True)
class Limits:
    """The limits of a worker.

    Attributes:
        idle: Seconds that a connection may last without a request.
        head: Seconds from the first byte of a request to the end of its headers.
        body: Seconds that a client may take without progress in sending a body.
        answer: Seconds that a client may take without progress in reading an answer.
        window: Seconds of the windows in which progress is judged.
        max_body: Bytes of the largest body.
        connections: Connections that a worker holds at once; others wait to be accepted.
    """

    idle: float = 30
    head: float = 30
    body: float = 30
    answer: float = 30
    window: float = 10
    max_body: int = 16 * 1024 * 1024
    connections: int = 4096

    def __post_init__(self) -> None:
        for each in fields(self):
            check(each.name, getattr(self, each.name))

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> "Limits":
        """Return the limits that are set in `config`, such as `app.config`.

        `MAX_CONTENT_LENGTH`, which is Flask's, is `max_body` where no `SERVING_MAX_BODY` is set.

        Raises:
            LimitError: A value is not a positive number.
        """
        names = [each.name for each in fields(cls)]
        found = {name: config.get(PREFIX + name.upper()) for name in names}
        if found["max_body"] is None:
            found["max_body"] = config.get("MAX_CONTENT_LENGTH")
        return cls(**{name: value for name, value in found.items() if value is not None})


_COUNTS = ("max_body", "connections")


def is_valid(name: str, value: object) -> bool:
    """Tell whether the limit `name` can have this value."""
    kind = int if name in _COUNTS else (int, float)
    return isinstance(value, kind) and not isinstance(value, bool) and 0 < value < float("inf")


def expected(name: str) -> str:
    """Return what the values of the limit `name` are, for messages."""
    return "a whole number above 0" if name in _COUNTS else "a number of seconds above 0"


def check(name: str, value: object) -> None:
    """Raise LimitError if `value` is no value of the limit `name`."""
    if not is_valid(name, value):
        raise LimitError(
            f"the setting {PREFIX}{name.upper()} is wrong: expected {expected(name)}; correct it "
            "in the settings file"
        )
