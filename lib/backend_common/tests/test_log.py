import asyncio
import gzip
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import flask
import pytest
import structlog
from backend_common import App, SettingError, create_app
from backend_common.log.lines import DescriptorHandler
from werkzeug.datastructures import Headers

Service = Callable[..., Path]
Make = Callable[..., App]
SECRET = "".join(["hunter", "2"])  # not in the source, parts of which are in reports

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(**config: Any) -> App:
        return create_app("shop", extensions=["log"], config={"LOG_FORMAT": "json", **config})

    return make_app


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def fail() -> str:
    message = f"password={SECRET}"
    raise ValueError(message)


def test_a_line_is_json(make: Make, lines: Lines) -> None:
    make().log.info("tree.closed", tree="autoland")
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "tree.closed",
        "level": "info",
        "service": "shop",
        "tree": "autoland",
    }


def test_the_logger_of_flask_writes_the_same_way(make: Make, lines: Lines) -> None:
    make().logger.warning("%d left", 3)
    (line,) = lines()
    assert (line["event"], line["level"], line["service"]) == ("3 left", "warning", "shop")


def test_structlog_puts_arguments_into_a_line(make: Make, lines: Lines) -> None:
    app = make()
    app.log.info("%d of %s left", 3, "many")
    app.log.info("%(left)d left", {"left": 3})
    app.log.info("100%")
    assert [line["event"] for line in lines()] == ["3 of many left", "3 left", "100%"]


def test_a_stack_is_in_the_line_where_it_is_asked_for(make: Make, lines: Lines) -> None:
    make().logger.info("here", stack_info=True)
    assert "test_a_stack_is_in_the_line" in lines()[0]["stack_info"]


def test_the_library_that_logged_is_told(make: Make, lines: Lines) -> None:
    app = make()
    library = logging.Logger("library")
    library.addHandler(app.logger.handlers[0])
    library.error("lost")
    app.log.info("found", logger="own")
    lost, found = lines()
    assert (lost["logger"], lost["service"], found["logger"]) == ("library", "shop", "own")


def test_a_line_cannot_say_when_and_what_it_is(make: Make, lines: Lines) -> None:
    make().log.info("x", level="critical", timestamp="never", service="other")
    (line,) = lines()
    assert (line["level"], line["service"]) == ("info", "shop")
    assert line["timestamp"].startswith("20")


def test_development_is_readable(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make(LOG_FORMAT="console").log.info("tree.closed", tree="autoland")
    line = capsys.readouterr().err
    assert "tree.closed" in line
    assert "tree=autoland" in line


def test_production_is_json(service: Service, lines: Lines) -> None:
    service()
    create_app("shop", extensions=["log"], config={"APP_CHANNEL": "production"}).log.info("up")
    assert lines()[0]["event"] == "up"


REQUEST = ("event", "method", "path", "route", "status", "client")


def test_one_line_for_each_request(make: Make, lines: Lines) -> None:
    app = make()
    app.add_url_rule("/trees/<tree>", view_func=lambda tree: tree)
    app.test_client().get("/trees/autoland?token=secret")
    (line,) = lines()
    assert line["duration_ms"] >= 0
    assert {key: line[key] for key in REQUEST} == {
        "client": "127.0.0.1",
        "event": "request",
        "method": "GET",
        "path": "/trees/autoland",
        "route": "/trees/<tree>",
        "status": 200,
    }
    assert "secret" not in str(line)


def test_probes_that_find_nothing_are_for_debugging(make: Make, lines: Lines) -> None:
    make().test_client().get("/__heartbeat__")
    assert lines() == []
    make(LOG_LEVEL="DEBUG").test_client().get("/__heartbeat__")
    assert lines()[0]["route"] == "/__heartbeat__"


def test_a_failure_has_its_traceback_and_its_line(make: Make, lines: Lines) -> None:
    app = make()
    app.add_url_rule("/", "fail", lambda: str(1 / 0))
    assert app.test_client().get("/").status_code == 500
    failure, request = lines()
    assert failure["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert failure["request_id"] == request["request_id"]
    assert request["status"] == 500


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("two\twords", False), ("a" * 129, False), ("", False)]
)
def test_the_id_of_a_request(make: Make, lines: Lines, given: str, kept: bool) -> None:
    response = make().test_client().get("/", headers={"X-Request-ID": given})
    answered = response.headers["X-Request-ID"]
    assert (answered == given) is kept
    assert lines()[0]["request_id"] == answered != ""


def test_context_does_not_leak_into_the_next_request(make: Make, lines: Lines) -> None:
    app = make()

    def view() -> str:
        if "user" in flask.request.args:
            structlog.contextvars.bind_contextvars(user=flask.request.args["user"])
        return "ok"

    app.add_url_rule("/", "view", view)
    client = app.test_client()
    client.get("/?user=alice")
    client.get("/")
    app.log.info("between")
    first, second, between = lines()
    assert first["user"] == "alice"
    assert "user" not in second
    assert not {"user", "request_id"} & between.keys()


def test_two_apps_keep_their_own_settings(make: Make, lines: Lines) -> None:
    quiet, loud = make(LOG_LEVEL="ERROR"), make(LOG_LEVEL="DEBUG")
    quiet.log.info("quiet")
    loud.log.debug("loud")
    assert [line["event"] for line in lines()] == ["loud"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [("LOG_LEVEL", "one of DEBUG, INFO"), ("LOG_FORMAT", "console or json")],
)
def test_a_wrong_setting(make: Make, key: str, expected: str) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong: .*{expected}"):
        make(**{key: "loud"})


# Context.


def test_context_does_not_leak_between_threads(make: Make, lines: Lines) -> None:
    app = make()
    everybody = threading.Barrier(4)

    def view(name: str) -> str:
        structlog.contextvars.bind_contextvars(bound=name)
        everybody.wait(timeout=60)
        app.log.info("said", name=name)
        return name

    app.add_url_rule("/<name>", "view", view)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(lambda name: app.test_client().get(f"/{name}"), "abcd"))
    found = lines()
    said = [line for line in found if line["event"] == "said"]
    assert len(said) == 12
    assert all(line["bound"] == line["name"] for line in said)
    ids = {line["request_id"]: line["name"] for line in said}
    ended = [line for line in found if line["event"] == "request"]
    assert all(line["path"] == f"/{ids[line['request_id']]}" for line in ended)


def test_context_of_an_async_view_does_not_leak(make: Make, lines: Lines) -> None:
    pytest.importorskip("asgiref", reason="Flask runs async views with asgiref: flask[async]")
    app = make()

    async def view() -> str:
        structlog.contextvars.bind_contextvars(bound="here")
        await asyncio.sleep(0)
        app.log.info("said")
        return "ok"

    app.add_url_rule("/async", "async", view)
    app.test_client().get("/async")
    app.test_client().get("/")
    app.log.info("between")
    said, ended, other, between = lines()
    assert (said["bound"], said["request_id"]) == ("here", ended["request_id"])
    assert not {"bound"} & (other.keys() | between.keys())
    assert other["request_id"] != said["request_id"]


def test_a_request_inside_another_one_has_its_own_context(make: Make, lines: Lines) -> None:
    outer, inner = make(), make()

    def view() -> str:
        structlog.contextvars.bind_contextvars(bound="outer")
        inner.test_client().get("/")
        outer.log.info("said")
        return "ok"

    outer.add_url_rule("/", "view", view)
    outer.test_client().get("/")
    within, said, ended = lines()
    assert "bound" not in within
    assert (said["bound"], said["request_id"]) == ("outer", ended["request_id"])
    assert within["request_id"] != said["request_id"]


def test_lines_of_a_streamed_answer_have_the_id(make: Make, lines: Lines) -> None:
    app = make()

    def view() -> flask.Response:
        def parts() -> Iterator[str]:
            app.log.info("streamed")
            yield "ok"

        return flask.Response(flask.stream_with_context(parts()))

    app.add_url_rule("/", "view", view)
    response = app.test_client().get("/", buffered=True)
    streamed = next(line for line in lines() if line["event"] == "streamed")
    assert streamed["request_id"] == response.headers["X-Request-ID"]
    app.log.info("between")
    assert "request_id" not in lines()[0]


def test_a_request_that_flask_refuses_has_its_line(make: Make, lines: Lines) -> None:
    app = make(TRUSTED_HOSTS=["shop.example.org"])
    response = app.test_client().get("/", base_url="http://evil.example")
    assert response.status_code == 400
    line = next(line for line in lines() if line["event"] == "request")
    assert line["request_id"] == response.headers["X-Request-ID"]


# Who made the request.


def test_the_user_is_told_where_auth_is_loaded(service: Service, lines: Lines) -> None:
    pytest.importorskip("joserfc", reason="needs the extra auth too")
    service()
    app = create_app("shop", extensions=["log", "auth"], config={"LOG_FORMAT": "json"})
    app.add_url_rule("/", "view", app.auth.require_permissions([])(lambda: "ok"))
    token = app.auth.sign("alice", [])
    lines()
    app.test_client().get("/", headers={"Authorization": f"Bearer {token}"})
    app.test_client().get("/")
    known, unknown = lines()
    assert (known["user"], unknown["user"]) == ("alice", None)
    assert token not in str(known)


# Secrets.


class Opaque:
    def __repr__(self) -> str:
        return "Opaque(password='hunter2')"


@pytest.mark.parametrize("kind", ["json", "console"])
@pytest.mark.parametrize(
    "said",
    [
        {"event": "connecting to postgresql://shop:hunter2@db.example.org/shop"},
        {"event": "connecting to https://hunter2@sentry.example.org/1"},
        {"event": "Authorization: Bearer hunter2"},
        {"event": "Cookie: a=hunter2; session=hunter2"},
        {"event": "got Bearer hunter2hunter2"},
        {"event": "GET /login?user=alice&password=hunter2&x=1"},
        {"event": "host=db password=hunter2 user=shop"},
        {"event": "x", "headers": {"Authorization": "hunter2", "X-Api-Key": "hunter2"}},
        {"event": "x", "headers": [("Cookie", "hunter2"), "Set-Cookie: hunter2"]},
        {"event": "x", "headers": Headers({"Authorization": "Basic hunter2", "Cookie": "hunter2"})},
        {
            "event": "x",
            "password": "hunter2",
            "access_token": "hunter2",
            "LOG_SENTRY_DSN": "hunter2",
        },
        {"event": "x", "nested": [{"client_secret": {"is": "hunter2"}}]},
        {"event": "x", "raw": b"password='hunter2'"},
        {"event": "x", "opaque": Opaque()},
        {"event": "x", "path": "/reset/eyJhbGciOiJub25lIn0.hunter2.hunter2"},
        {"event": "x", "path": "/sat_hunter2hunter2hunter2hunter2hunter2hunter2"},
        {"event": "somebody sent sat_hunter2hunter2hunter2hunter2hunter2hunter2 again"},
    ],
)
def test_secrets_are_left_out(
    make: Make, capsys: pytest.CaptureFixture[str], kind: str, said: dict[str, Any]
) -> None:
    make(LOG_FORMAT=kind).log.info(**said)
    line = capsys.readouterr().err
    assert "hunter2" not in line
    assert "[redacted]" in line


def test_keys_that_are_no_text_are_written(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make().log.info("counted", found={(1, "a"): 1, 2: 2, None: 3})
    assert json.loads(capsys.readouterr().err)["found"] == {"(1, 'a')": 1, "2": 2, "null": 3}


def test_a_secret_setting_that_changes_is_left_out(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make()
    for secret in ("hunter2 and more", "hunter2 and another"):
        app.config["SECRET_KEY"] = secret
        app.log.info(f"the secret is {secret} now")
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["the secret is [redacted] now"] * 2


@pytest.mark.parametrize("kind", ["json", "console"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("SECRET_KEY", "hunter2 and more"),
        ("SECRET_KEY", b"hunter2 and more"),
        ("SECRET_KEY_FALLBACKS", ["hunter2 and more"]),
        ("SHOP_TOKEN", 'hunter2 "and" m\u00f6re'),
        ("DATABASE_URL", "postgresql://shop:hunter2+and+more@db/shop"),
        ("PULSE_URL", "amqp://shop:hunter2%20and%20more@broker/"),
    ],
)
def test_a_secret_setting_in_a_sentence_is_left_out(
    make: Make, capsys: pytest.CaptureFixture[str], kind: str, key: str, value: Any
) -> None:
    app = make(LOG_FORMAT=kind)
    app.config[key] = value  # by an extension that loads later
    (text,) = value if isinstance(value, list) else [value]
    said = text.decode() if isinstance(text, bytes) else text
    said = unquote(urlsplit(said).password or said)
    app.log.info("tried it", what=f"with {said} and without")
    app.logger.warning("the secret is %s indeed", said)
    try:
        raise ValueError(said)
    except ValueError:
        app.logger.exception("failed")
    output = capsys.readouterr().err
    assert "hunter2" not in output
    assert output.count("[redacted]") >= 3


def test_a_short_secret_is_a_part_of_many_words(make: Make, lines: Lines) -> None:
    make(SHOP_PASSWORD="shop", SHOP_PATTERN="https://[").log.info("the shop is open")
    assert lines()[0]["event"] == "the shop is open"


def test_what_is_no_secret_stays(make: Make, lines: Lines) -> None:
    said: dict[str, Any] = {
        "event": "the token: it has expired; see https://example.org/a?b=c@d, mail a@example.org",
        "token_id": "abc",
        "tokens": 3,
        "ratio": 0.5,
        "is_secret_known": True,
        "none": None,
        "path": "/password/reset",
    }
    make().log.info(**said)
    (line,) = lines()
    assert {key: line[key] for key in said} == said


@pytest.mark.parametrize("kind", ["json", "console"])
def test_a_traceback_has_no_secrets(
    make: Make, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    app = make(LOG_FORMAT=kind)

    def connect(secret: str) -> None:
        message = f"no connection to redis://:{secret}@cache.example.org"
        raise ConnectionError(message)

    try:
        connect(SECRET)
    except ConnectionError:
        app.log.exception("failed")
        app.logger.exception("failed")
    output = capsys.readouterr().err
    assert output.count("redis://[redacted]@cache.example.org") == 2
    assert "hunter2" not in output


def test_a_path_cannot_forge_a_line(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make(LOG_FORMAT="console").test_client().get("/a%0a2026-01-01 [info] forged")
    assert len(capsys.readouterr().err.splitlines()) == 1


# Sentry.


class Collector(BaseHTTPRequestHandler):
    """Takes what a client sends, as Sentry does."""

    received: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        type(self).received.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def project() -> Iterator[tuple[str, list[str]]]:
    """A project at a server of its own: its DSN, and what it received."""
    pytest.importorskip("sentry_sdk", reason="sentry-sdk is no part of the extra log")
    received: list[str] = []
    kind = type("Handler", (Collector,), {"received": received})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://key@127.0.0.1:{server.server_port}/1", received
        server.shutdown()
        thread.join()


def test_errors_are_reported(make: Make, project: tuple[str, list[str]]) -> None:
    dsn, received = project
    app = make(LOG_SENTRY_DSN=dsn)
    app.add_url_rule("/", "fail", fail)
    response = app.test_client().get(f"/?password={SECRET}", headers={"Cookie": f"a={SECRET}"})
    app.log.warning("no error")
    app.log.error("order.lost", number=7, password=SECRET)
    flush(app)
    failure, lost = [json.loads(envelope.splitlines()[2]) for envelope in received]
    (error,) = failure["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "password=[redacted]")
    assert all("vars" not in frame for frame in error["stacktrace"]["frames"])
    assert failure["tags"]["request_id"] == response.headers["X-Request-ID"]
    assert failure["environment"] == "development"
    assert lost["logentry"]["formatted"] == "order.lost"
    assert (lost["level"], lost["extra"]["number"]) == ("error", 7)
    assert SECRET not in "".join(received)


def test_two_apps_report_to_their_own_projects(make: Make, project: tuple[str, list[str]]) -> None:
    dsn, received = project
    one, two = make(LOG_SENTRY_DSN=dsn), make()
    two.log.error("here")
    one.log.error("there")
    flush(one)
    (envelope,) = received
    assert "there" in envelope


def test_a_sentry_that_is_down_fails_nobody(make: Make, lines: Lines) -> None:
    pytest.importorskip("sentry_sdk", reason="sentry-sdk is no part of the extra log")
    app = make(LOG_SENTRY_DSN="http://key@127.0.0.1:1/1")
    app.log.error("lost")
    assert lines()[0]["event"] == "lost"


def test_sentry_without_its_package(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(SettingError) as error:
        make(LOG_SENTRY_DSN="https://hunter2@sentry.example.org/1")
    assert str(error.value) == (
        "the setting LOG_SENTRY_DSN of 'shop' needs the package sentry-sdk, which is not "
        "installed: add sentry-sdk to the dependencies of 'shop', or unset it"
    )


@pytest.mark.parametrize(
    "dsn", ["hunter2", "https://sentry.example.org/hunter2", "https://hunter2@sentry.example.org/a"]
)
def test_a_wrong_dsn(make: Make, dsn: str) -> None:
    pytest.importorskip("sentry_sdk", reason="sentry-sdk is no part of the extra log")
    with pytest.raises(
        SettingError, match="the setting LOG_SENTRY_DSN of 'shop' is wrong"
    ) as error:
        make(LOG_SENTRY_DSN=dsn)
    assert "hunter2" not in str(error.value)


def flush(app: App) -> None:
    for handler in app.logger.handlers:
        handler.flush()


# The process.

TAKEN_OVER = """
import logging, threading, warnings
from backend_common import create_app
from backend_common.log import process
app = create_app("shop", extensions=["log"], config={"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"})
app.logger.handlers[0].addFilter(lambda record: "left out" not in record.getMessage())
process.take_over(app)
app.logger.info("left out, as before")
logging.getLogger("library").info("quiet")
logging.getLogger("library").warning("loud, at redis://:hunter2@cache")
warnings.warn("old", DeprecationWarning, stacklevel=1)
thread = threading.Thread(target=lambda: 1 / 0, name="worker")
thread.start()
thread.join()
raise KeyError("end")
"""


def test_a_process_logs_as_its_application_does(service: Service) -> None:
    options = ["-W", "always::DeprecationWarning", "-c", TAKEN_OVER]
    result = subprocess.run(
        [sys.executable, *options], cwd=service(), text=True, capture_output=True, check=False
    )
    assert result.returncode == 1
    library, warning, thread, end = [json.loads(line) for line in result.stderr.splitlines()]
    assert library["event"] == "loud, at redis://[redacted]@cache"
    assert (library["logger"], library["service"]) == ("library", "shop")
    assert "DeprecationWarning: old" in warning["event"]
    assert thread["event"] == "the thread worker failed"
    assert thread["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert (end["level"], end["exception"][0]["exc_type"]) == ("critical", "KeyError")


@pytest.fixture
def direct(make: Make) -> Iterator[tuple[App, int]]:
    """An application that writes its lines to a pipe, and the end to read from."""
    app = make()
    reading, writing = os.pipe()
    handler = DescriptorHandler(writing, app.logger.handlers[0].formatter)
    app.logger.handlers[:] = [handler]
    yield app, reading
    os.close(reading)
    with suppress(OSError):
        os.close(writing)


def read_lines(descriptor: int, count: int) -> list[dict[str, Any]]:
    with os.fdopen(os.dup(descriptor), encoding="utf-8") as file:
        return [json.loads(file.readline()) for _ in range(count)]


def test_lines_of_threads_do_not_mix(direct: tuple[App, int]) -> None:
    app, reading = direct
    with ThreadPoolExecutor(5) as pool:
        found = pool.submit(read_lines, reading, 400)
        list(pool.map(lambda number: app.log.info("x" * number, number=number), range(400)))
    assert sorted(line["number"] for line in found.result()) == list(range(400))
    assert all(line["event"] == "x" * line["number"] for line in found.result())


def test_lines_of_requests_at_the_same_time_do_not_mix(make: Make, tmp_path: Path) -> None:
    app = make(LOG_FORMAT="json")
    assert all(handler.lock is None for handler in app.logger.handlers)

    def view(number: int) -> str:
        app.log.info("said", text="x" * number * 40, number=number)
        return ""

    app.add_url_rule("/<int:number>", "view", view)
    with (tmp_path / "log").open("w", buffering=1) as stream, ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda it: app.test_client().get(f"/{it}", errors_stream=stream), range(300)))
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    said = [line for line in lines if line["event"] == "said"]
    assert sorted(line["number"] for line in said) == list(range(300))
    assert all(line["text"] == "x" * line["number"] * 40 for line in said)
    assert len(lines) == 600


def test_a_line_that_is_larger_than_a_pipe_is_written(direct: tuple[App, int]) -> None:
    app, reading = direct
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(read_lines, reading, 1)
        app.log.info("large", parts=["x" * 10_000] * 20)
    assert found.result()[0]["parts"] == ["x" * 10_000] * 20


def test_text_that_is_no_unicode_is_written(direct: tuple[App, int]) -> None:
    app, reading = direct
    app.logger.handlers[0].setFormatter(logging.Formatter("%(message)s"))
    app.logger.info('"\udc80"')
    assert os.read(reading, 100) == b'"\\udc80"\n'


def test_lines_are_written_where_handlers_must_have_locks(
    direct: tuple[App, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def handle(handler: logging.Handler, record: logging.LogRecord) -> bool:
        """That of Python 3.13."""
        lock: Any = handler.lock
        with lock:
            handler.emit(record)
        return True

    monkeypatch.setattr(logging.Handler, "handle", handle)
    app, reading = direct
    app.log.info("written")
    assert read_lines(reading, 1)[0]["event"] == "written"


def test_filters_have_a_say_where_lines_are_written_without_a_lock(direct: tuple[App, int]) -> None:
    app, reading = direct
    app.logger.handlers[0].addFilter(lambda record: record.getMessage() != "left out")
    app.logger.info("left out")
    app.logger.info("written")
    assert read_lines(reading, 1)[0]["event"] == "written"


def test_a_line_that_cannot_be_written_fails_nobody(
    direct: tuple[App, int], capsys: pytest.CaptureFixture[str]
) -> None:
    app, _ = direct
    app.logger.handlers[:] = [DescriptorHandler(-1, app.logger.handlers[0].formatter)]
    app.log.info("lost")
    assert "--- Logging error ---" in capsys.readouterr().err
