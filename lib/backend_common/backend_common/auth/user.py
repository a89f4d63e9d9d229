"""Who calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from backend_common.auth.permissions import covers

Method = Literal["bearer", "token", "session", "development"]

LONGEST_NAME = 255


@dataclass(frozen=True)
class User:
    """Who calls, and what they may do.

    :param name: unique within a method; for a signed token its subject (``sub``).
    :param permissions: what is granted, which may end in ``/*``.
    :param method: how they proved it: a signed token, an API token, a session in the browser, or
        not at all (in development); None for nobody.
    """

    name: str
    permissions: frozenset[str]
    method: Method | None

    @property
    def is_authenticated(self) -> bool:
        """Whether it is known who this is."""
        return self.method not in (None, "development")

    def has(self, needed: Iterable[str]) -> bool:
        """Tell whether the user has all permissions that are *needed*."""
        return all(any(covers(one, each) for one in self.permissions) for each in needed)


NOBODY = User("anonymous", frozenset(), None)


def is_name(value: Any) -> bool:
    """Tell whether *value* can be a user's name: it goes to logs, databases and headers."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
