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
        ours: What that of `api` is: `400`, `application/json`, `missing`, `refused`; after a
            semicolon, what it is without an option, or corrected as the refusal says.
    """

    theirs: str
    ours: str


def difference(exchange: Exchange) -> Difference | None:
    """Return in what the answers of an exchange differ; None if they are alike.

    They differ, too, where `api` does not have what the test asked of connexion.
    """
    theirs, ours = exchange.theirs, exchange.ours
    found = None if ours.refusal and not ours.status else _difference(theirs, ours)
    ways = [f"without {' and '.join(exchange.options)}"] if exchange.options else []
    ways += [REFUSED] if ours.refusal else []
    if not ways:
        return found
    if not ours.refusal or ours.status:
        ways.append(found.ours if found else "alike")
    return Difference(found.theirs if found else str(theirs.status), "; ".join(ways))


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
            return Difference(f"{status} {name}", "another value" if name in mine else "missing")
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
