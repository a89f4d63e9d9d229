"""Values that cost much for their size, as JSON and as text."""

import random
from collections.abc import Callable
from functools import partial

DEEP = 97  # arrays or objects in one another; three fewer than are allowed

# What an array or an object is filled with.
PARTS = (
    "1",
    "[]",
    "{}",
    '""',
    "null",
    "1.5",
    "-1e-9",
    '"a"',
    '"' + "a" * 60 + '"',
    '"' + "01" * 30 + '"',
    '{"a":1}',
    '{"a":{"b":[]}}',
    "[1,[2]]",
    '{"trees":[{}]}',
    '{"children":[{}]}',
    "1e300",
    "9" * 4300,
    "0." + "3" * 4000,
    '"\\ud83d\\ude00"',
    "[" * DEEP + "]" * DEEP,
    '{"a":' * DEEP + "1" + "}" * DEEP,
    '{"b":' * DEEP + '"x"' + "}" * DEEP,
    '{"trees":[' * (DEEP // 2) + "5" + "]}" * (DEEP // 2),
)
# What text repeats.
UNITS = (
    "a",
    "é",
    "1",
    "01",
    "a.",
    "a ",
    "(",
    "@",
    "%41",
    "%",
    "-",
    "/~0",
    "{a}",
    "1:",
    "xn--a.",
    "+",
)
# What is not JSON, or only almost.
BROKEN = ("[", '{"a":', '[{"a":[', '"\\', '\\"', "[1,", "\x00", "é", "[]," * 3)


Make = Callable[[int], str]
"""Returns a value of up to so many bytes."""


def _array(part: str, room: int) -> str:
    return "[" + ",".join([part] * (room // (len(part) + 1) - 1)) + "]"


def _object(part: str, room: int) -> str:
    count = room // (len(part) + 9) - 1
    return "{" + ",".join(f'"{number:x}":{part}' for number in range(count)) + "}"


def _text(unit: str, room: int) -> str:
    return unit * (room // len(unit.encode()))


def _random(letters: str, room: int) -> str:
    return "".join(random.Random(0).choices(letters, k=room))


def _quoted(make: Make, room: int) -> str:
    return f'"{make(room - 2)}"'


TEXTS: list[Make] = [
    *(partial(_text, unit) for unit in UNITS),
    *(partial(_random, letters) for letters in ("01", "ab1-. ")),
    lambda room: "a" * (room - 1) + "!",
]
"""Texts."""

VALUES: list[Make] = [
    *(partial(_array, part) for part in PARTS),
    *(partial(_object, part) for part in PARTS),
    *(partial(_quoted, text) for text in TEXTS),
    *(partial(_text, start) for start in BROKEN),
    lambda room: "[" + ",".join(map(str, range(room // 8))) + "]",
    lambda room: "[" + ",".join(f'"{number:x}"' for number in range(room // 9)) + "]",
    lambda room: "[" + ",".join(["1"] * (room // 2 - 5)) + ',"x"]',
    lambda room: "{" + ",".join(['"":1'] * (room // 5 - 1)) + "}",
    lambda room: "{" + ",".join(f'"{"a" * 50}{number}":1' for number in range(room // 66)) + "}",
    lambda room: "9" * room,
    lambda room: "1." + "9" * (room - 2),
]
"""Values of all kinds in JSON, not all of them valid."""
