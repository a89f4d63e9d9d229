"""JSON as RFC 8259 has it; what this lets pass, every JSON reader and UTF-8 encoder takes."""

import json
import math
from typing import Any, NoReturn

DEEPEST = 100  # arrays and objects in one another: far more than people write, far less than fails


def loads(text: bytes) -> Any:
    """Return the value that *text* stands for.

    :raises ValueError: it is not JSON in UTF-8, or has what others could not read: NaN, a number
        too large for a float, half of a surrogate pair, or nesting deeper than :data:`DEEPEST`.
    """
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
        if text.count(b"{") + text.count(b"[") > DEEPEST:
            _measure(value)
        if b"\\u" in text:  # a lone surrogate would fail later, where the text is written
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError(_DEEP) from error
    except UnicodeError as error:
        raise ValueError("it has bytes or escapes that are no Unicode text") from error
    return value


_DEEP = "it is nested too deeply"


def _measure(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return
    raise ValueError(_DEEP)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return []
    return [inner for inner in value if isinstance(inner, dict | list)]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number in it is too large")
    return value
