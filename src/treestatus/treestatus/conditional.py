"""Conditional requests (RFC 9110, section 13): answers with an ETag, and what clients say of it."""

import hashlib
from http import HTTPStatus
from typing import Any

from backend_common import current_app
from flask import request
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import quote_etag

Answer = tuple[Any, int, dict[str, str]]


def answer(value: Any, headers: dict[str, str] | None = None) -> Answer:
    """Answer with *value* and its ETag, or with 304 where the client has that already.

    A client that keeps the answer has to ask again each time: it may change at any moment.
    """
    etag = _etag(value)
    headers = {"ETag": quote_etag(etag), "Cache-Control": "no-cache", **(headers or {})}
    if request.if_none_match.contains_weak(etag):
        return None, HTTPStatus.NOT_MODIFIED, headers
    return value, HTTPStatus.OK, headers


def check(value: Any) -> None:
    """Check that what a request is about to change is what its client has seen.

    :param value: what GET answers there, read in the transaction that changes it.
    :raises PreconditionFailed: ``If-Match`` names another.
    """
    expected = request.if_match
    if expected and not expected.contains(_etag(value)):
        raise PreconditionFailed(
            "This has changed since it was read, so nothing was done. Read it again, and send its "
            "ETag in If-Match."
        )


def _etag(value: Any) -> str:
    return hashlib.sha256(current_app.json.dumps(value).encode()).hexdigest()[:32]
