import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dockerflow.checks as reference  # type: ignore[import-untyped]
import flask
import pytest
from backend_common import App, SettingError, create_app
from backend_common.core import health
from backend_common.core.health import Unhealthy
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]
Hang = Callable[[], None]


@pytest.fixture
def make(service: Service) -> Make:
    service()
    return lambda **config: create_app("shop", config={"HEARTBEAT_CACHE": 0, **config})


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a check may wait for; it opens in the end, so that no thread outlives the test."""
    event = threading.Event()
    yield event
    event.set()


def heartbeat(app: App) -> TestResponse:
    return app.test_client().get("/__heartbeat__")


def unhealthy() -> None:
    raise Unhealthy("the shop is shut")


def healthy() -> None:
    assert flask.current_app.name == "shop"


def test_the_load_balancer_is_told_that_the_process_answers(make: Make) -> None:
    app = make()
    health.add(app, "shop", unhealthy)
    response = app.test_client().get("/__lbheartbeat__")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


def test_an_app_without_checks_is_healthy(make: Make) -> None:
    response = heartbeat(make())
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.get_json() == {"status": "ok", "checks": {}, "details": {}}


def test_the_answer_is_what_dockerflow_answers(make: Make) -> None:
    app = make()
    health.add(app, "db", healthy)
    health.add(app, "shop", unhealthy)
    response = heartbeat(app)
    results = reference.run_checks(
        [("db", lambda: []), ("shop", lambda: [reference.Error("the shop is shut", id="shop")])]
    )
    assert response.status_code == 500
    assert response.get_json() == {
        "status": reference.level_to_text(results.level),
        "checks": results.statuses,
        "details": results.details,
    }


def test_the_error_of_a_check_is_for_the_log_alone(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    app = make()
    health.add(app, "shop", lambda: int("secret"))
    response = heartbeat(app)
    assert response.status_code == 500
    assert problem(response, "shop") == "the check failed with ValueError"
    assert "secret" not in response.text
    assert "ValueError: invalid literal for int() with base 10: 'secret'" in caplog.text


def problem(response: TestResponse, name: str) -> Any:
    return response.get_json()["details"][name]["messages"][name]


def test_a_check_that_hangs_is_red_and_has_one_thread(make: Make, gate: threading.Event) -> None:
    app = make(HEARTBEAT_TIMEOUT=0.1)
    health.add(app, "shop", gate.wait)
    health.add(app, "db", healthy)
    for _ in range(3):
        response = heartbeat(app)
        assert response.status_code == 500
        assert response.get_json()["checks"] == {"shop": "error", "db": "ok"}
        assert problem(response, "shop") == "no answer within 0.1 s"
    (thread,) = (it for it in threading.enumerate() if it.name == "heartbeat-shop")
    gate.set()
    thread.join()
    assert heartbeat(app).status_code == 200


def test_an_answer_that_is_too_late_is_none(make: Make, gate: threading.Event) -> None:
    app = make(HEARTBEAT_TIMEOUT=0.1)
    health.add(app, "shop", gate.wait)
    heartbeat(app)
    client = app.test_client()
    asking = threading.Timer(0.02, gate.set)
    asking.start()
    assert problem(client.get("/__heartbeat__"), "shop") == "no answer within 0.1 s"
    asking.join()


def test_checks_run_at_the_same_time(make: Make) -> None:
    app = make(HEARTBEAT_TIMEOUT=60)
    barrier = threading.Barrier(3)
    for name in ("one", "two", "three"):
        health.add(app, name, barrier.wait)
    assert heartbeat(app).status_code == 200


def test_who_asks_while_checks_run_starts_none(make: Make, gate: threading.Event) -> None:
    app = make(HEARTBEAT_TIMEOUT=60, HEARTBEAT_CACHE=3600)
    calls = []
    started = threading.Event()

    def check() -> None:
        calls.append(1)
        started.set()
        gate.wait()

    health.add(app, "shop", check)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(heartbeat(app).status_code))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    started.wait()
    gate.set()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 5
    assert calls == [1]


def test_the_outcome_is_kept_for_a_moment(make: Make) -> None:
    app = make(HEARTBEAT_CACHE=3600)
    calls = []
    health.add(app, "shop", lambda: calls.append(1))
    assert [heartbeat(app).status_code for _ in range(3)] == [200] * 3
    assert calls == [1]


def test_red_turns_green(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    app = make()
    outcomes = iter([unhealthy, unhealthy, healthy, healthy])

    def check() -> None:
        next(outcomes)()

    health.add(app, "shop", check)
    assert [heartbeat(app).status_code for _ in range(4)] == [500, 500, 200, 200]
    assert caplog.messages == [
        "heartbeat: shop: the shop is shut",
        "heartbeat: shop: works again",
    ]


def test_a_name_that_is_taken(make: Make) -> None:
    app = make()
    health.add(app, "shop", healthy)
    with pytest.raises(ValueError, match="'shop' has a check 'shop' already: choose another name"):
        health.add(app, "shop", healthy)


def test_two_apps_have_their_own_checks(make: Make) -> None:
    one, two = make(), make()
    health.add(one, "shop", unhealthy)
    assert (heartbeat(one).status_code, heartbeat(two).status_code) == (500, 200)


def test_the_paths_are_those_that_are_served(make: Make) -> None:
    client = make().test_client()
    assert all(client.get(path).status_code == 200 for path in health.PATHS)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("HEARTBEAT_TIMEOUT", 0, "seconds, more than 0"),
        ("HEARTBEAT_TIMEOUT", "long", "seconds, more than 0"),
        ("HEARTBEAT_CACHE", -1, "seconds, 0 or more"),
        ("HEARTBEAT_CACHE", float("nan"), "seconds, 0 or more"),
        ("HEARTBEAT_CACHE", True, "seconds, 0 or more"),
    ],
)
def test_a_wrong_duration(make: Make, key: str, value: Any, expected: str) -> None:
    with pytest.raises(SettingError, match=f"{key} of 'shop' is wrong: expected {expected};"):
        make(**{key: value})


def version(app: App) -> Any:
    return app.test_client().get("/__version__").get_json()


def test_the_version_that_the_deployment_tells(make: Make, service: Service) -> None:
    service({"version.json": '{"commit": "abc", "version": "2"}'})
    assert version(make()) == {"commit": "abc", "version": "2"}


def test_the_version_file_that_a_setting_names(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "it.json").write_text('{"commit": "def"}')
    monkeypatch.setenv("APP_VERSION_FILE", f"{tmp_path}/it.json")
    assert version(make()) == {"commit": "def"}


def test_the_version_of_what_is_installed(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert version(make()) == {"name": "shop", "version": None}
    folder = tmp_path / "site" / "shop-7.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 7\n")
    monkeypatch.syspath_prepend(folder.parent)
    assert version(make()) == {"name": "shop", "version": "7"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not JSON: Expecting property name enclosed in double quotes: line 1 column 2"),
        ("[]", "it is not a JSON object"),
    ],
)
def test_a_wrong_version_file(make: Make, service: Service, text: str, reason: str) -> None:
    path = service({"version.json": text}) / "version.json"
    with pytest.raises(SettingError) as error:
        make()
    assert str(error.value).startswith(f"cannot tell the version of 'shop' from {path}: {reason}")
    assert str(error.value).endswith("; correct the file, or name another in APP_VERSION_FILE")


def test_a_version_file_that_is_not_there(make: Make) -> None:
    with pytest.raises(SettingError, match=r"from /nowhere: No such file or directory; correct"):
        make(APP_VERSION_FILE="/nowhere")
