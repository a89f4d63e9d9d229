"""gunicorn's HTTP parser, with stricter rules, and regular expressions in place of loops."""

import re
from typing import Any

from gunicorn.asgi.parser import (  # type: ignore[import-untyped]
    InvalidHeader,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseError,
    PythonProtocol,
    UnsupportedTransferCoding,
)
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_METHOD = re.compile(rb"[!$%&'*+\-.^_`|~0-9A-Z]{3,20}")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_AUTHORITY = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
)
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)([/?].*)?", re.IGNORECASE)

_LONGEST_NUMBER = 18
"""Digits of a length; int() itself refuses thousands of them, with another error."""


class Parser(PythonProtocol):  # type: ignore[misc]
    """The parser of one connection."""

    __slots__ = ()

    @property
    def announced(self) -> int:
        """The bytes of the current chunk that have not come yet."""
        remaining: int = self._chunk_remaining
        return remaining

    def head_bytes(self) -> int:
        """Return the bytes of the request line and the headers, which are complete."""
        line = len(self.method) + len(self.path) + len(b"  HTTP/1.1\r\n\r\n")
        return line + sum(len(name) + len(value) + 4 for name, value in self._headers_list)

    def _is_valid_method(self, method: bytes) -> bool:
        return _METHOD.fullmatch(method) is not None and method != b"CONNECT"

    def _is_valid_token(self, data: bytes) -> bool:
        return _TOKEN.fullmatch(data) is not None

    def _has_invalid_header_chars(self, value: bytes) -> bool:
        return _CONTROL.search(value) is not None

    def _find_line(self, limit: int, error: Exception) -> int:
        end: int = super()._find_line(limit, error)
        if self._chunk_state == "trailer" and end > 0:
            # gunicorn skips any line here: another server may see the next request in it.
            name, colon, value = bytes(self._buffer[:end]).partition(b":")
            if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
                raise InvalidHeader("the trailer is not a header")
        return end

    def _finalize_headers(self) -> None:
        """Check the headers together: framing (RFC 9112, section 6), and the host (section 3.2)."""
        host = length = None
        codings = []
        for name, value in self._headers_list:
            if name == b"host":
                host = value
            elif name == b"content-length":
                length = value
            elif name == b"transfer-encoding":
                codings.append(value.lower())
        if length is not None and (codings or len(length) > _LONGEST_NUMBER):
            raise InvalidHeader("Content-Length is too long, or beside Transfer-Encoding")
        if codings and codings != [b"chunked"]:
            # gunicorn would pass a compressed body on as it is.
            raise UnsupportedTransferCoding("Transfer-Encoding is not chunked")
        self._check_host(host)
        super()._finalize_headers()

    def _check_host(self, host: bytes | None) -> None:
        if host is None:
            if self.http_version >= (1, 1):
                raise InvalidHeader("Host is missing")
        elif not _AUTHORITY.fullmatch(host):
            raise InvalidHeader("Host is not a host")
        target: bytes = self.path  # type: ignore[has-type]
        if not target.startswith(b"/") and target != b"*":
            absolute = _ABSOLUTE.fullmatch(target)
            if absolute is None:
                raise InvalidHeader("the target is not a path")
            if absolute[1] != host:
                # Two answers to the question of who is asked (RFC 9112, section 3.2.2).
                raise InvalidHeader("Host is not that of the target")
            rest = absolute[2] or b"/"
            self.path = rest if rest.startswith(b"/") else b"/" + rest  # type: ignore[misc]


def status(error: Exception) -> int | None:
    """Return the status of the answer to a request that raised `error` while it was parsed.

    Returns None if the error is not one of the request.
    """
    return next((code for kind, code in _STATUS if isinstance(error, kind)), None)


_STATUS: list[tuple[Any, int]] = [
    (LimitRequestLine, 414),
    (LimitRequestHeaders, 431),
    (UnsupportedTransferCoding, 501),
    (ParseError, 400),
    (ParseException, 400),
]
