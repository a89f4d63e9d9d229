"""Values as bytes, which is how both kinds of cache keep them.

NB: the bytes are pickles, and loading a pickle may run any code. Values in memory are the process's
own. Nothing but the service may write to its Redis: docs/extensions.md says so.
"""

import pickle
from typing import Any

import flask
from cachelib.serializers import BaseSerializer

from backend_common.core import nonce

_PICKLED = b"!"  # as cachelib marks values in Redis


class CacheError(Exception):
    """A value cannot be cached; the message says why, and what to do."""


class Serializer(BaseSerializer):
    """Writes values, or says why that is impossible; cachelib would log a failure and keep None.

    Whole numbers are text, so that Redis can add to them.

    :param limit: the most bytes that a value may have.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def dumps(self, value: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> bytes:
        """Return the bytes of *value*.

        :raises CacheError: pickle cannot write it, it is too large, or it has the nonce of the
            response that is being made.
        """
        kind = type(value).__name__
        try:
            written = (
                b"%d" % value if type(value) is int else _PICKLED + pickle.dumps(value, protocol)
            )
        except Exception as error:  # pickle runs code of the value
            message = (
                f"a value of type {kind} cannot be cached: {type(error).__name__}: {error}; "
                "cache a value that pickle can write"
            )
            raise CacheError(message) from error
        if len(written) > self._limit:
            message = (
                f"a value of type {kind} has {len(written)} bytes, and CACHE_MAX_VALUE is "
                f"{self._limit}: cache less of it, or raise the setting"
            )
            raise CacheError(message)
        if _has_nonce(written):
            message = (
                f"a value of type {kind} has the nonce of this response, which no other response "
                "may have: leave csp_nonce() out of what is cached"
            )
            raise CacheError(message)
        return written

    def loads(self, bvalue: bytes | None) -> Any:
        """Return the value of *bvalue*, or None if it cannot be read, as of another version."""
        if bvalue is None:
            return None
        try:
            if bvalue.startswith(_PICKLED):
                return pickle.loads(bvalue[len(_PICKLED) :])
            return int(bvalue)
        except Exception:  # noqa: BLE001  pickle runs code of the value, which may raise anything
            return None


def _has_nonce(written: bytes) -> bool:
    if not flask.has_request_context():
        return False
    found = nonce.known(flask.request.environ)
    return found is not None and found.encode() in written
