from pathlib import Path

import flask
import pytest
from backend_common import App


def test_what_servers_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    from treestatus.flask import app  # noqa: PLC0415  it makes the application

    assert isinstance(app, flask.Flask)
    assert app.name == "treestatus"


def test_settings_come_from_the_environment(app: App, database_url: str) -> None:
    assert app.config["DATABASE_URL"] == database_url
