"""The signed list of an issuer's revoked tokens: fetched regularly, and used while it is fresh.

The list is a JSON Web Token of a type of its own, with ``iss``, ``iat``, ``exp`` and the claim
``revoked``, the ids (``jti``) of revoked tokens that have not expired. ``exp - iat`` is its
lifetime. No list is used after that, so that a revocation is known everywhere within a lifetime. If
the issuer does not answer for as long, its signed tokens are refused until it does.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from backend_common.auth import fetch
from backend_common.auth.bearer import Find
from backend_common.auth.challenge import InvalidTokenError
from backend_common.auth.jwks import KeysError, Patience

TYPE = "revoked+jwt"
"""The type of a list, in the header ``typ``: no access token has it, and no list has theirs."""

MEDIA_TYPE = "application/jwt"  # RFC 7519, section 10.3.1

GRACE = timedelta(seconds=300)
"""How long after its end a token may be accepted (``AUTH_LEEWAY``); lists have it until then."""

LONGEST_LIFETIME = 300
"""The longest lifetime that a list may claim, in seconds."""

LARGEST = 8 * 1024 * 1024
"""The largest list that is read, in bytes: some 170,000 ids."""


class RevocationsError(KeysError):
    """It is not known which tokens of an issuer are revoked."""


def claims(issuer: str, revoked: list[str], made: datetime, lifetime: timedelta) -> dict[str, Any]:
    """Return what a list says.

    :param revoked: the ids of the revoked tokens.
    :param made: when they were looked up, with a time zone; the earliest moment if that took time.
    """
    begin = int(made.timestamp())
    end = begin + int(lifetime.total_seconds())
    return {"iss": issuer, "iat": begin, "exp": end, "revoked": revoked}


class Revocations:
    """Which tokens of one issuer are revoked.

    A request waits for a fetch only where there is no list that is still fresh. Otherwise a thread
    fetches the next list, one at a time.

    :param issuer: the claim ``iss`` of its list.
    :param url: of the list.
    :param find: returns the key of the issuer that has an id.
    :param interval: seconds after which the list is fetched again.
    :param leeway: seconds that the clocks of issuer and service may differ.
    :param warn: gets a message for the log.
    """

    def __init__(
        self,
        issuer: str,
        url: str,
        find: Find,
        *,
        patience: Patience,
        interval: float,
        leeway: int,
        algorithms: list[str],
        warn: Callable[[str], None],
    ) -> None:
        self._issuer = issuer
        self._url = url
        self._find = find
        self._patience = patience
        self._interval = interval
        self._leeway = leeway
        self._algorithms = algorithms
        self._registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        self._warn = warn
        self._lock = threading.Lock()
        self._revoked: frozenset[str] = frozenset()
        self._fresh_until = self._next = self._tried = float("-inf")  # time.monotonic()
        self._error = "it was never fetched"

    def require_unrevoked(self, token_id: Any) -> None:
        """Refuse a token of the issuer that is revoked.

        :param token_id: its claim ``jti``.
        :raises InvalidTokenError: it is revoked, or has no id to revoke it by.
        :raises RevocationsError: there is no fresh list.
        """
        if not isinstance(token_id, str):
            message = "it has no id (jti), by which it could be revoked"
            raise InvalidTokenError(message)
        now = time.monotonic()
        if now >= self._fresh_until:
            self._wait()
        elif now >= self._next:
            self._refresh_later()
        if token_id in self._revoked:
            message = "it has been revoked"
            raise InvalidTokenError(message)

    def check(self) -> None:
        """Fetch the list, whether or not it is time to.

        :raises RevocationsError: it cannot be fetched, or is not what it must be.
        """
        with self._lock:
            self._fetch()

    def _wait(self) -> None:
        """Fetch the list now; requests that come meanwhile wait for the same fetch."""
        with self._lock:
            now = time.monotonic()
            if now < self._fresh_until:
                return
            # Requests do not each wait for an issuer that has just failed to answer.
            if now - self._tried < self._pause:
                raise self._none(self._error)
            self._fetch()

    def _refresh_later(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # a fetch is in progress

        def refresh() -> None:
            try:
                self._fetch()
            except RevocationsError as error:
                self._warn(f"{error}; the list in use is still fresh")
            finally:
                self._lock.release()

        try:
            # NB: a daemon: a fetch must not keep the process from ending.
            threading.Thread(target=refresh, name="auth-revocations", daemon=True).start()
        except RuntimeError:  # the process ends, or may have no more threads
            self._lock.release()

    @property
    def _pause(self) -> float:
        """Seconds without a fetch after one that failed."""
        return min(self._interval / 4, self._patience.cooldown)

    def _fetch(self) -> None:
        """Fetch the list; the lock is held."""
        began = self._tried = time.monotonic()
        self._next = began + self._pause
        try:
            text = fetch.get(
                self._url,
                self._patience.schemes,
                began + self._patience.timeout,
                accept=MEDIA_TYPE,
                largest=LARGEST,
            ).decode("ascii")
            revoked, life = self._read(text.strip())
        except (*fetch.FAILURES, JoseError, ValueError, TypeError, KeysError) as error:
            self._error = fetch.reason(error, "its answer is not a signed list of this issuer")
            if isinstance(error, KeysError):
                self._error = str(error)
            raise self._none(self._error) from error
        self._revoked = revoked
        # NB: counted from before the request, so that no list is in use for longer than it lives.
        self._fresh_until = began + life
        self._next = began + min(self._interval, life / 2)

    def _read(self, text: str) -> tuple[frozenset[str], float]:
        """Return the ids in a list, and for how many seconds it is fresh.

        :raises ValueError: it is not a list of this issuer, or not a fresh one.
        """
        token = jwt.decode(text, lambda it: self._key(it), registry=self._registry)  # noqa: PLW0108
        said = token.claims
        begin, end, revoked = said.get("iat"), said.get("exp"), said.get("revoked")
        if (
            str(token.header.get("typ")).lower() != TYPE
            or said.get("iss") != self._issuer
            or type(begin) is not int
            or type(end) is not int
            or not isinstance(revoked, list)
            or not all(isinstance(each, str) for each in revoked)
        ):
            message = "it is not a list"
            raise ValueError(message)
        left = end - datetime.now(UTC).timestamp() + self._leeway
        life = min(end - begin, left, LONGEST_LIFETIME)
        if life <= 0:
            message = "it is an old list"
            raise ValueError(message)
        return frozenset(revoked), life

    def _key(self, signature: Any) -> Any:
        key = self._find(signature.headers().get("kid"))
        if key is None:
            message = "its key is unknown"
            raise ValueError(message)
        return key

    def _none(self, why: str) -> RevocationsError:
        return RevocationsError(
            f"the list of revoked tokens of {self._issuer} cannot be fetched from {self._url}: "
            f"{why}"
        )
