"""A cache: Flask-Caching, in the memory of the process, or in a Redis that may be away.

What is cached is made again when it is not to be had, so a Redis that does not answer costs time
and nothing else: see :mod:`backend_common.cache.server`.
"""

import math
from typing import Any

from flask_caching import Cache

from backend_common.cache.breaker import Breaker
from backend_common.core import health, settings
from backend_common.core.app import Application

__all__ = ["Cache", "init_app"]

MEMORY = ""


def init_app(app: Application) -> Cache:
    """Give *app* a cache.

    Settings: ``CACHE_URL``, where Redis is, by default nowhere: the cache is in memory;
    ``CACHE_PREFIX``, what all keys in Redis begin with, by default the service and its version;
    ``CACHE_LIFETIME``, the seconds that a value is kept, 300 by default; ``CACHE_THRESHOLD``, how
    many values are kept in memory, 500 by default; ``CACHE_TIMEOUT``, the seconds that Redis has
    to answer, 0.25 by default; ``CACHE_PAUSE``, the seconds that it is left alone after it did
    not, 5 by default.

    :raises SettingError: a setting is wrong.
    """
    seconds = "seconds, more than 0"
    url = settings.read(
        app, "CACHE_URL", MEMORY, _is_url, "redis://, rediss:// or unix:// and the rest of an URL"
    )
    prefix = settings.read(app, "CACHE_PREFIX", _prefix(app), _is_text, "text that is not empty")
    lifetime = settings.read(app, "CACHE_LIFETIME", 300, _is_count, "whole seconds, more than 0")
    threshold = settings.read(app, "CACHE_THRESHOLD", 500, _is_count, "a number more than 0")
    timeout = settings.read(app, "CACHE_TIMEOUT", 0.25, _is_duration, seconds)
    pause = settings.read(app, "CACHE_PAUSE", 5.0, _is_duration, seconds)

    cache = Cache(with_jinja2_ext=False)
    config = {"CACHE_DEFAULT_TIMEOUT": lifetime, "CACHE_IGNORE_ERRORS": True}
    if url == MEMORY:
        cache.init_app(app, {**config, "CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": threshold})
        health.add(app, "cache", lambda: None)  # whoever can ask has it
        return cache
    from backend_common.cache.server import NAME, Server, connect  # noqa: PLC0415  as below

    breaker = Breaker(pause, app.logger)
    options = {"client": connect(url, timeout), "breaker": breaker, "key_prefix": prefix}
    cache.init_app(app, {**config, "CACHE_TYPE": NAME, "CACHE_OPTIONS": options})
    server = cache.cache
    assert isinstance(server, Server)
    health.add(app, "cache", server.check)
    return cache


def _prefix(app: Application) -> str:
    """Keep versions apart: what one has pickled may be nothing to another."""
    version = health.version(app)
    return f"{app.name}:{version.get('commit') or version.get('version') or ''}:"


def _is_url(value: Any) -> bool:
    if value == MEMORY or not isinstance(value, str):
        return bool(value == MEMORY)
    # NB: not before; redis is a tenth of a second of CPU, which a cache in memory does without.
    from backend_common.cache.server import is_url  # noqa: PLC0415

    return is_url(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value > 0
