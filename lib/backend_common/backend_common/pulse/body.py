"""The body of a received message: what it says, at a bounded cost, or why it cannot be read.

Every client of the broker may send anything. Nothing here trusts a header, unpickles, or makes more
than PULSE_MAX_BODY bytes of a body.
"""

import bz2
import codecs
import json
import lzma
import math
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from backend_common.pulse.errors import PoisonError
from backend_common.pulse.transport import UNDECODABLE

LZMA_MEMORY = 96 * 2**20
"""Bytes that lzma may use: its strongest preset needs 65 MiB."""

CHARSETS = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"} | {
    "ascii",
    "iso8859-1",
}
"""The charsets of JSON, and those that are subsets of them. Other codecs of Python, such as
punycode, can take quadratic time."""

SHOWN = 60  # characters of what a publisher sent that errors repeat


class Decompressor(Protocol):
    """Decompresses one stream, piece by piece; those of the standard library do."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def unused_data(self) -> bytes:
        """What comes after the end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return the next bytes, at most *max_length*."""


# By the content encoding of HTTP, and by what kombu writes into the header ``compression``. What
# kombu calls gzip is zlib's format; zlib recognizes which of the two it is.
DECOMPRESSORS: Mapping[str, Callable[[], Decompressor]] = {
    **dict.fromkeys(
        ("gzip", "x-gzip", "deflate", "zlib", "application/x-gzip"),
        lambda: zlib.decompressobj(zlib.MAX_WBITS | 32),
    ),
    **dict.fromkeys(("bzip2", "bz2", "bzip", "application/x-bz2"), bz2.BZ2Decompressor),
    **dict.fromkeys(
        ("xz", "lzma", "application/x-lzma"),
        lambda: lzma.LZMADecompressor(memlimit=LZMA_MEMORY),
    ),
}


def payload(received: Any, limit: int) -> Any:
    """Return the payload of a message.

    :param received: a message of kombu's, as the broker delivered it.
    :param limit: the bytes that its body may have, compressed or not.
    :raises PoisonError: its body cannot be read.
    """
    _check_type(received.content_type)
    body = received.body
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    _check_size(body, limit)
    if (compression := received.headers.get("compression")) not in (None, ""):
        body = _decompress(body, compression, limit)
    encoding = received.content_encoding
    if isinstance(encoding, str) and encoding.lower() in DECOMPRESSORS:
        return _parse(_decompress(body, encoding, limit), None)
    return _parse(body, encoding)


def load(text: bytes | str) -> Any:
    """Return the value that *text* is in JSON (RFC 8259), which has no NaN and no infinity.

    :raises ValueError: it is not JSON, or nested too deeply to be read.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        message = "it is nested too deeply"
        raise ValueError(message) from error


def _check_type(content_type: object) -> None:
    if content_type in (None, ""):
        return
    if content_type == UNDECODABLE:
        message = "its properties cannot be decoded"
        raise PoisonError(message)
    kind = content_type.partition(";")[0].strip().lower() if isinstance(content_type, str) else ""
    if kind not in ("application/json", "text/json") and not kind.endswith("+json"):
        message = f"its content type is {_shown(content_type)}, not application/json"
        raise PoisonError(message)


def _check_size(body: bytes, limit: int) -> None:
    if len(body) > limit:
        message = f"its body has more than {limit} bytes (PULSE_MAX_BODY)"
        raise PoisonError(message)


def _decompress(body: bytes, name: object, limit: int) -> bytes:
    """Decompress *body*, one stream or several, and never more than one byte over *limit*."""
    make = DECOMPRESSORS.get(name.lower()) if isinstance(name, str) else None
    if make is None:
        message = f"its compression {_shown(name)} is not supported"
        raise PoisonError(message)
    found = b""
    try:
        while body:
            stream = make()
            found += stream.decompress(body, limit + 1 - len(found))
            _check_size(found, limit)
            if not stream.eof:
                message = f"it is not whole, or not compressed by {_shown(name)}"
                raise PoisonError(message)
            body = stream.unused_data
    except (zlib.error, lzma.LZMAError, OSError, EOFError, MemoryError) as error:
        message = f"it cannot be decompressed by {_shown(name)}"
        raise PoisonError(message) from error
    return found


def _parse(body: bytes, charset: object) -> Any:
    """Parse *body*, in *charset*; without one, JSON itself shows which of Unicode's it is."""
    try:
        if charset in (None, "", "binary", "identity"):
            return load(body)
        return load(body.decode(_codec(charset)))
    except PoisonError:
        raise
    except ValueError as error:
        message = "not JSON"
        raise PoisonError(message) from error


def _codec(charset: object) -> str:
    try:
        name = codecs.lookup(charset).name if isinstance(charset, str) else ""
    except (LookupError, ValueError):
        name = ""
    if name not in CHARSETS:
        message = f"its content encoding {_shown(charset)} is not supported"
        raise PoisonError(message)
    return name


def _refuse(constant: str) -> Any:
    message = f"{constant} is not JSON"
    raise ValueError(message)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        message = "a number is too large"
        raise ValueError(message)
    return number


def _shown(value: object) -> str:
    """Return *value* in ASCII, not longer than SHOWN characters, for a header and a log line."""
    text = ascii(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
