"""Secrets that are known, since they are settings: wherever they turn up, they are left out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from backend_common.core.config import Config
from backend_common.log.redaction import REDACTED, is_secret

SHORTEST = 8  # characters; what is shorter may be a part of any word
FALLBACKS = "SECRET_KEY_FALLBACKS"  # Flask's


class KnownSecrets:
    """The secrets among the settings of one application.

    :param config: the settings; who loads later may add some, or change them.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known = -1  # how many changes of the settings
        self._secrets: list[str] = []

    def hide(self, text: str) -> str:
        """Return *text*, which may be JSON, without them."""
        if (changes := self._config.changes) != self._known:
            self._secrets = _all(self._config)
            self._known = changes  # NB: last, as other threads go by it
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, REDACTED)
        return text


def _all(config: Mapping[str, Any]) -> list[str]:
    found = {
        spelled
        for key, value in config.items()
        for secret in _in_setting(key, value)
        for spelled in _spelled(secret)
        if len(secret) >= SHORTEST
    }
    return sorted(found, key=len, reverse=True)  # one may be a part of another


def _spelled(secret: str) -> Iterator[str]:
    """Yield the ways to write *secret*: as it is, in JSON, in JSON inside of JSON, in a URL."""
    yield secret
    yield repr(secret)[1:-1]
    json_once = json.dumps(secret)[1:-1]
    yield json_once
    yield json.dumps(json_once)[1:-1]
    yield quote(secret, safe="")


def _in_setting(key: str, value: Any) -> Iterator[str]:
    """Yield the secrets in one setting: all of it, or the password in an URL."""
    if key == FALLBACKS and isinstance(value, list | tuple):
        for each in value:
            yield from _in_setting("SECRET_KEY", each)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if not isinstance(value, str):
        return
    if is_secret(key):
        yield value
    if "://" in value and (password := _password(value)):
        yield from (password, unquote(password))


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None  # it only looks like an URL
