"""Flask's commands have the application warn of settings that lead into the store."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from environment_startup import flask_warning


def cli() -> Any:
    """Return what stands for flask.cli, whose commands load the application "app"."""
    return SimpleNamespace(ScriptInfo=type("ScriptInfo", (), {"load_app": lambda _: "app"}))


def test_the_application_warns_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    store = SimpleNamespace(warn=warned.append)
    monkeypatch.setitem(sys.modules, "backend_common", ModuleType("backend_common"))
    monkeypatch.setitem(sys.modules, "backend_common.store", store)
    module = cli()
    flask_warning.change(module)
    assert module.ScriptInfo().load_app() == "app"
    assert warned == ["app"]


def test_an_application_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backend_common", None)
    module = cli()
    flask_warning.change(module)
    assert module.ScriptInfo().load_app() == "app"
