"""A cache: Flask-Caching, in the memory of the process, or in a Redis that may be away.

What is cached is made again when it cannot be read, so a Redis that does not answer costs time and
nothing else: see :mod:`backend_common.cache.server`.
"""

from typing import Any

from backend_common.cache.breaker import Breaker
from backend_common.cache.cache import Cache
from backend_common.cache.values import CacheError, Serializer
from backend_common.core import health, settings
from backend_common.core.app import Application

__all__ = ["Cache", "CacheError", "init_app"]

MEMORY = ""
MEBIBYTE = 1024 * 1024


def _is_url(value: Any) -> bool:
    if value == MEMORY:
        return True
    # NB: not before; redis is a tenth of a second of CPU, which a cache in memory does without.
    from backend_common.cache.server import is_url  # noqa: PLC0415

    return is_url(value)


def _prefix(app: Application) -> str:
    """Keep versions apart: what one has pickled may be nothing to another."""
    version = health.version(app)
    return f"{app.name}:{version.get('commit') or version.get('version') or ''}:"


class Settings(settings.Table):
    """Where values are kept, how many, and for how long."""

    url = settings.Text(
        "CACHE_URL",
        MEMORY,
        shown="none: the cache is in memory",
        valid=_is_url,
        expected="redis://, rediss:// or unix:// and the rest of an URL",
        text="Where Redis is.",
    )
    prefix = settings.Text(
        "CACHE_PREFIX",
        _prefix,
        shown="the service and its version, `treestatus:1.0.0:`",
        text="The beginning of all keys in Redis.",
    )
    lifetime = settings.Whole(
        "CACHE_LIFETIME",
        300,
        unit="seconds",
        at_least=1,
        text="How long a value is kept, unless the code says otherwise.",
    )
    max_value = settings.Whole(
        "CACHE_MAX_VALUE",
        MEBIBYTE,
        unit="bytes",
        at_least=1,
        text="The largest value, as pickle writes it.",
    )
    threshold = settings.Whole(
        "CACHE_THRESHOLD",
        500,
        unit="values",
        at_least=1,
        text="How many values the memory of a process keeps.",
    )
    timeout = settings.Number(
        "CACHE_TIMEOUT",
        0.25,
        unit="seconds",
        more_than=0,
        text="How long Redis may take to connect, and for each answer.",
    )
    pause = settings.Number(
        "CACHE_PAUSE",
        5.0,
        unit="seconds",
        more_than=0,
        text="How long Redis is left alone after it did not answer.",
    )


SETTINGS = Settings.fields()


def init_app(app: Application) -> Cache:
    """Give *app* a cache.

    :raises SettingError: a setting is wrong.
    """
    read = Settings(app)
    serializer = Serializer(read.max_value)
    cache = Cache(serializer)
    config = {
        "CACHE_DEFAULT_TIMEOUT": read.lifetime,
        "CACHE_IGNORE_ERRORS": True,
        "CACHE_SERIALIZER": serializer,
    }
    if read.url == MEMORY:
        kind = {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": read.threshold}
        cache.init_app(app, {**config, **kind})
        health.add(app, "cache", lambda: None)  # it is there as long as the process is
        return cache
    from backend_common.cache.server import NAME, Server, connect  # noqa: PLC0415  as above

    breaker = Breaker(read.pause, app.logger)
    client = connect(read.url, read.timeout)
    options = {"client": client, "breaker": breaker, "key_prefix": read.prefix}
    cache.init_app(app, {**config, "CACHE_TYPE": NAME, "CACHE_OPTIONS": options})
    server = cache.cache
    assert isinstance(server, Server)
    health.add(app, "cache", server.check)
    return cache
