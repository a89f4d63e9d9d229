"""No secrets in a line: what is named like one, and what looks like one, is left out.

This is a net below the rule, which is not to log secrets: one in the middle of a sentence is found
if it looks like one, or is a setting (known.py).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"

# The end of a name: access_token, X-Api-Key, Set-Cookie, DATABASE_PASSWORD.
_SECRET = (
    "authorization|cookies?|credentials?|dsn|passphrase|passwd|password|pwd|secret|token"
    "|api[-_]?key|private[-_]?key|secret[-_]?key"
)
_NAME = re.compile(rf"(?:{_SECRET})\Z", re.IGNORECASE)

_PATTERNS = [
    # https://user:password@host; the key of a DSN is the user.
    (re.compile(r"(?<=://)[^\s/?#\"'<>]*@"), f"{REDACTED}@"),
    # Authorization: Bearer abc, and the same in the repr of a dict or of a list of pairs.
    (
        re.compile(
            r"(\b(?:proxy-)?authorization|\b(?:set-)?cookie)"
            r"(['\"]\s*[:,]\s*b?['\"]|\s*[:=]\s*)[^'\"\r\n]+",
            re.IGNORECASE,
        ),
        rf"\1\2{REDACTED}",
    ),
    # password=abc in a query or in the parameters of a connection, {'password': 'abc'}.
    (
        re.compile(rf"({_SECRET})(=['\"]?|['\"]\s*[:,]\s*b?['\"])[^\s'\"&;,]+", re.IGNORECASE),
        rf"\1\2{REDACTED}",
    ),
    (re.compile(r"\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {REDACTED}"),
    # A JSON Web Token (RFC 7519), wherever it is; its header begins with {".
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    # An API token of the extension auth.
    (re.compile(r"\bsat_[\w-]{20,}"), REDACTED),
]


# What no pattern matches, as most values are: one look instead of many.
_PLAIN = re.compile(r"(?!.*(?:eyJ|sat_))[\w/.<>-]*\Z")


def redact(value: Any) -> Any:
    """Return *value* without secrets; what is neither text nor a container is told by its repr."""
    if isinstance(value, str):
        return value if _PLAIN.match(value) else _text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else _key(key): REDACTED
            if isinstance(key, str) and is_secret(key)
            else redact(each)
            for key, each in value.items()
        }
    if (
        isinstance(value, tuple)
        and len(value) == 2
        and isinstance(value[0], str)
        and is_secret(value[0])
    ):
        return [value[0], REDACTED]  # an item of a list of headers
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(each) for each in value]
    return _text(repr(value))


@lru_cache(1024)  # the same few names are in every line
def is_secret(name: str) -> bool:
    """Say whether what has this *name* is a secret."""
    return _NAME.search(name) is not None


def _key(key: Any) -> Any:
    """Return a key that JSON takes, which would refuse all of the line for another one."""
    return key if key is None or isinstance(key, int | float) else _text(repr(key))


def _text(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
