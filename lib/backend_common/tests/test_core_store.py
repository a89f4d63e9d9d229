import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import backend_common
import flask
import pytest
from backend_common.core import startup, store

HERE = f"{store.STORE}/0000-shop/var"


@pytest.fixture
def app(tmp_path: Path) -> flask.Flask:
    return flask.Flask("shop", instance_path=str(tmp_path))


def warnings(app: flask.Flask, caplog: pytest.LogCaptureFixture, **config: Any) -> list[str]:
    """Return the warnings about an application with settings."""
    app.config.update(config)
    with caplog.at_level(logging.WARNING):
        store.warn(app)
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("config", "setting", "path"),
    [
        ({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{HERE}/a.db"}, "SQLALCHEMY_DATABASE_URI", "a.db"),
        ({"DATABASE_URL": f"sqlite+pysqlite:///{HERE}/a.db?timeout=1"}, "DATABASE_URL", "a.db"),
        ({"EVENTS_URL": f"sqlite:///file:{HERE}/a.db?uri=true"}, "EVENTS_URL", "a.db"),
        (
            {"SQLALCHEMY_BINDS": {"log": {"url": f"sqlite:///{HERE}/a.db"}}},
            "SQLALCHEMY_BINDS['log']['url']",
            "a.db",
        ),
        ({"DATABASE": f"{HERE}/flaskr.sqlite"}, "DATABASE", "flaskr.sqlite"),
        ({"UPLOAD_FOLDER": Path(HERE, "up")}, "UPLOAD_FOLDER", "up"),
        ({"UPLOADED_PHOTOS_DEST": f"{HERE}/up"}, "UPLOADED_PHOTOS_DEST", "up"),
        ({"CACHE_DIR": f"{HERE}/cache"}, "CACHE_DIR", "cache"),
        ({"SESSION_FILE_DIR": f"{HERE}/sessions"}, "SESSION_FILE_DIR", "sessions"),
    ],
)
def test_a_setting_that_is_written_to(
    app: flask.Flask, caplog: pytest.LogCaptureFixture, config: Any, setting: str, path: str
) -> None:
    assert warnings(app, caplog, **config) == [
        f"the setting {setting} of 'shop' is in the Nix store: {HERE}/{path}. Nothing may write "
        "there, and what is written is lost with the next build: name a path outside of "
        "/nix/store, such as one below STATE_DIRECTORY."
    ]


@pytest.mark.parametrize(
    "config",
    [
        {"DATABASE": "/var/lib/shop/flaskr.sqlite"},
        {"DATABASE": "postgresql://localhost/shop"},
        {"DATABASE": {"name": "shop"}},
        {"DATABASE_URL": "sqlite://"},
        {"DATABASE_URL": "sqlite:///:memory:"},
        {"DATABASE_URL": "sqlite:///shop.db"},
        {"DATABASE_URL": f"sqlite:///{HERE}/a.db?mode=ro&uri=true"},
        {"DATABASE_URL": f"sqlite:///file:{HERE}/a.db?immutable=1&uri=true"},
        {"TEMPLATE_FOLDER": f"{HERE}/templates", "STATIC_FOLDER": f"{HERE}/static"},
        {"GEOIP_PATH": f"{HERE}/cities.mmdb", "SESSION_COOKIE_PATH": "/"},
        {"UPLOAD_FOLDER": None, "CACHE_DIR": b"bytes"},
    ],
)
def test_what_is_elsewhere_or_only_read(
    app: flask.Flask, caplog: pytest.LogCaptureFixture, config: Any
) -> None:
    assert warnings(app, caplog, **config) == []


def test_a_link_counts_as_what_it_leads_to(
    app: flask.Flask, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "result").symlink_to(HERE)
    (warning,) = warnings(app, caplog, UPLOAD_FOLDER=f"{tmp_path}/result/up")
    assert f"is in the Nix store: {tmp_path}/result/up. " in warning


def test_the_instance_folder_and_what_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    app = flask.Flask("shop", instance_path=HERE)
    first, second = warnings(app, caplog, DATABASE_URL="sqlite:///shop.db")
    assert first.startswith(
        f"the setting DATABASE_URL of 'shop' is in the Nix store: {HERE}/shop.db. "
    )
    assert second.startswith(f"instance_path of 'shop' is in the Nix store: {HERE}. ")


def test_a_path_is_named_once(app: flask.Flask, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{HERE}/a.db"
    config = {"DATABASE_URL": url, "SQLALCHEMY_DATABASE_URI": url}
    assert len(warnings(app, caplog, **config)) == 1
    assert len(warnings(app, caplog, **config)) == 1


def test_an_application_warns_when_it_is_made(
    service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    service()
    backend_common.create_app("shop", config={"UPLOAD_FOLDER": HERE})
    assert f"the setting UPLOAD_FOLDER of 'shop' is in the Nix store: {HERE}. " in caplog.text


def test_any_application_warns_when_it_is_served(
    app: flask.Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["CACHE_DIR"] = HERE
    monkeypatch.setitem(sys.modules, "shop", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "shop.flask", SimpleNamespace(app=app))
    assert startup.load("shop") is app
    assert f"the setting CACHE_DIR of 'shop' is in the Nix store: {HERE}. " in caplog.text
