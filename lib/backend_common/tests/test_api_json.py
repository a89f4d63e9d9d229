"""JSON, read strictly, and at a cost that its size is worth."""

import gc
import threading

import pytest
from backend_common.api import strict_json

DEEPEST = strict_json.DEEPEST
LONG = 2**20


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, true, null, "\xc3\xa9"]}', {"a": [1, 2.5, True, None, "é"]}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"[" * DEEPEST + b"]" * DEEPEST, None),
        (b"[[]," + b"[" * (DEEPEST - 1) + b"]" * DEEPEST, None),
        (b'["' + b"[" * 500 + b'"]', ["[" * 500]),
        (b'["\\"' + b"{" * 500 + b'\\\\", 1]', ['"' + "{" * 500 + "\\", 1]),
        (b"[" + b"[]," * 500 + b"[]]", [[]] * 501),
        (b"9" * 4300, int("9" * 4300)),
    ],
)
def test_values(text: bytes, value: object) -> None:
    found = strict_json.loads(text)
    assert value is None or found == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested too deeply"),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), "nested too deeply"),
        (b'["]]]]", ' + b"[" * DEEPEST, "nested too deeply"),
        (b"[[]," + b"[" * DEEPEST + b"]" * (DEEPEST + 1), "nested too deeply"),
        (b"NaN", "NaN is not a JSON number"),
        (b"[-Infinity]", "-Infinity is not a JSON number"),
        (b"1e999", "a number in it is too large"),
        (b"9" * 4301, "^an integer in it has too many digits$"),
        (b'"\\ud800"', "no Unicode text"),
        (b'"\\uDC00"', "no Unicode text"),
        (b'"\xff"', "no Unicode text"),
        (b"\xef\xbb\xbf1", "BOM"),
        (b'"' + b"[" * 500, "Unterminated string"),
    ],
)
def test_what_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        strict_json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        b'"' + b'\\"' * (LONG // 2) + b"[" * 200,
        b"[" * LONG,
        b'{"a":' * (LONG // 5),
        b'["",' + b'"",' * (LONG // 3) + b"[" * 200,
    ],
)
def test_looking_for_depth_takes_linear_time(text: bytes) -> None:
    # It would take minutes otherwise; the campaign `costs` measures.
    with pytest.raises(ValueError, match=r"deeply|Unterminated"):
        strict_json.loads(text)


def test_garbage_is_collected_afterwards_also_with_threads() -> None:
    text = b"[" + b"[]," * strict_json.LARGE + b"[]]"
    seen = []

    def load() -> None:
        for _ in range(5):
            strict_json.loads(text)
        seen.append(True)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(threads)
    assert gc.isenabled()
    with pytest.raises(ValueError, match=r"Expecting value|Illegal trailing comma"):
        strict_json.loads(text[:-1] + b",]")
    assert gc.isenabled()
    gc.disable()
    try:
        strict_json.loads(text)
        assert not gc.isenabled()
    finally:
        gc.enable()
