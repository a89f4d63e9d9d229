"""The public keys of an issuer: a JWK Set (RFC 7517, section 5), fetched and kept for a while."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from backend_common.auth import fetch
from backend_common.auth.fetch import SCHEMES

DISCOVERY = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4


class KeysError(Exception):
    """The keys of an issuer cannot be had."""


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
        # A caller with usable keys does not wait for a refresh in progress.
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
        except (*fetch.FAILURES, JoseError, ValueError, TypeError, LookupError) as error:
            self._failed = time.monotonic()
            why = fetch.reason(error, "its answer is no JWK Set")
            message = f"the keys of {self._issuer} cannot be had: {why}"
            raise KeysError(message) from error


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


def _get(url: str, schemes: Sequence[str], deadline: float) -> Any:
    return json.loads(fetch.get(url, schemes, deadline))
