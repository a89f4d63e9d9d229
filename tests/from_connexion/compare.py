"""Whether two answers are alike, and in what they differ."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .exchange import Answer, Exchange

PROBLEM = "application/problem+json"
REFUSED = "refused"

# About the connection or the server, or compared in another way.
_NOT_COMPARED = {"connection", "content-length", "content-type", "date", "server"}
# Members of a problem that are words for people, which may be other words.
_WORDS = {"detail", "errors"}


class Difference(NamedTuple):
    """In what two answers differ, in a few words for each.

    Attributes:
        theirs: What connexion's answer is: `404`, `200 text/plain`, `204 etag`.
        ours: What that of `api` is: `400`, `application/json`, `without`, `refused`.
    """

    theirs: str
    ours: str


def difference(exchange: Exchange) -> Difference | None:
    """Return in what the answers of an exchange differ; None if they are alike."""
    theirs, ours = exchange.theirs, exchange.ours
    if not ours.refusal:
        return _difference(theirs, ours)
    if not ours.status:
        return Difference(str(theirs.status), REFUSED)
    further = _difference(theirs, ours)
    return Difference(
        further.theirs if further else str(theirs.status),
        f"{REFUSED}; corrected, {further.ours if further else 'alike'}",
    )


def _difference(theirs: Answer, ours: Answer) -> Difference | None:
    status = str(theirs.status)
    if theirs.status != ours.status:
        return Difference(status, str(ours.status))
    if theirs.media_type != ours.media_type:
        return Difference(f"{status} {theirs.media_type}".strip(), ours.media_type or "no type")
    if _content(theirs) != _content(ours):
        return Difference(status, "another body")
    mine = _headers(ours)
    for name, values in sorted(_headers(theirs).items()):
        if mine.get(name) != values:
            return Difference(f"{status} {name}", "another value" if name in mine else "without")
    return None


def _headers(answer: Answer) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in answer.headers:
        if name not in _NOT_COMPARED:
            found.setdefault(name, []).append(value)
    return found


def _content(answer: Answer) -> Any:
    """Return the body as far as it is compared."""
    if not answer.media_type.endswith("json"):
        return answer.body
    try:
        content = json.loads(answer.body.encode("latin-1"))
    except ValueError:
        return answer.body
    if answer.media_type == PROBLEM and isinstance(content, dict):
        return {key: value for key, value in content.items() if key not in _WORDS}
    return content
