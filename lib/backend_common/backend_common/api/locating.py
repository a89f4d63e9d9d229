"""A small part of a large value that is wrong, because an error has a copy of the value in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDE = 32  # an array or object with more parts than this may be looked at in part
LARGE = 10**300
CHUNK = 1000  # parts to look at together

# With more parts, what is wrong by these stays so.
_LASTING = {
    "additionalItems", "additionalProperties", "falseSchema", "maxItems", "maxProperties",
    "propertyNames", "uniqueItems",
}  # fmt: skip

IsValid = Callable[[Any], bool]


@dataclass(frozen=True)
class Part:
    """A value that has only some parts of one array or object in it.

    :param value: the whole value, otherwise as it was.
    :param path: where the array or object is.
    :param first: the index of its first part that is left; 0 in an object.
    """

    value: Any
    path: list[str | int]
    first: int

    def true_path(self, path: list[str | int], keyword: str) -> list[str | int] | None:
        """Return where an error is in the whole value, or None if it may be none there.

        :param path: where it is in this one.
        :param keyword: what it is about.
        """
        depth = len(self.path)
        if path[:depth] != self.path:
            return path
        if len(path) == depth:
            return path if keyword in _LASTING else None
        step = path[depth]
        return [
            *self.path,
            step + self.first if isinstance(step, int) else step,
            *path[depth + 1 :],
        ]


def find(value: Any, is_valid: IsValid) -> Part | None:
    """Return a part of *value* that is not valid, or None if none can be found soon."""
    path, wide = _widest(value)
    if not isinstance(wide, dict | list) or len(wide) <= WIDE:
        return None
    parts = list(wide.items()) if isinstance(wide, dict) else wide

    def some(first: int, last: int) -> Any:
        chunk = parts[first:last]
        return _replaced(value, path, dict(chunk) if isinstance(wide, dict) else chunk)

    for start in range(0, len(parts), CHUNK):
        first, last = start, min(start + CHUNK, len(parts))
        if is_valid(some(first, last)):
            continue
        while last - first > 1:
            middle = (first + last) // 2
            if not is_valid(some(first, middle)):
                last = middle
            elif not is_valid(some(middle, last)):
                first = middle
            else:
                break
        return Part(some(first, last), path, first if isinstance(wide, list) else 0)
    return None


def size(value: Any, most: int) -> int:
    """Return how many parts *value* has, or *most* if there are more."""
    count = 1
    left = [value]
    while left and count < most:
        each = left.pop()
        inner = each.values() if isinstance(each, dict) else each
        if isinstance(inner, list) or isinstance(each, dict):
            count += len(each)
            if count < most:
                left += [part for part in inner if isinstance(part, dict | list)]
                # An integer of thousands of digits takes as long as many parts.
                count += 100 * sum(
                    type(part) is int and not -LARGE < part < LARGE for part in inner
                )
    return min(count, most)


def _widest(value: Any) -> tuple[list[str | int], Any]:
    """Return the first array or object with many parts on the way to where most of them are."""
    path: list[str | int] = []
    while isinstance(value, dict | list) and 0 < len(value) <= WIDE:
        steps = list(value) if isinstance(value, dict) else list(range(len(value)))
        step = max(steps, key=lambda each: size(value[each], 50 * CHUNK // len(steps)))
        path.append(step)
        value = value[step]
    return path, value


def _replaced(value: Any, path: list[str | int], by: Any) -> Any:
    """Return *value* with something else at *path*."""
    if not path:
        return by
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], by)
    return copy
