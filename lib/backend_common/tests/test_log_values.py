"""No value costs a line, or forges one."""

import enum
import json
import logging
import sys
from collections import deque, namedtuple
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, create_app
from backend_common.core.config import Config
from backend_common.log import values
from backend_common.log.known import KnownSecrets
from backend_common.log.lines import ErrorStreamHandler, handler

Service = Callable[..., Path]
Make = Callable[..., App]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(**config: Any) -> App:
        return create_app("shop", extensions=["log"], config={"LOG_FORMAT": "json", **config})

    return make_app


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was logged since the last call; JSON as RFC 8259 has it, in UTF-8."""

    def fail(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    def read() -> list[dict[str, Any]]:
        written = capsys.readouterr().err
        assert json.dumps(written).encode()
        found = [json.loads(line, parse_constant=fail) for line in written.splitlines()]
        assert json.dumps(found, ensure_ascii=False).encode(), "a lone surrogate"
        return found

    return read


class Unspeakable:
    def __repr__(self) -> str:
        raise ValueError


class Endless(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        while True:
            yield 1

    def __len__(self) -> int:
        return 5


class Broken(Mapping[str, int]):
    def __getitem__(self, key: str) -> int:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter("a")

    def __len__(self) -> int:
        return 1


class Name(str):
    def __str__(self) -> str:
        raise ValueError

    def __repr__(self) -> str:
        raise ValueError


class Level(enum.IntEnum):
    LOW = 1


@dataclass
class Account:
    user: str
    password: str


Pair = namedtuple("Pair", "user password")


def circular() -> list[Any]:
    inner: dict[str, Any] = {}
    outer = [inner]
    inner["outer"] = outer
    return outer


def deep(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


VALUES: dict[str, tuple[Any, Any]] = {
    "circular": (circular(), [{"outer": values.CIRCULAR}]),
    "the same one twice": ([[1], *[[2]] * 2], [[1], [2], [2]]),
    "no number": (float("nan"), "nan"),
    "infinity": ([float("inf"), float("-inf")], ["inf", "-inf"]),
    "a large number": (10**5000, "[integer of 16610 bits]"),
    "a large negative number": (-(10**5000), "[integer of 16610 bits]"),
    "a number": (2**1000, 2**1000),
    "a repr that fails": (Unspeakable(), "[Unspeakable left out: ValueError]"),
    "inside": ([1, {"a": Unspeakable()}], [1, {"a": "[Unspeakable left out: ValueError]"}]),
    "a key whose repr fails": ({Unspeakable(): 1}, {"[Unspeakable left out: ValueError]": 1}),
    "a mapping that fails": (Broken(), "[Broken left out: KeyError]"),
    "text that fails": (Name("told"), "told"),
    "a key that fails": ({Name("told"): 1}, {"told": 1}),
    "an iterator that does not end": (Endless(), [1] * values.MOST),
    "bytes": (b"\xff\x00a", r"b'\xff\x00a'"),
    "many bytes": (
        b"a" * 20_000,
        "b'" + "a" * 16_382 + "… [3 more characters]… [3616 more characters]",
    ),
    "a lone surrogate": ("caf\udce9", "caf\\udce9"),
    "one in a key": ({"\ud800": "\udfff"}, {"\\ud800": "\\udfff"}),
    "text": ("caf\xe9 \u20ac \U0001f600", "caf\xe9 \u20ac \U0001f600"),
    "keys": (
        {None: 1, True: 2, 3: 4, 1.5: 5, b"b": 6, (1, "a"): 7, frozenset(): 8},
        {"null": 1, "true": 2, "3": 4, "1.5": 5, "b": 6, "(1, 'a')": 7, "frozenset()": 8},
    ),
    "keys that look alike": ({1: "a", "1": "b"}, {"1": "a", "1 (str)": "b"}),
    "kinds": (
        [Level.LOW, {2}, deque([3]), (4,), Decimal("1.5"), range(3)],
        [1, [2], [3], [4], "Decimal('1.5')", "range(0, 3)"],
    ),
    "a time": (datetime(2026, 1, 2, tzinfo=UTC), repr(datetime(2026, 1, 2, tzinfo=UTC))),
    "a named tuple": (Pair("alice", "x"), {"user": "alice", "password": "[redacted]"}),
    "an object": (Account("alice", "x y"), "Account(user='alice', password='[redacted]')"),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_value(make: Make, lines: Lines, case: str) -> None:
    value, written = VALUES[case]
    app = make()
    app.log.info("said", value=value)
    app.logger.info({"event": "said", "value": value})
    assert [(line["event"], line["value"]) for line in lines()] == [("said", written)] * 2


@pytest.mark.parametrize("case", VALUES)
def test_a_value_on_a_console(make: Make, capsys: pytest.CaptureFixture[str], case: str) -> None:
    value, _ = VALUES[case]
    make(LOG_FORMAT="console").log.info("said", value=value)
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 1
    assert "[info    ] said " in written
    assert " value=" in written
    assert written[:-1].isprintable()


def test_what_is_deep(make: Make, lines: Lines) -> None:
    app = make()
    app.log.info("said", value=deep(values.DEEPEST - 1), more=deep(100_000))
    (line,) = lines()
    assert line["value"] == deep(values.DEEPEST - 1)
    inner = line["more"]
    for _ in range(values.DEEPEST):
        (inner,) = inner
    assert inner == values.TOO_DEEP


def test_what_is_long(make: Make, lines: Lines) -> None:
    make().log.info("x" * 16_385, many=list(range(1003)), keys={str(n): n for n in range(1002)})
    (line,) = lines()
    assert line["event"] == "x" * 16_384 + "… [1 more characters]"
    assert line["many"] == [*range(1000), "[3 more]"]
    assert line["keys"] == {**{str(n): n for n in range(1000)}, "…": "[2 more]"}


def test_a_text_that_just_fits_is_whole(make: Make, lines: Lines) -> None:
    make().log.info("x" * 16_384, many=list(range(1000)))
    (line,) = lines()
    assert line["event"] == "x" * 16_384
    assert line["many"] == [*range(1000)]


def test_a_line_is_bounded(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [f"{number} " + "\0" * 1000 for number in range(1000)]
    large = [list(texts) for _ in range(100)]
    make().log.info("said", large=large, last={"a": [1]})
    written = capsys.readouterr().err
    assert len(written) < 8 * values.WHOLE
    line = json.loads(written)
    assert line["large"][0][-1] == values.TOO_LONG
    assert line["large"][1] == values.TOO_LONG
    assert line["last"] == values.TOO_LONG
    assert line["service"] == "shop"


def test_small_values_count_too(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = list(range(1000))
    large = [[list(numbers) for _ in range(10)] for _ in range(100)]
    make().log.info("said", large=large, small=[{"": {"": n}} for n in range(1000)])
    assert len(capsys.readouterr().err) < values.WHOLE


# What is logged is not only values.


class Silent:
    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


def test_arguments_that_do_not_fit(make: Make, lines: Lines) -> None:
    app, none = make(), "none"
    for log in (app.log, app.logger):
        log.info("it is %d", "many")
        log.info("it is %s", Silent())
        log.info("%(left)d and %(right)d", {"left": 1})
        log.info(none, 1, 2)
    failed = "[Silent left out: ValueError]"
    expected = [
        ("it is %d", ["many"]),
        ("it is %s", [failed]),
        ("%(left)d and %(right)d", {"left": 1}),
        ("none", [1, 2]),
    ]
    assert [(line["event"], line["arguments"]) for line in lines()] == expected * 2


def test_arguments_have_no_secrets(make: Make, lines: Lines) -> None:
    make().logger.info("it is %d", {"password": "hunter2", "a": "token=hunter2"}, 1)
    assert lines()[0]["arguments"] == [{"password": "[redacted]", "a": "token=[redacted]"}, 1]


def test_a_message_that_is_no_text(make: Make, lines: Lines) -> None:
    app = make()
    app.logger.info(ValueError("lost"))
    app.logger.info(Silent())
    app.logger.info(7)
    app.log.info(8)  # type: ignore[arg-type]
    app.logger.info({"event": None})
    app.logger.info({"no": "event"})
    assert [line.get("event", "-") for line in lines()] == [
        "lost",
        "[Silent left out: ValueError]",
        "7",
        8,
        None,
        "-",
    ]


class SilentError(Exception):
    __str__ = Silent.__str__
    __repr__ = Silent.__str__


def failing(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("kind", ["json", "console"])
def test_exceptions_that_fail(make: Make, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    app = make(LOG_FORMAT=kind)
    group = ExceptionGroup("all", [SilentError(), ValueError("\udc80\n\x1b[2J")])
    for error in (SilentError(), group, ValueError(Silent())):
        try:
            failing(error)
        except Exception:
            app.log.exception("failed")
            app.logger.exception("failed")
    output = capsys.readouterr().err
    assert output.count("failed") >= 6
    assert "test_log_values.py" in output
    assert "\x1b" not in output
    assert "Logging error" not in output


def test_a_traceback_is_bounded(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    app = make(LOG_FORMAT="console")

    def recurse(number: int) -> None:
        if number % 2:
            recurse(number + 1)
        else:
            recurse(number + 1)

    try:
        recurse(0)
    except RecursionError:
        app.log.exception("failed")
    try:
        failing(ValueError("x" * 100_000))
    except ValueError:
        app.log.exception("failed")
    first, second = capsys.readouterr().err.split("[error   ] failed")[1:]
    assert first.count("recurse(number") == 50
    assert "in recurse" in first
    assert 65_536 < len(second) < 66_000
    assert "more characters]" in second


@pytest.mark.parametrize("exc_info", [(), (1, 2, 3), "yes", (None, None, None), 1, [1]])
def test_what_is_no_exception(make: Make, lines: Lines, exc_info: Any) -> None:
    make().log.error("said", exc_info=exc_info)
    (line,) = lines()
    assert line["event"] == "said"
    assert "exception" not in line


def test_an_exception_is_told_however_it_is_given(make: Make, lines: Lines) -> None:
    app = make()
    try:
        failing(KeyError("a"))
    except KeyError as error:
        app.log.error("said", exc_info=error)
        app.log.error("said", exc_info=True)
        app.log.error("said", exc_info=sys.exc_info())
        app.logger.error("said", exc_info=error)
    assert [line["exception"][0]["exc_type"] for line in lines()] == ["KeyError"] * 4


def test_a_line_is_written_whatever_fails(
    make: Make, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr("backend_common.log.lines.clean", fail)
    make().log.error("said")
    (line,) = lines()
    assert line.pop("timestamp")
    assert line == {
        "event": "a line that cannot be written: RecursionError",
        "level": "error",
        "service": "shop",
    }


class Incomparable:
    def __eq__(self, other: object) -> bool:
        raise ValueError

    __hash__ = None  # type: ignore[assignment]


def test_settings_that_cannot_be_compared(make: Make, lines: Lines) -> None:
    app = make()
    for _ in range(2):
        app.config["SHOP_TABLE"] = Incomparable()
        app.log.info("said")
    assert [line["event"] for line in lines()] == ["said", "said"]


class Ascii:
    """A stream that takes ASCII alone, as a standard error may be."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text.encode("ascii").decode()

    def flush(self) -> None: ...


def test_a_stream_that_takes_ascii_alone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Ascii()
    monkeypatch.setattr(sys, "stderr", stream)
    make(LOG_FORMAT="console").log.info("caf\xe9")
    assert " caf\\xe9" in stream.written


def test_what_cannot_be_written_is_told_without_its_secrets(
    make: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, secret = make(), "2retnuh"[::-1]  # the source is told, too

    def fail(*_: Any) -> str:
        raise OSError

    monkeypatch.setattr(ErrorStreamHandler, "format", fail)
    app.logger.info("it is %s", secret)
    errors = capsys.readouterr().err
    assert "--- Logging error ---" in errors
    assert "Message: '(left out, as it may have secrets)'" in errors
    assert "hunter2" not in errors


# A console.

FORGED = "2026-01-01T00:00:00Z [error   ] forged"


@pytest.mark.parametrize(
    "end",
    [
        "\n",
        "\r",
        "\r\n",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\u2029",
        "\x1b[2K\x1b[1G",
        "\b",
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        lambda text: {"event": text},
        lambda text: {"event": "x", "value": text},
        lambda text: {"event": "x", "value": [text, {text: text}]},
        lambda text: {"event": "x", text: 1},
        lambda text: {"event": "x", "logger": text},
        lambda text: {"event": ["x", text]},
        lambda text: {"event": "x", "level": text, "timestamp": text, "service": text},
    ],
)
def test_a_value_cannot_end_a_line(
    make: Make,
    capsys: pytest.CaptureFixture[str],
    said: Callable[[str], dict[str, Any]],
    end: str,
) -> None:
    make(LOG_FORMAT="console").log.info(**said(f"a{end}{FORGED}"))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;title\x07",
        "\x9b31m",
        "\u202eabc",
        "\u2066abc",
        "\u200f",
        "\ufeff",
        "\x7f",
        "\U000e0041",
    ],
)
def test_a_value_cannot_steer_a_terminal(
    make: Make, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    app = make(LOG_FORMAT="console")
    app.log.info(text, value=text, nested=[text])
    app.logger.info("said %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        app.log.exception("failed")
    written = capsys.readouterr().err
    assert written.replace("\n", "").isprintable()
    assert written.count(text.encode("unicode_escape").decode()) >= 5


@pytest.mark.parametrize("key", ["exception", "stack_info", "stack", "exc_info"])
def test_a_traceback_cannot_look_like_a_line(
    make: Make, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    app = make(LOG_FORMAT="console")
    text = f"a\n{FORGED}\r{FORGED}"
    try:
        raise ValueError(text)
    except ValueError:
        app.log.exception("failed", **({} if key == "exc_info" else {key: text}))
    app.log.info("said", **{key: text})
    app.log.info("said", **{key: [text]})
    written = capsys.readouterr().err
    assert not any(line.startswith("2026-01-01") for line in written.splitlines())
    assert sum(not line.startswith("    ") for line in written.splitlines()) == 3


def test_a_line_of_a_console(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    app = make(LOG_FORMAT="console")
    app.log.info("tree closed", tree="autoland", reason="it's \u00fcber", n=[1], key_="a=b")
    library = logging.Logger("library")
    library.addHandler(app.logger.handlers[0])
    library.warning("lost")
    said, lost = capsys.readouterr().err.splitlines()
    assert said.partition(" ")[2] == (
        "[info    ] tree closed                    key_='a=b' n=[1] reason=\"it's \u00fcber\" "
        "service=shop tree=autoland"
    )
    assert (
        lost.partition(" ")[2] == "[warning ] lost                           [library] service=shop"
    )


@pytest.mark.parametrize("value", ["ä\u2028\x85", 2**64, -(2**63) - 1, "😀"], ids=ascii)
def test_a_line_is_ascii_alone(
    make: Make, capsys: pytest.CaptureFixture[str], value: str | int
) -> None:
    make().log.info("seen", value=value)
    line = capsys.readouterr().err
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line)["value"] == value


@pytest.mark.parametrize(
    "event",
    [
        {"a": "--password\nhunter2"},
        {"a": "b\0c", "b": "--secret\nhunter2"},
        {"a": "sat_0123456789012345678901234"},
        {"a": "b", "c": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.hunter2"},
        {"a": "<password>hunter2</password>"},
    ],
    ids=str,
)
def test_texts_that_look_plain_together_have_no_secrets(
    make: Make, lines: Lines, event: dict[str, str]
) -> None:
    make().log.info("seen", **event)
    (line,) = lines()
    assert "hunter2" not in str(line)
    assert "0123456789012345678901234" not in str(line)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "1970-01-01T00:00:00.000000Z"),
        (1_700_000_000.25, "2023-11-14T22:13:20.250000Z"),
        (1_700_000_000.9999995, "2023-11-14T22:13:20.999999Z"),
        (1_700_000_001.0, "2023-11-14T22:13:21.000000Z"),
        (1_700_000_000.5, "2023-11-14T22:13:20.500000Z"),
    ],
)
def test_the_time_of_a_line(seconds: float, expected: str) -> None:
    record = logging.makeLogRecord({"msg": "x", "created": seconds})
    formatter = handler("shop", "json", KnownSecrets(Config("."))).formatter
    assert formatter
    assert json.loads(formatter.format(record))["timestamp"] == expected
