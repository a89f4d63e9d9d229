"""JSON as RFC 8259 has it; what this lets pass, every JSON reader and UTF-8 encoder takes."""

import gc
import json
import math
import re
import threading
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, NoReturn

DEEPEST = 100  # arrays and objects in one another: far more than people write, far less than fails
LARGE = 64 * 1024  # bytes of text that may become so many objects that their collection matters

# NB: a string that does not end reaches to the end: otherwise each quote in it would begin anew.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")  # 1 and -1, as signed bytes
_NO_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))
_TOGETHER = 4096  # brackets to look at before it is known whether they are too deep
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def loads(text: bytes) -> Any:
    """Return the value that *text* stands for.

    :raises ValueError: it is not JSON in UTF-8, or has what others could not read: NaN, a number
        too large for a float, half of a surrogate pair, or nesting deeper than :data:`DEEPEST`.
    """
    if text.count(b"{") + text.count(b"[") > DEEPEST and _is_deep(text):
        raise ValueError("it is nested too deeply")
    try:
        decoded = text.decode("utf-8")
        with collection.paused(len(text)):
            value = json.loads(decoded, parse_constant=_refuse, parse_float=_finite)
        if _SURROGATE.search(text):  # half of a pair would fail later, where the text is written
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise ValueError("it has bytes or escapes that are no Unicode text") from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        if "int_max_str_digits" not in str(error):
            raise
        raise ValueError("an integer in it has too many digits") from error
    return value


class _Collection:
    """Python's cyclic garbage collection.

    What JSON becomes has no cycles, and looking for them again and again while there are more and
    more objects takes many times as long as making these.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pauses = 0
        self._was_on = False

    @contextmanager
    def paused(self, size: int) -> Iterator[None]:
        """Collect nothing meanwhile; in several threads, until the last of them is done.

        :param size: how many bytes become objects; for few nothing happens.
        """
        if size < LARGE:
            yield
            return
        with self._lock:
            if not self._pauses:
                self._was_on = gc.isenabled()
                gc.disable()
            self._pauses += 1
        try:
            yield
        finally:
            with self._lock:
                self._pauses -= 1
                if not self._pauses and self._was_on:
                    gc.enable()


collection = _Collection()


def _is_deep(text: bytes) -> bool:
    """Say whether more arrays and objects are in one another than may be."""
    bare = _STRING.sub(b"", text) if b'"' in text else text
    steps = array("b", bare.translate(_STEPS, _NO_BRACKETS))
    depth = 0
    for start in range(0, len(steps), _TOGETHER):
        some = steps[start : start + _TOGETHER]
        if depth + max(accumulate(some)) > DEEPEST:
            return True
        depth += sum(some)
    return False


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number in it is too large")
    return value
