"""Media types, compared as media types: parameters, ranges and structured suffixes.

The rules are those of RFC 9110, sections 8.3.1 and 12.5.1, and of RFC 6839 for suffixes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from werkzeug.http import parse_list_header, parse_options_header

T = TypeVar("T")

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

# NB: Java's HttpURLConnection sends "q=.2", which RFC 9110 does not have.
_WEIGHT = re.compile(r"[01]|[01]?\.[0-9]+|[01]\.", re.ASCII)


@dataclass(frozen=True)
class MediaType:
    """A media type or a media range, in lower case.

    :param kind: the type before the slash, or ``*``.
    :param subtype: what follows the slash; ``*`` and ``*+json`` are ranges.
    :param parameters: pairs of name and value, sorted by name.
    """

    kind: str
    subtype: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "MediaType":
        """Return the media type that *text*, a header or a key of ``content``, stands for.

        :raises ValueError: *text* is not a media type.
        """
        return _parse(text)

    @cached_property
    def essence(self) -> str:
        """The media type without its parameters."""
        return f"{self.kind}/{self.subtype}"

    @property
    def is_range(self) -> bool:
        """Whether this stands for more than one media type."""
        return "*" in (self.kind, self.subtype) or self.subtype.startswith("*+")

    @cached_property
    def is_json(self) -> bool:
        """Whether all that this stands for is JSON, as the MIME Sniffing standard defines it."""
        return self.essence in ("application/json", "text/json") or self.subtype.endswith("+json")

    @property
    def is_form(self) -> bool:
        """Whether this is one of the two media types of HTML forms."""
        return self.essence in FORMS

    @property
    def is_text(self) -> bool:
        """Whether this is plain text, or text of another kind that is not JSON."""
        return self.kind == "text" and not self.is_json

    @property
    def charset(self) -> str | None:
        """The parameter ``charset``."""
        return dict(self.parameters).get("charset")

    def covers(self, other: "MediaType") -> bool:
        """Say whether *other* is among what this range, or this media type, stands for.

        A parameter that only one of the two has does not keep them apart, and ``charset`` never
        does: documents and clients leave parameters out, or name the one that goes without saying.
        """
        if self.kind not in ("*", other.kind) or not self._covers_subtype(other.subtype):
            return False
        given = dict(other.parameters)
        return all(
            name == "charset" or given.get(name, value) == value for name, value in self.parameters
        )

    @property
    def specificity(self) -> tuple[int, int]:
        """How closely this describes a media type: the greatest of those that cover it counts."""
        if self.kind == "*":
            level = 0
        elif self.subtype == "*":
            level = 1
        else:
            level = 2 if self.is_range else 3
        return level, len(self.parameters)

    def __str__(self) -> str:
        return "; ".join([self.essence, *(f"{name}={value}" for name, value in self.parameters)])

    def _covers_subtype(self, subtype: str) -> bool:
        if self.subtype.startswith("*+"):
            return subtype.endswith(self.subtype[1:])
        return self.subtype in ("*", subtype)


class ByMediaType(Generic[T]):
    """Values for media types and media ranges, such as the ``content`` of a document.

    :param values: by media type or media range.
    :raises ValueError: a key is not a media type.
    """

    def __init__(self, values: Mapping[str, T]) -> None:
        pairs = [(MediaType.parse(text), value) for text, value in values.items()]
        # NB: the sort is stable: among equals the first in the document counts.
        self._pairs = sorted(pairs, key=lambda pair: pair[0].specificity, reverse=True)

    def find(self, media_type: MediaType) -> T | None:
        """Return the value whose key is the most specific one that covers *media_type*."""
        for key, value in self._pairs:
            if key.covers(media_type):
                return value
        return None


def is_json(text: str) -> bool:
    """Say whether *text* is a media type that is JSON; what is no media type is not."""
    try:
        return MediaType.parse(text).is_json
    except ValueError:
        return False


def best(accept: str, offered: Sequence[MediaType]) -> MediaType | None:
    """Return which of *offered* a client likes best, or None if it accepts none of them.

    :param accept: the header ``Accept``; an item of it that is malformed counts for nothing.
    :param offered: media types or media ranges; among equals, the first wins.
    """
    accepted = _accepted(accept)
    if not accepted:
        return offered[0] if offered else None
    found, most = None, 0.0
    for each in offered:
        quality = _quality(each, accepted)
        if quality > most:
            found, most = each, quality
    return found


def _quality(offer: MediaType, accepted: Sequence[tuple[MediaType, float]]) -> float:
    if offer.is_range:  # a part of it is enough
        return max(
            (q for each, q in accepted if each.covers(offer) or offer.covers(each)), default=0
        )
    for each, quality in accepted:
        if each.covers(offer) and _has_parameters(offer, each):
            return quality
    return 0


def _has_parameters(offer: MediaType, asked: MediaType) -> bool:
    """Say whether *offer* has the parameters that a client asks for, apart from ``charset``."""
    return {pair for pair in asked.parameters if pair[0] != "charset"} <= set(offer.parameters)


@lru_cache(maxsize=256)
def _accepted(accept: str) -> list[tuple[MediaType, float]]:
    """Return the media ranges of the header ``Accept`` with their weights, specific ones first."""
    pairs = []
    for item in parse_list_header(accept):
        # NB: Java's HttpURLConnection sends "*", and means "*/*".
        text = "*/" + item if item.partition(";")[0].strip() == "*" else item
        try:
            media_type = MediaType.parse(text)
        except ValueError:
            continue
        parameters = dict(media_type.parameters)
        weight = parameters.pop("q", "1")
        if _WEIGHT.fullmatch(weight) and float(weight) <= 1:
            left = MediaType(media_type.kind, media_type.subtype, tuple(parameters.items()))
            pairs.append((left, float(weight)))
    return sorted(pairs, key=lambda pair: pair[0].specificity, reverse=True)


@lru_cache(maxsize=256)
def _parse(text: str) -> MediaType:
    essence, parameters = parse_options_header(text)
    kind, slash, subtype = essence.strip().lower().partition("/")
    if not slash or not kind or not subtype or (kind == "*" and subtype != "*"):
        raise ValueError(f"{text!r} is not a media type; write one like application/json")
    pairs = ((name, value.lower()) for name, value in parameters.items() if name != "boundary")
    return MediaType(kind, subtype, tuple(sorted(pairs)))
