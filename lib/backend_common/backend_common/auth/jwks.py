"""The public keys of an issuer: a JWK Set (RFC 7517, section 5), fetched and kept for a while."""

import json
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

DISCOVERY = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4
LARGEST = 1024 * 1024  # bytes of a document


SCHEMES = ("https", "http")


class KeysError(Exception):
    """The keys of an issuer cannot be had."""


class SchemeError(ValueError):
    """A URL has a scheme that is not allowed."""


@dataclass(frozen=True)
class Patience:
    """How keys are fetched: how long they are kept and waited for, in seconds, and by what.

    :param lifetime: after which they are fetched again.
    :param cooldown: between two fetches that failed, or that unknown key ids caused.
    :param timeout: of one fetch, from its start to the end of its last document.
    :param schemes: of the URLs that may be fetched, also where discovery or a redirect leads.
    """

    lifetime: float
    cooldown: float
    timeout: float
    schemes: Sequence[str] = SCHEMES


class IssuerKeys:
    """The keys of one issuer.

    They stay in use when a later fetch fails; a token that names an unknown key has them fetched
    again, so that the issuer can change them, but not more often than the cool-down allows.

    :param issuer: an URL, where discovery starts if *url* is None.
    :param url: of the JWK Set.
    """

    def __init__(self, issuer: str, url: str | None, patience: Patience) -> None:
        self._issuer = issuer
        self._url = url
        self._patience = patience
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched = self._failed = self._looked = float("-inf")  # time.monotonic()

    def find(self, key_id: str | None) -> Key | None:
        """Return the key *key_id*, or None; without an id the only key there is.

        :raises KeysError: there are no keys yet, and they cannot be had.
        """
        keys = self._current()
        found = _pick(keys, key_id)
        if found is None and self._may_look():
            found = _pick(self._current(than=keys), key_id)
        return found

    def check(self) -> None:
        """Fetch the keys, whether or not it is time to.

        :raises KeysError: they cannot be had.
        """
        with self._lock:
            self._fetch()

    def _current(self, than: KeySet | None = None) -> KeySet:
        """Return the keys, fetched now if they are too old, or still the ones of *than*."""
        keys = self._keys
        if keys is not None and keys is not than and not self._is_old():
            return keys
        # Who has keys that will do for now does not wait for who is fetching.
        if not self._lock.acquire(blocking=keys is None or keys is than):
            return keys or self._none()
        try:
            keys = self._keys
            resting = time.monotonic() - self._failed < self._patience.cooldown
            if not resting and (keys is None or keys is than or self._is_old()):
                try:
                    self._fetch()
                except KeysError:
                    if keys is None:
                        raise
            return self._keys or self._none()
        finally:
            self._lock.release()

    def _is_old(self) -> bool:
        return time.monotonic() - self._fetched > self._patience.lifetime

    def _may_look(self) -> bool:
        now = time.monotonic()
        with self._lock:
            if now - self._looked < self._patience.cooldown:
                return False
            self._looked = now
            return True

    def _none(self) -> KeySet:
        message = f"the keys of {self._issuer} could not be had a moment ago"
        raise KeysError(message)

    def _fetch(self) -> None:
        deadline = time.monotonic() + self._patience.timeout
        schemes = self._patience.schemes
        try:
            url = self._url
            if url is None:
                document = _get(self._issuer.rstrip("/") + DISCOVERY, schemes, deadline)
                url = str(document["jwks_uri"])
            self._keys = _key_set(_get(url, schemes, deadline))
            self._fetched = time.monotonic()
            self._failed = float("-inf")
        except (OSError, HTTPException, JoseError, ValueError, TypeError, LookupError) as error:
            self._failed = time.monotonic()
            message = f"the keys of {self._issuer} cannot be had: {_reason(error)}"
            raise KeysError(message) from error


def is_url(value: Any, schemes: Sequence[str] = SCHEMES) -> bool:
    """Return whether *value* is a URL, with one of *schemes*, that keys could be fetched from."""
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return parts.scheme in schemes and bool(parts.hostname)


def _pick(keys: KeySet, key_id: str | None) -> Key | None:
    found = [key for key in keys if key_id is None or key.kid == key_id]
    return found[0] if len(found) == 1 else None


def _key_set(document: Any) -> KeySet:
    # A symmetric key in a public document is anybody's.
    usable = [
        key
        for key in document["keys"]
        if isinstance(key, dict) and key.get("use", "sig") == "sig" and key.get("kty") != "oct"
    ]
    return KeySet.import_key_set({"keys": usable})


class _Redirects(HTTPRedirectHandler):
    """Follows redirects to URLs that may be fetched."""

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


def _require(url: str, schemes: Sequence[str]) -> None:
    if not is_url(url, schemes):  # urllib would open files, too
        raise SchemeError(f"it leads to a URL that is not {' or '.join(schemes)}")


def _get(url: str, schemes: Sequence[str], deadline: float) -> Any:
    """Return the JSON document at *url*.

    :raises SchemeError: *url*, or a redirect, has none of *schemes*.
    """
    _require(url, schemes)
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    body = b""
    try:
        opener = urllib.request.build_opener(_Redirects(schemes))
        response = opener.open(request, timeout=_left(deadline))
    except HTTPError as error:
        error.close()  # it is a response, with a socket
        raise
    with response:
        # The time-out of a socket starts anew with each byte; the deadline does not.
        while chunk := response.read1(65536):
            _left(deadline)
            body += chunk
            if len(body) > LARGEST:
                message = f"the document is larger than {LARGEST} bytes"
                raise ValueError(message)
    return json.loads(body)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reason(error: Exception) -> str:
    """Say what happened, without what a server sent."""
    match error:
        case SchemeError():
            return str(error)
        case TimeoutError() | URLError(reason=TimeoutError()):
            return "no answer in time"
        case HTTPError():
            return f"its answer was {error.code}"
        case OSError() | HTTPException():
            return "no connection"
    return "its answer is no JWK Set"
