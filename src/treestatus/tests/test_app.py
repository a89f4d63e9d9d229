from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError


def test_what_servers_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    from treestatus.flask import app  # noqa: PLC0415  it makes the application

    assert isinstance(app, flask.Flask)
    assert app.name == "treestatus"


def test_what_production_needs(make_app: Callable[[dict[str, Any]], App]) -> None:
    production: dict[str, Any] = {"APP_CHANNEL": "production"}
    with pytest.raises(SettingError, match="SECURITY_TRUSTED_HOPS"):
        make_app(production)
    production["SECURITY_TRUSTED_HOPS"] = 1
    with pytest.raises(SettingError, match="AUTH_ISSUERS and AUTH_KEY_FILES"):
        make_app(production)
    production["AUTH_ISSUERS"] = {"https://login.example.org/": None}
    client = make_app(production).test_client()
    response = client.delete("/trees/autoland", base_url="https://localhost")
    assert response.status_code == 401, "development's permissions are not for production"


def test_changes_need_no_credentials_in_development(
    make_app: Callable[[dict[str, Any]], App],
) -> None:
    response = make_app({}).test_client().put("/trees/autoland", json={})
    assert response.status_code == 400


def test_settings_come_from_the_environment(
    make_app: Callable[[dict[str, Any]], App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    assert make_app({}).config["DATABASE_URL"] == "sqlite:///elsewhere.db"
