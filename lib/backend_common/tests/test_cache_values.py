"""What can be kept, and how results are told apart by their arguments."""

import datetime
import enum
import itertools
import threading
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError, create_app
from backend_common.cache import CacheError
from backend_common.cache.values import Serializer

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def make(service: Service) -> Make:
    service()
    return lambda **config: create_app("shop", ["cache"], config=config)


@pytest.fixture
def app(make: Make) -> App:
    return make()


class Deceiving:
    def __reduce__(self) -> Any:
        raise KeyError("hidden")


UNWRITABLE = {
    "lambda": lambda: None,
    "generator": (number for number in range(3)),
    "lock": threading.Lock(),
    "reduce": Deceiving(),
    "inside": {"a": [threading.Lock()]},
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_what_cannot_be_written(app: App, case: str) -> None:
    value = UNWRITABLE[case]
    message = f"a value of type {type(value).__name__} cannot be cached: .*that pickle can write"
    for write in (app.cache.set, app.cache.add):
        with pytest.raises(CacheError, match=message):
            write("a", value)
    with pytest.raises(CacheError, match=message):
        app.cache.set_many({"a": value})
    assert not app.cache.has("a")
    assert app.cache.get("a") is None


def test_what_is_too_deep(app: App) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CacheError, match="a value of type list cannot be cached: RecursionError"):
        app.cache.set("a", deep)


def test_what_is_too_large(make: Make) -> None:
    app = make(CACHE_MAX_VALUE=1000)
    assert app.cache.set("a", b"x" * 900)
    with pytest.raises(CacheError) as error:
        app.cache.set("a", b"x" * 990)
    assert str(error.value) == (
        "a value of type bytes has 1009 bytes, and CACHE_MAX_VALUE is 1000: "
        "cache less of it, or raise the setting"
    )
    assert app.cache.get("a") == b"x" * 900


def test_the_largest_value(make: Make) -> None:
    size = 1009
    assert make(CACHE_MAX_VALUE=size).cache.set("a", b"x" * 990)
    with pytest.raises(CacheError):
        make(CACHE_MAX_VALUE=size - 1).cache.set("a", b"x" * 990)


VALUES: list[Any] = [
    None,
    0,
    -1,
    1,
    10**30,
    True,
    False,
    "",
    "a",
    b"",
    b"!",
    1.5,
    [],
    {},
    ("a", {1}),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_what_it_was(app: App, value: Any) -> None:
    assert app.cache.set("a", value)
    assert app.cache.get("a") == value
    assert type(app.cache.get("a")) is type(value)
    assert app.cache.has("a")


def test_a_value_is_a_copy(app: App) -> None:
    value = [1]
    app.cache.set("a", value)
    value.append(2)
    app.cache.get("a").append(3)
    assert app.cache.get("a") == [1]


def test_what_is_added_to(app: App) -> None:
    assert app.cache.cache.inc("n") == 1
    assert app.cache.cache.inc("n", 5) == 6
    assert app.cache.cache.dec("n", 2) == 4
    assert app.cache.get("n") == 4


@pytest.mark.parametrize("timeout", [-1, 0.5, True, "5", float("nan"), datetime.timedelta(-1)])
def test_a_time_that_is_none(app: App, timeout: Any) -> None:
    message = r"a value cannot be kept for .* seconds; give a whole number, 0 or more"
    for write in (app.cache.set, app.cache.add):
        with pytest.raises(ValueError, match=message):
            write("a", 1, timeout)
    with pytest.raises(ValueError, match=message):
        app.cache.set_many({"a": 1}, timeout)
    for decorate in (app.cache.cached, app.cache.memoize):
        with pytest.raises(ValueError, match=message):
            decorate(timeout)(lambda: 1)


@pytest.mark.parametrize(
    ("timeout", "seconds"), [(0, 0), (5, 5), (None, 60), (datetime.timedelta(minutes=2), 120)]
)
def test_a_time(make: Make, timeout: Any, seconds: int) -> None:
    app = make(CACHE_LIFETIME=60)
    app.add_url_rule("/", "page", app.cache.cached(timeout)(lambda: "page"))
    assert app.test_client().get("/").text == "page"
    assert app.cache.memoize(timeout)(lambda: "result")() == "result"
    assert app.cache.set("set", 1, timeout)
    assert app.cache.add("add", 1, timeout)
    assert app.cache.set_many({"many": 1}, timeout)
    kept = app.cache.cache._cache
    assert len(kept) >= 5
    for expires, _ in kept.values():
        assert expires == 0 if seconds == 0 else abs(expires - time.time() - seconds) < 30


@pytest.mark.parametrize("key", ["CACHE_MAX_VALUE", "CACHE_LIFETIME", "CACHE_THRESHOLD"])
@pytest.mark.parametrize("value", [0, -1, True, "5", 1.5])
def test_a_wrong_number(make: Make, key: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong: expected a who"):
        make(**{key: value})


@pytest.mark.parametrize("key", ["CACHE_TIMEOUT", "CACHE_PAUSE"])
@pytest.mark.parametrize("value", [0, -1, True, "5", float("inf"), float("nan")])
def test_a_wrong_duration(make: Make, key: str, value: Any) -> None:
    message = f"the setting {key} of 'shop' is wrong: expected seconds, more than 0"
    with pytest.raises(SettingError, match=message):
        make(**{key: value})


def test_an_empty_prefix(make: Make) -> None:
    with pytest.raises(SettingError, match="the setting CACHE_PREFIX of 'shop' is wrong"):
        make(CACHE_PREFIX="")


# Arguments.


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Named:
    def __init__(self, name: str, secret: int) -> None:
        self.name, self.secret = name, secret

    def __repr__(self) -> str:
        return f"<Named {self.name}>"


class Identified(Named):
    def __caching_id__(self) -> str:
        return f"{self.name}/{self.secret}"


SAME: list[tuple[Any, Any]] = [
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({"a", "b", "c"}, {"c", "b", "a"}),
    (Identified("a", 1), Identified("a", 1)),
    (Colour.RED, Colour.RED),
    (Decimal("1.0"), Decimal("1.0")),
    (dict, dict),
]
DIFFERENT: list[tuple[Any, Any]] = [
    (1, "1"),
    (1, True),
    (1, 1.0),
    (None, "None"),
    ((1, 2), [1, 2]),
    ({1}, frozenset({1})),
    ("a', 'b", ("a", "b")),
    (Colour.RED, Colour.GREEN),
    (Identified("a", 1), Identified("a", 2)),
    ({"a": [1]}, {"a": [2]}),
    (uuid.UUID(int=1), uuid.UUID(int=2)),
    (datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)),
    (Decimal("1.0"), Decimal("1.00")),
    (dict, list),
    (b"a", "a"),
]


@pytest.fixture
def called(app: App) -> Callable[[Any], int]:
    calls = itertools.count(1)

    @app.cache.memoize()
    def function(value: Any) -> int:
        del value
        return next(calls)

    found: Callable[[Any], int] = function
    return found


@pytest.mark.parametrize(("one", "two"), SAME)
def test_arguments_that_are_the_same(called: Callable[[Any], int], one: Any, two: Any) -> None:
    assert [called(one), called(two)] == [1, 1]


@pytest.mark.parametrize(("one", "two"), DIFFERENT)
def test_arguments_that_differ(called: Callable[[Any], int], one: Any, two: Any) -> None:
    assert [called(one), called(two), called(one), called(two)] == [1, 2, 1, 2]


@pytest.mark.parametrize("argument", [Named("a", 1), object(), [object()], {"a": Named("b", 2)}])
def test_an_argument_that_no_key_can_have(called: Callable[[Any], int], argument: Any) -> None:
    with pytest.raises(TypeError) as error:
        called(argument)
    kind = "Named" if "Named" in repr(argument) else "object"
    assert str(error.value) == (
        f"memoize cannot tell the argument 'value', a {kind}, from others of its kind: pass what "
        "identifies it, give it a method __caching_id__, or leave it out with "
        "args_to_ignore=['value']"
    )


def test_the_ways_to_call_are_the_same(app: App) -> None:
    calls = itertools.count(1)

    @app.cache.memoize()
    def function(
        a: int, /, b: int, c: int = 3, *rest: int, d: int | None = None, **more: int
    ) -> int:
        del a, b, c, rest, d, more
        return next(calls)

    assert {function(1, 2), function(1, b=2), function(1, 2, 3), function(1, c=3, b=2)} == {1}
    assert function(1, 2, d=None) == 1
    assert [function(5, b=2), function(1, 2, 4), function(1, 2, 3, 4)] == [2, 3, 4]
    assert [function(1, 2, d=4), function(1, 2, e=4), function(1, 2, e=5)] == [5, 6, 7]
    with pytest.raises(TypeError, match="missing a required argument"):
        function(1)


def test_an_argument_that_makes_no_difference(app: App) -> None:
    calls = itertools.count(1)

    @app.cache.memoize(args_to_ignore=["log"])
    def function(a: int, log: object) -> int:
        del a, log
        return next(calls)

    assert [function(1, object()), function(1, object()), function(2, None)] == [1, 1, 2]


def test_methods(app: App) -> None:
    calls = itertools.count(1)

    class Shop(Identified):
        @app.cache.memoize()
        def count(self, what: str) -> int:
            del what
            return next(calls)

    class Other(Named):
        @app.cache.memoize()
        def count(self) -> int:
            return next(calls)

    one, two = Shop("a", 1), Shop("b", 2)
    assert [one.count("x"), two.count("x"), Shop("a", 1).count("x")] == [1, 2, 1]
    app.cache.delete_memoized(one.count)
    assert [one.count("x"), two.count("x")] == [3, 2]
    app.cache.delete_memoized(Shop.count)
    assert [one.count("x"), two.count("x")] == [4, 5]
    with pytest.raises(TypeError, match="memoize cannot tell the argument 'self', a "):
        Other("a", 1).count()


def test_one_call_is_forgotten(called: Any, app: App) -> None:
    assert [called("a"), called("b")] == [1, 2]
    app.cache.delete_memoized(called, "a")
    assert [called("a"), called("b")] == [3, 2]


def test_options_of_memoize(app: App) -> None:
    calls = itertools.count(1)

    @app.cache.memoize(
        unless=lambda _, value: value == "unless", response_filter=lambda result: result != 3
    )
    def function(value: str) -> int:
        del value
        return next(calls)

    assert [function("unless"), function("unless")] == [1, 2]
    assert [function("a"), function("a"), function("a")] == [3, 4, 4]


def test_a_result_that_cannot_be_written(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    def function() -> Any:
        return lambda: "called"

    with pytest.raises(CacheError, match="a value of type function cannot be cached"):
        make().cache.memoize()(function)()
    app = make(APP_CHANNEL="production")
    with app.app_context():
        assert app.cache.memoize()(function)()() == "called"
    assert "cache: a value of type function cannot be cached" in caplog.text


class Moody:
    """A value whose own code fails when it is read, as after a change of the class."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __setstate__(self, state: dict[str, Exception]) -> None:
        raise state["error"]


@pytest.mark.parametrize(
    "error",
    [KeyError("new"), RuntimeError(), OverflowError(), MemoryError(), ValueError(), OSError()],
    ids=lambda error: type(error).__name__,
)
def test_a_value_that_cannot_be_read_is_not_there(error: Exception) -> None:
    serializer = Serializer(limit=1000)
    assert serializer.loads(serializer.dumps(Moody(error))) is None
