from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App


def test_what_servers_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    from treestatus.flask import app  # noqa: PLC0415  it makes the application

    assert isinstance(app, flask.Flask)
    assert app.name == "treestatus"


def test_settings_come_from_the_environment(
    make_app: Callable[[dict[str, Any]], App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    assert make_app({}).config["DATABASE_URL"] == "sqlite:///elsewhere.db"
