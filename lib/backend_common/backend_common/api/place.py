"""Places in a document, as errors name them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from backend_common.api import composition
from backend_common.api.problems import shorten


class PlaceError(Exception):
    """What is wrong, and where in the document."""

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(f"{shorten(reason)} (at {place})")


def pointer(*steps: object) -> str:
    """Return a JSON pointer in the form of a fragment (RFC 6901, section 6), for people."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join(f"/{step}" for step in escaped)


def target(raw: Any, reference: str) -> Any:
    """Return what a reference inside of the document leads to, or None."""
    for step in unquote(reference).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw


def of_schema(document: Mapping[str, Any], schema: Any) -> str:
    """Return the pointer to a schema in a document, or to all of it if it is not there."""
    wanted = composition.key(schema)
    seen: set[int] = set()
    left: list[tuple[Any, tuple[str, ...]]] = [(document[each], (each,)) for each in document]
    while left and isinstance(schema, Mapping):
        node, place = left.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if composition.key(node) == wanted:
            return pointer(*place)
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        left += [(value, (*place, str(step))) for step, value in pairs]
    return pointer()
