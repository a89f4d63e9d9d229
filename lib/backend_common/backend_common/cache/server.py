"""Redis as a cache that never fails its caller: what cannot be read there is not there."""

import re
from collections.abc import Callable
from typing import Any, Self, TypeVar

import flask
from flask_caching.backends.rediscache import RedisCache
from redis import ConnectionError as Disconnected
from redis import DataError, Redis, RedisError, ResponseError
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry

from backend_common.cache.breaker import Breaker
from backend_common.cache.values import CacheError
from backend_common.core.health import Unhealthy

T = TypeVar("T")

NAME = f"{__name__}.Server"
"""How Flask-Caching is told of the class."""

FAILURES = (RedisError, OSError)
_NONSENSE = re.compile("WRONGTYPE|value is not an integer|increment or decrement would overflow")
BATCH = 1000  # keys that are deleted at once


def is_url(text: str) -> bool:
    """Tell whether *text* is a URL of a Redis.

    :raises ValueError: it is not.
    """
    parse_url(text)  # type: ignore[no-untyped-call]
    return True


def connect(url: str, timeout: float) -> Redis:
    """Return a client of the Redis at *url*; it connects when it is first used.

    :param timeout: seconds for connecting, and for each answer.
    """
    # NB: a server that is slow is not asked twice. One that has closed a connection is, since a
    # restart closes all that the client has kept.
    retry = Retry(NoBackoff(), 1, supported_errors=(Disconnected,))
    return Redis.from_url(url, socket_connect_timeout=timeout, socket_timeout=timeout, retry=retry)


class Server(RedisCache):
    """The cache in a Redis; while that is away, it is empty and forgets what it is told."""

    def __init__(self, client: Redis, breaker: Breaker, **options: Any) -> None:
        super().__init__(host=client, **options)
        self._client = client
        self._breaker = breaker

    @classmethod
    def factory(
        cls, app: flask.Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
    ) -> Self:
        """Make the cache, for Flask-Caching; *kwargs* has the options."""
        del app, config
        return cls(*args, **kwargs)

    def check(self) -> None:
        """Ask Redis whether it is there, for the heartbeat; who is asked for values hears of it.

        :raises Unhealthy: it is not.
        """
        failures = self._breaker.failures
        try:
            self._client.ping()
        except FAILURES as error:
            self._breaker.failed(error)
            message = f"Redis does not answer as it should ({type(error).__name__})"
            raise Unhealthy(message) from error
        self._breaker.succeeded(failures)

    def get(self, key: str) -> Any:
        """Return the value of *key*, or None."""
        return self._try(lambda: super(Server, self).get(key), None)

    def get_many(self, *keys: str) -> list[Any]:
        """Return the values of *keys*, None where there is none."""
        return self._try(lambda: super(Server, self).get_many(*keys), [None] * len(keys))

    def has(self, key: str) -> bool:
        """Tell whether there is a value of *key*."""
        return self._try(lambda: super(Server, self).has(key), False)

    def set(self, key: str, value: Any, timeout: Any = None) -> Any:
        """Keep *value*, for *timeout* seconds; return whether that was possible."""
        return self._try(lambda: super(Server, self).set(key, value, timeout), False)

    def add(self, key: str, value: Any, timeout: Any = None) -> Any:
        """Keep *value* if *key* has none yet; return whether it is kept."""
        return self._try(lambda: super(Server, self).add(key, value, timeout), False)

    def set_many(self, mapping: dict[str, Any], timeout: Any = None) -> list[Any]:
        """Keep the values of *mapping*; return the keys of those that are kept."""
        return self._try(lambda: super(Server, self).set_many(mapping, timeout), [])

    def delete(self, key: str) -> bool:
        """Forget the value of *key*; return whether there was one."""
        return self._try(lambda: super(Server, self).delete(key), False)

    def delete_many(self, *keys: str) -> list[Any]:
        """Forget the values of *keys*; return the keys that have none any more."""
        return self._try(lambda: super(Server, self).delete_many(*keys), [])

    def unlink(self, *keys: str) -> Any:
        """Forget the values of *keys*, and have Redis free the memory later."""
        return self._try(lambda: super(Server, self).unlink(*keys), 0)

    def inc(self, key: str, delta: int = 1) -> Any:
        """Add *delta* to the number *key*; return it, or None."""
        return self._try(lambda: super(Server, self).inc(key, delta), None)

    def dec(self, key: str, delta: int = 1) -> Any:
        """Take *delta* from the number *key*; return it, or None."""
        return self._try(lambda: super(Server, self).dec(key, delta), None)

    def clear(self) -> bool:
        """Forget all values of this service and version; return whether that was possible."""
        return self._try(self._clear, False)

    def _clear(self) -> bool:
        # NB: not KEYS, which everybody who uses the server would wait for.
        pattern = re.sub(r"([\\*?\[\]])", r"\\\1", self._get_prefix()) + "*"
        keys = []
        for key in self._client.scan_iter(match=pattern, count=BATCH):
            keys.append(key)
            if len(keys) == BATCH:
                self._client.unlink(*keys)
                keys = []
        if keys:
            self._client.unlink(*keys)
        return True

    def _try(self, action: Callable[[], T], otherwise: T) -> T:
        if not self._breaker.allows():
            return otherwise
        failures = self._breaker.failures
        try:
            result = action()
        except FAILURES as error:
            if _is_of_caller(error):
                self._breaker.succeeded(failures)
                message = f"Redis cannot do that with this value: {error}"
                raise CacheError(message) from error
            self._breaker.failed(error)
            return otherwise
        self._breaker.succeeded(failures)
        return result


def _is_of_caller(error: Exception) -> bool:
    """Say whether Redis works, and was asked for what makes no sense: to add to a text."""
    if isinstance(error, DataError):
        return True
    return type(error) is ResponseError and bool(_NONSENSE.match(str(error)))
