import itertools
import json
import logging
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError, create_app
from backend_common.cache import CacheError
from backend_common.cache.breaker import Breaker
from redis import Redis

Service = Callable[..., Path]
Make = Callable[..., App]

NOWHERE = "redis://me:hidden@127.0.0.1:1/0"
FAILS = "cache: Redis fails (ConnectionError): going on without a cache"
AGAIN = "cache: Redis answers again"


@pytest.fixture
def make(service: Service) -> Iterator[Make]:
    service()
    apps = []

    def make_app(**config: Any) -> App:
        app = create_app("shop", extensions=["cache"], config=config)
        apps.append(app)
        calls = itertools.count(1)

        @app.get("/page")
        @app.cache.cached()
        def page() -> str:
            return str(next(calls))

        return app

    yield make_app
    for app in apps:
        server = app.cache.cache
        if hasattr(server, "_client"):
            server._client.close()


@pytest.fixture
def url(given: Mapping[str, str]) -> str:
    if "CACHE_URL" not in given or not shutil.which("needs"):
        pytest.skip("CACHE_URL does not say where a Redis is: run this in nix-shell")
    return given["CACHE_URL"]


@pytest.fixture
def redis(url: str) -> Iterator[Redis]:
    with Redis.from_url(url) as client:
        client.flushdb()
        yield client


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What was logged at WARNING or above."""
    caplog.set_level(logging.WARNING)
    return lambda: [record.getMessage() for record in caplog.records]


def needs(action: str) -> None:
    subprocess.run(["needs", action, "redis"], check=True)


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "not after half a minute"
        time.sleep(0.02)


def use(app: App) -> None:
    """Use all of the cache, on the condition that nothing is ever in it."""
    calls = itertools.count(1)

    @app.cache.memoize()
    def double(number: int) -> tuple[int, int]:
        return next(calls), 2 * number

    with app.app_context():
        assert [double(2), double(2)] == [(1, 4), (2, 4)]
        app.cache.delete_memoized(double)
        assert not app.cache.set("a", 1)
        assert not app.cache.add("a", 1)
        assert app.cache.get("a") is None
        assert app.cache.get_many("a", "b") == [None, None]
        assert app.cache.get_dict("a") == {"a": None}
        assert app.cache.set_many({"a": 1}) == []
        assert not app.cache.has("a")
        assert not app.cache.delete("a")
        assert app.cache.delete_many("a", "b") == []
        assert not app.cache.unlink("a")
        assert app.cache.cache.inc("a") is None
        assert app.cache.cache.dec("a") is None
        assert not app.cache.clear()
    client = app.test_client()
    assert [client.get("/page").text, client.get("/page").text] == ["1", "2"]


# In memory.


def test_in_memory_by_default(make: Make) -> None:
    app = make()
    calls = itertools.count(1)

    @app.cache.memoize()
    def double(number: int) -> tuple[int, int]:
        return next(calls), 2 * number

    client = app.test_client()
    assert [client.get("/page").text, client.get("/page").text] == ["1", "1"]
    assert [double(2), double(2), double(3)] == [(1, 4), (1, 4), (2, 6)]
    app.cache.delete_memoized(double, 2)
    assert [double(2), double(3)] == [(3, 4), (2, 6)]
    app.cache.set("a", {"b": 1})
    assert app.cache.get("a") == {"b": 1}
    assert app.cache.delete("a")
    assert app.cache.get("a") is None
    assert client.get("/__heartbeat__").status_code == 200


def test_memory_is_not_shared(make: Make) -> None:
    one, two = make(), make()
    one.cache.set("a", 1)
    assert two.cache.get("a") is None


def test_memory_is_bounded(make: Make) -> None:
    app = make(CACHE_THRESHOLD=10)
    for number in range(100):
        app.cache.set(str(number), number)
    assert sum(app.cache.has(str(number)) for number in range(100)) <= 11


# Settings.


@pytest.mark.parametrize("url", ["hidden", "http://me:hidden@localhost", "redis://me:hidden@h:x/"])
def test_a_url_that_cannot_be_read(make: Make, url: str) -> None:
    with pytest.raises(SettingError) as error:
        make(CACHE_URL=url)
    assert str(error.value) == (
        "the setting CACHE_URL of 'shop' is wrong: "
        "expected redis://, rediss:// or unix:// and the rest of an URL; "
        "correct it in the settings file, or in the environment variable that it reads"
    )
    assert error.value.__suppress_context__ or error.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://localhost",
        "rediss://me:secret@example.org:6380/1",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_urls(make: Make, url: str) -> None:
    assert make(CACHE_URL=url).config["CACHE_URL"] == url


@pytest.mark.parametrize(
    ("content", "prefix"),
    [
        ({"version": "2.0", "commit": "abc"}, "shop:abc:"),
        ({"version": "2.0"}, "shop:2.0:"),
        ({}, "shop::"),
    ],
)
def test_the_prefix_is_the_service_and_its_version(
    make: Make, service: Service, content: dict[str, str], prefix: str
) -> None:
    service({"version.json": json.dumps(content)})
    assert make().config["CACHE_PREFIX"] == prefix


# A Redis that is not there.


def test_nothing_fails_without_redis(
    make: Make, said: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(make(CACHE_URL=NOWHERE))
    assert said() == [FAILS]
    # And without the breaker, each operation on its own.
    monkeypatch.setattr("backend_common.cache.breaker.Breaker.allows", lambda _: True)
    use(make(CACHE_URL=NOWHERE))
    assert said() == [FAILS, FAILS]


def test_the_heartbeat_tells_no_secret(make: Make, said: Callable[[], list[str]]) -> None:
    response = make(CACHE_URL=NOWHERE).test_client().get("/__heartbeat__")
    assert response.status_code == 500
    assert response.get_json()["details"]["cache"]["messages"] == {
        "cache": "Redis does not answer as it should (ConnectionError)"
    }
    assert "hidden" not in response.text + "".join(said())


def test_who_is_silent_is_asked_once(make: Make, said: Callable[[], list[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        app = make(CACHE_URL=f"redis://127.0.0.1:{port}/0", CACHE_TIMEOUT=0.05, CACHE_PAUSE=3600)
        for _ in range(100):
            assert app.cache.get("a") is None
        server.settimeout(0)
        server.accept()[0].close()
        with pytest.raises(BlockingIOError):
            server.accept()
    assert said() == ["cache: Redis fails (TimeoutError): going on without a cache"]


def test_an_answer_that_was_under_way_ends_no_pause(said: Callable[[], list[str]]) -> None:
    breaker = Breaker(3600, logging.getLogger("shop"))
    before = breaker.failures
    breaker.failed(OSError())
    breaker.succeeded(before)
    assert not breaker.allows()
    breaker.succeeded(breaker.failures)
    assert breaker.allows()
    assert said() == ["cache: Redis fails (OSError): going on without a cache", AGAIN]


# A real one.


def test_values_in_redis(make: Make, url: str, redis: Redis) -> None:
    one = make(CACHE_URL=url, CACHE_PREFIX="shop:1:", CACHE_LIFETIME=60)
    two = make(CACHE_URL=url, CACHE_PREFIX="shop:2:")
    assert one.cache.set("a", {"b": [1]})
    assert one.cache.get("a") == {"b": [1]}
    assert two.cache.get("a") is None
    assert redis.keys() == [b"shop:1:a"]
    assert 0 < redis.ttl("shop:1:a") <= 60
    assert one.cache.add("b", 1)
    assert not one.cache.add("b", 2)
    assert one.cache.cache.inc("b", 5) == 6
    assert one.cache.cache.dec("b") == 5
    assert one.cache.set_many({"c": 1, "d": 2}) == ["c", "d"]
    assert one.cache.get_many("c", "d", "e") == [1, 2, None]
    assert one.cache.has("c")
    assert one.cache.delete("c")
    assert one.cache.delete_many("d") == ["d"]
    assert one.cache.unlink("b")
    client = one.test_client()
    assert [client.get("/page").text, client.get("/page").text] == ["1", "1"]


def test_clearing_is_about_the_own_keys(
    make: Make, url: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend_common.cache.server.BATCH", 3)
    one, two = make(CACHE_URL=url, CACHE_PREFIX="a[*"), make(CACHE_URL=url, CACHE_PREFIX="a[*2")
    two.cache.set("kept", 1)
    other = make(CACHE_URL=url, CACHE_PREFIX="a*")
    other.cache.set("kept", 1)
    for number in range(7):
        one.cache.set(str(number), number)
    assert two.cache.clear()
    assert one.cache.clear()
    assert redis.keys() == [b"a*kept"]


@pytest.mark.parametrize("written", [b"!", b"!nonsense", b"!cnowhere\nNothing\n."])
def test_what_cannot_be_read_is_not_there(
    make: Make, url: str, redis: Redis, written: bytes
) -> None:
    app = make(CACHE_URL=url, CACHE_PREFIX="p:")
    redis.set("p:a", written)
    assert app.cache.get("a") is None


def test_a_redis_that_refuses(
    make: Make, url: str, redis: Redis, said: Callable[[], list[str]]
) -> None:
    app = make(CACHE_URL=url)
    redis.config_set("maxmemory", "1")
    try:
        assert not app.cache.set("a", 1)
    finally:
        redis.config_set("maxmemory", "0")
    assert said() == ["cache: Redis fails (OutOfMemoryError): going on without a cache"]


def test_what_makes_no_sense_is_an_error_and_no_failure(
    make: Make, url: str, redis: Redis, said: Callable[[], list[str]]
) -> None:
    app = make(CACHE_URL=url, CACHE_PREFIX="p:", CACHE_PAUSE=3600)
    redis.rpush("p:list", "a")
    app.cache.set("text", "a")
    app.cache.set("large", 2**63 - 1)
    for action in (
        lambda: app.cache.cache.inc("text"),
        lambda: app.cache.cache.dec("text"),
        lambda: app.cache.cache.inc("large"),
        lambda: app.cache.get("list"),
    ):
        with pytest.raises(CacheError, match="Redis cannot do that with this value: "):
            action()
    assert app.cache.get("text") == "a"
    assert said() == []


def test_what_cannot_be_written_is_an_error(
    make: Make, url: str, redis: Redis, said: Callable[[], list[str]]
) -> None:
    app = make(CACHE_URL=url, CACHE_MAX_VALUE=1000)
    for value in (lambda: None, "x" * 1000):
        for write in (app.cache.set, app.cache.add):
            with pytest.raises(CacheError):
                write("a", value)
        with pytest.raises(CacheError):
            app.cache.set_many({"a": value})
    assert redis.keys() == []
    assert said() == []


@pytest.mark.parametrize("value", [None, 0, 7, -7, True, "", b"!", 1.5, [1], 2**70])
@pytest.mark.usefixtures("redis")
def test_a_value_in_redis_is_what_it_was(make: Make, url: str, value: Any) -> None:
    app = make(CACHE_URL=url)
    assert app.cache.set("a", value)
    found = app.cache.get("a")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.usefixtures("redis")
def test_a_restart_loses_nothing_but_time(
    make: Make, url: str, said: Callable[[], list[str]]
) -> None:
    app = make(CACHE_URL=url, CACHE_PAUSE=0.05)
    assert app.cache.set("a", 1)
    # What the pool has kept is closed by a restart, and nobody notices.
    needs("stop")
    needs("start")
    assert app.cache.get("a") == 1
    assert said() == []


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest.mark.usefixtures("redis")
def test_away_and_back_under_load(
    make: Make, url: str, said: Callable[[], list[str]], end: str
) -> None:
    app = make(CACHE_URL=url, CACHE_PAUSE=0.05)
    statuses = set()
    done = threading.Event()

    def load() -> None:
        client = app.test_client()
        while not done.is_set():
            statuses.add(client.get("/page").status_code)
            time.sleep(0.001)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        needs(end)
        wait_until(lambda: len(said()) % 2 == 1)
        needs("start")
        wait_until(lambda: app.cache.set("a", 1))
    finally:
        done.set()
        for thread in threads:
            thread.join()
        needs("start")
    assert app.cache.get("a") == 1
    assert statuses == {200}
    assert said()[0].startswith("cache: Redis fails (")
    # It may go back and forth for a moment; each change is told once.
    assert {line == AGAIN for line in said()[1::2]} == {True}
    assert said()[-1] == AGAIN


@pytest.mark.usefixtures("redis")
def test_the_heartbeat_ends_the_pause(make: Make, url: str, said: Callable[[], list[str]]) -> None:
    app = make(CACHE_URL=url, CACHE_PAUSE=3600, HEARTBEAT_CACHE=0)
    needs("stop")
    try:
        assert app.cache.get("a") is None
    finally:
        needs("start")
    assert not app.cache.set("a", 1)
    assert app.test_client().get("/__heartbeat__").status_code == 200
    assert app.cache.set("a", 1)
    assert said() == [FAILS, AGAIN]


def test_a_cache_in_memory_does_without_redis(service: Service) -> None:
    directory = service()
    code = (
        "import sys; from backend_common import create_app; create_app('shop', ['cache']);"
        "sys.exit('redis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=directory, check=False).returncode == 0
