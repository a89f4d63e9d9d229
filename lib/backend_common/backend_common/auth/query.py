"""Asking an issuer what an opaque token is: within a time, a few at once, and not twice in a row.

An outcome is used again for a few seconds (``AUTH_QUERY_LIFETIME``), which is how late a revocation
may be known here.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backend_common.auth import fetch, opaque
from backend_common.auth.bearer import Trust
from backend_common.auth.challenge import InvalidTokenError
from backend_common.auth.jwks import KeysError
from backend_common.auth.permissions import are_permissions
from backend_common.auth.user import User, is_name, name_of

AT_ONCE = 4
"""How many questions a process asks at the same time; others wait for their turn."""

MOST_KEPT = 1024
"""How many outcomes a process keeps."""

PAUSE = 1.0
"""Seconds without a question after one that was not answered."""

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}

UNKNOWN = "it is unknown"
EXPIRED = "it has expired"
REVOKED = "it has been revoked"
NOT_FOR_THIS = "it is for other services, by its permissions"
WRONG_CHECKSUM = "it is not whole: its checksum is wrong"
REASONS = {"invalid": UNKNOWN, "expired": EXPIRED, "revoked": REVOKED}

Outcome = User | InvalidTokenError


class QueryError(KeysError):
    """An issuer did not say what a token is."""


class Query:
    """Asks one issuer about opaque tokens.

    :param trust: how far its tokens are trusted.
    :param url: where it answers (``POST {"token": "..."}``).
    :param audience: the service as the audience of tokens.
    :param timeout: seconds that a question may take, the wait for its turn included.
    :param lifetime: seconds that an outcome is used again; 0 for never.
    :param limit: returns the permissions, out of those claimed, that the issuer may grant.
    """

    def __init__(
        self,
        trust: Trust,
        url: str,
        *,
        audience: str,
        timeout: float,
        lifetime: float,
        limit: Callable[[frozenset[str], Trust], frozenset[str]],
    ) -> None:
        self._trust = trust
        self._url = url
        self._audience = audience
        self._timeout = timeout
        self._lifetime = lifetime
        self._limit = limit
        self._turns = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Outcome]] = OrderedDict()
        self._failed = float("-inf")  # time.monotonic()

    def identify(self, token: str) -> User:
        """Return the user of an opaque token, whose checksum is right.

        :raises InvalidTokenError: it is not valid, or not for this service.
        :raises QueryError: the issuer does not answer.
        """
        key = opaque.digest(token)
        outcome = self._known(key)
        if outcome is None:
            began = time.monotonic()
            outcome = self._ask(token, began + self._timeout)
            self._keep(key, began, outcome)
        if isinstance(outcome, InvalidTokenError):
            raise InvalidTokenError(str(outcome))
        if outcome.expires and outcome.expires <= datetime.now(UTC):
            raise InvalidTokenError(EXPIRED)
        return outcome

    def _known(self, key: str) -> Outcome | None:
        with self._lock:
            began, outcome = self._kept.get(key, (float("-inf"), None))
        return outcome if time.monotonic() - began < self._lifetime else None

    def _keep(self, key: str, began: float, outcome: Outcome) -> None:
        with self._lock:
            self._kept[key] = began, outcome
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _ask(self, token: str, deadline: float) -> Outcome:
        if time.monotonic() - self._failed < PAUSE:
            raise self._unanswered("it did not answer a moment ago")
        if not self._turns.acquire(timeout=self._timeout):
            raise self._unanswered("too many questions wait for an answer")
        try:
            body = json.dumps({"token": token}).encode()
            said = json.loads(fetch.post(self._url, body, HEADERS, deadline))["result"]
            return self._outcome(said)
        except (*fetch.FAILURES, ValueError, TypeError, LookupError, AttributeError) as error:
            self._failed = time.monotonic()
            why = fetch.reason(error, "its answer does not say what a token is")
            raise self._unanswered(why) from error
        finally:
            self._turns.release()

    def _outcome(self, said: Any) -> Outcome:
        """Return what an answer says.

        :raises ValueError: it is not an answer.
        """
        status = said["status"]
        if status != "valid":
            return InvalidTokenError(REASONS.get(status, UNKNOWN))
        claimed, expires = said["permissions"], said.get("expires")
        if said["typ"] not in opaque.PREFIXES or not are_permissions(claimed):
            message = "not an opaque token"
            raise ValueError(message)
        name, token_id = name_of(said["user"], self._trust.name), said["id"]
        if not is_name(said["user"]) or not is_name(name) or not is_name(token_id):
            message = "no name"
            raise ValueError(message)
        if not is_for(self._audience, claimed):
            return InvalidTokenError(NOT_FOR_THIS)
        return User(
            name,
            self._limit(frozenset(claimed), self._trust),
            "token",
            self._trust.name,
            None if expires is None else datetime.fromisoformat(expires).astimezone(UTC),
            jti=token_id,
            revocable=True,
        )

    def _unanswered(self, why: str) -> QueryError:
        return QueryError(f"{self._trust.name} does not say at {self._url} what a token is: {why}")


def is_for(audience: str, permissions: list[str]) -> bool:
    """Return whether an opaque token is for a service: one of its permissions begins with it."""
    return audience in {name.partition("/")[0] for name in permissions}
