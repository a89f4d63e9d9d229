"""Documents of other services: fetched within a time, up to a size, by the schemes allowed."""

import time
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request

LARGEST = 1024 * 1024  # bytes of a document

SCHEMES = ("https", "http")

LOOPBACK = ("localhost", "127.0.0.1", "::1")

FAILURES = (OSError, HTTPException)
"""What fetching raises, besides ValueError for a document that is too large."""


class SchemeError(ValueError):
    """A URL has a scheme that is not allowed."""


def is_url(value: Any, schemes: Sequence[str] = SCHEMES) -> bool:
    """Return whether *value* is a URL, with one of *schemes*, that can be fetched from."""
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return parts.scheme in schemes and bool(parts.hostname)


def is_confidential(value: Any) -> bool:
    """Return whether *value* is a URL that secrets may be sent to: https, or http on this machine.

    A host name other than ``localhost`` is not loopback: its address may change.
    """
    return is_url(value, ["https"]) or (
        is_url(value, ["http"]) and urlsplit(value).hostname in LOOPBACK
    )


class Redirects(HTTPRedirectHandler):
    """Follows redirects to URLs that may be fetched.

    :param schemes: of these URLs; an empty sequence forbids redirects.
    """

    def __init__(self, schemes: Sequence[str]) -> None:
        self._schemes = schemes

    def redirect_request(  # noqa: PLR0917  urllib decides
        self, request: Any, answer: Any, code: int, message: str, headers: Any, url: str
    ) -> Any:
        """Return the request for *url*; urllib calls this.

        :raises SchemeError: it may not be fetched.
        """
        try:
            _require(url, self._schemes)
        except SchemeError:
            answer.close()  # it is a response, with a socket
            raise
        return super().redirect_request(request, answer, code, message, headers, url)


def get(
    url: str,
    schemes: Sequence[str],
    deadline: float,
    *,
    accept: str = "application/json",
    largest: int = LARGEST,
) -> bytes:
    """Return the document at *url*.

    :param schemes: of the URLs that may be fetched, also where a redirect leads.
    :param deadline: the latest end, of the clock ``time.monotonic``.
    :param largest: the most bytes that it may have.
    :raises SchemeError: *url*, or a redirect, has none of *schemes*.
    :raises ValueError: the document is too large.
    :raises OSError: there is no answer, or not in time, or an HTTP error.
    """
    _require(url, schemes)
    opener = urllib.request.build_opener(Redirects(schemes))
    return _read(opener, Request(url, headers={"Accept": accept}), deadline, largest)


def post(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> bytes:
    """Send a secret *body* to *url*, which must be confidential; return the answer.

    No redirect is followed. A request to this machine goes through no proxy.

    :raises ValueError: *url* is not confidential, it redirects, or the answer is too large.
    :raises OSError: as :func:`get`.
    """
    if not is_confidential(url):
        raise SchemeError("it is neither https nor on this machine")
    handlers = [] if is_url(url, ["https"]) else [ProxyHandler({})]
    opener = urllib.request.build_opener(Redirects([]), *handlers)
    return _read(opener, Request(url, body, dict(headers)), deadline, LARGEST)


def reason(error: Exception, otherwise: str) -> str:
    """Say what happened, without what a server sent.

    :param otherwise: what an answer is that is not what was asked for.
    """
    match error:
        case SchemeError():
            return str(error)
        case TimeoutError() | URLError(reason=TimeoutError()):
            return "no answer in time"
        case HTTPError():
            return f"its answer was {error.code}"
        case OSError() | HTTPException():
            return "no connection"
    return otherwise


def _require(url: str, schemes: Sequence[str]) -> None:
    if not is_url(url, schemes):  # urllib would open files, too
        allowed = " or ".join(schemes)
        raise SchemeError(
            f"it leads to a URL that is not {allowed}" if allowed else "it redirects elsewhere"
        )


def _read(opener: Any, request: Request, deadline: float, largest: int) -> bytes:
    body = b""
    try:
        response = opener.open(request, timeout=_left(deadline))
    except HTTPError as error:
        error.close()  # it is a response, with a socket
        raise
    with response:
        # The time-out of a socket starts anew with each byte; the deadline does not.
        while chunk := response.read1(65536):
            _left(deadline)
            body += chunk
            if len(body) > largest:
                message = f"the document is larger than {largest} bytes"
                raise ValueError(message)
    return body


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
