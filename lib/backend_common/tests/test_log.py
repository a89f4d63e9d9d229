import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
import structlog
from backend_common import App, SettingError, create_app

Service = Callable[..., Path]
Make = Callable[..., App]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(**config: str) -> App:
        return create_app("shop", extensions=["log"], config={"LOG_FORMAT": "json", **config})

    return make_app


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


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


def test_development_is_readable(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make(LOG_FORMAT="console").log.info("tree.closed", tree="autoland")
    line = capsys.readouterr().err
    assert "tree.closed" in line
    assert "tree=autoland" in line


def test_production_is_json(service: Service, lines: Lines) -> None:
    service()
    create_app("shop", extensions=["log"], config={"APP_CHANNEL": "production"}).log.info("up")
    assert lines()[0]["event"] == "up"


def test_one_line_for_each_request(make: Make, lines: Lines) -> None:
    app = make()
    app.add_url_rule("/trees/<tree>", view_func=lambda tree: tree)
    app.test_client().get("/trees/autoland?token=secret")
    (line,) = lines()
    assert line["duration_ms"] >= 0
    assert {key: line[key] for key in ("event", "method", "path", "route", "status")} == {
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
    [("LOG_LEVEL", "one of DEBUG, INFO"), ("LOG_FORMAT", "one of console, json")],
)
def test_a_wrong_setting(make: Make, key: str, expected: str) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong: .*{expected}"):
        make(**{key: "loud"})
