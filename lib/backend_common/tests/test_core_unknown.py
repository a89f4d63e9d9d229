"""Misspelled settings."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError, create_app
from backend_common.core import unknown
from backend_common.core.settings import Whole

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def make(service: Service) -> Make:
    service()
    return lambda *extensions, **config: create_app("shop", extensions, config)


MISSPELLED = [
    (["db"], "DATABASE_POOLSIZE", "DATABASE_POOL_SIZE"),
    (["db"], "DATABASE_URI", "DATABASE_URL"),
    (["db"], "DATABASE_STATMENT_TIMEOUT", "DATABASE_STATEMENT_TIMEOUT"),
    (["cache"], "CACHE_MAX_VALEU", "CACHE_MAX_VALUE"),
    (["cors"], "CORS_ORIGIN", "CORS_ORIGINS"),
    (["log"], "LOG_LEVLE", "LOG_LEVEL"),
    ([], "HEARTBEAT_TIMEOUTS", "HEARTBEAT_TIMEOUT"),
    ([], "APP_CHANEL", "APP_CHANNEL"),
    ([], "APP_SETTING", "APP_SETTINGS"),
]


@pytest.mark.parametrize(("extensions", "name", "meant"), MISSPELLED)
def test_a_misspelled_setting_is_refused(
    make: Make, monkeypatch: pytest.MonkeyPatch, extensions: list[str], name: str, meant: str
) -> None:
    message = f"nothing reads the setting {name} of 'shop', which resembles {meant}: correct or"
    with pytest.raises(SettingError) as error:
        make(*extensions, **{name: "hunter2"})
    assert str(error.value) == f"{message} remove it in the settings file"
    monkeypatch.setenv(name, "hunter2")
    with pytest.raises(SettingError) as error:
        make(*extensions)
    assert str(error.value) == f"{message} remove it in the environment"


def test_a_setting_in_the_file_is_checked(service: Service) -> None:
    service({"settings.py": "CORS_ORIGIN = 'https://example.org'\n"})
    with pytest.raises(SettingError, match="CORS_ORIGIN of 'shop', which resembles CORS_ORIGINS:"):
        create_app("shop", ["cors"])


@pytest.mark.parametrize(
    "name",
    ["DATABASE_USER", "DATABASE_NAME", "CACHE_DIR", "API_KEY", "API_URL", "APP_VERSION", "LOG_DIR"],
)
def test_variables_of_other_programs_are_left_alone(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    monkeypatch.setenv(name, "a")
    make("api", "cache", "db")
    assert caplog.records == []


def test_a_setting_that_resembles_no_other_is_a_warning(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        make("cache", CACHE_TYPE="RedisCache", SHOP_CACHE_TYPE="a", SESSION_TYPE="redis")
    assert [record.getMessage() for record in caplog.records] == [
        "no extension of 'shop' reads the setting CACHE_TYPE: if it is a setting of the service "
        "itself, give it a name that does not begin with CACHE_"
    ]


def test_names_of_extensions_that_are_not_loaded_are_free(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    make(DATABASE_POOLSIZE=5, CACHE_TYPE="RedisCache")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("name", "is_misspelled"),
    [
        ("SIZE_ABCDEF", False),
        ("SIZE_ABCDEFG", True),
        ("SIZE_ABCDEFGHIJK", True),
        ("SIZE_ABCDEFGHIJKL", False),
        ("SIZE_U", False),
    ],
)
def test_what_resembles_a_name(make: Make, name: str, is_misspelled: Any) -> None:
    fields = [Whole(key, 1, text="") for key in ("SIZE_ABCDEFGHI", "SIZE_UI")]
    if is_misspelled:
        with pytest.raises(SettingError, match=f"{name} of 'shop', which resembles SIZE_ABCDEFGHI"):
            unknown.check(make(), fields, [name])
    else:
        unknown.check(make(), fields, [name])
