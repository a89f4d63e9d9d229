"""Bodies of forms: the fields that a schema describes, and what clients get wrong about them."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_plus

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
BOUNDARY = "x"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"

FILE_NAMES = ["a.png", "blob", "", "../../a", "a\0b", "é.txt", '"', "a" * 300]
PART_TYPES = [
    "application/json",
    "text/plain",
    "image/png",
    "application/json; charset=utf-16",
    ";",
]
DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda body: body[: len(body) // 2],
    lambda body: body.replace(b"\r\n", b"\n"),
    lambda body: body.replace(b"name=", b"nam="),
    lambda body: body.replace(b"form-data", b"attachment"),
    lambda body: body + b"after the end",
    lambda body: body * 2,
    lambda body: body.removesuffix(b"--\r\n"),
]


def bodies(fields: dict[str, Strategy]) -> Strategy:
    """Return a strategy for pairs of a media type and a body.

    Args:
        fields: A strategy for the values of each field, by its name.
    """
    pairs = st.lists(st.sampled_from(sorted(fields)).flatmap(_pair(fields)), max_size=4)
    whole = pairs.map(
        lambda given: [pair for name, value in given for pair in _repeat(name, value)]
    )
    return whole.map(_urlencoded) | whole.flatmap(_multipart)


def _pair(fields: dict[str, Strategy]) -> Callable[[str], Strategy]:
    return lambda name: st.tuples(st.just(name), fields[name])


def _repeat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the pairs of one field: a list is repeated, as browsers and clients of forms do."""
    for each in value if isinstance(value, list) else [value]:
        yield name, each


def _urlencoded(pairs: list[tuple[str, Any]]) -> tuple[str, bytes]:
    fields = [
        f"{quote_plus(name)}={quote_plus(_text(value), errors='replace')}" for name, value in pairs
    ]
    return URLENCODED, "&".join(fields).encode()


def _multipart(pairs: list[tuple[str, Any]]) -> Strategy:
    parts = st.tuples(*(_part(name, value) for name, value in pairs))
    body = parts.map(_joined)
    damaged = st.tuples(body, st.sampled_from(DAMAGE)).map(lambda given: given[1](given[0]))
    return st.tuples(st.just(MULTIPART), st.one_of(body, body, body, damaged))


def _part(name: str, value: Any) -> Strategy:
    """Return a strategy for a part: a field, a file, or JSON with a file name, as of a Blob."""
    return st.fixed_dictionaries(
        {"name": st.just(name), "content": st.just(_text(value).encode(errors="replace"))},
        optional={
            "filename": st.sampled_from(FILE_NAMES),
            "type": st.sampled_from(PART_TYPES),
        },
    )


def _joined(parts: tuple[dict[str, Any], ...]) -> bytes:
    lines = b""
    for part in parts:
        of_file = f'; filename="{part["filename"]}"' if "filename" in part else ""
        of_type = f"Content-Type: {part['type']}\r\n" if "type" in part else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part["name"]}"{of_file}\r\n'
        lines += f"{head}{of_type}\r\n".encode() + part["content"] + b"\r\n"
    return lines + f"--{BOUNDARY}--\r\n".encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
