"""Flask's and gunicorn's commands have an application warn of the store."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from environment_startup import store_warning


class Flask:
    """Stands for flask.Flask."""


@pytest.fixture
def flask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flask", SimpleNamespace(Flask=Flask))


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the applications that warn."""
    found: list[object] = []
    store = SimpleNamespace(warn=found.append)
    monkeypatch.setitem(sys.modules, "backend_common", ModuleType("backend_common"))
    monkeypatch.setitem(sys.modules, "backend_common.core.store", store)
    return found


def load(name: str, app: object) -> object:
    """Return what a module of that name loads, which stands for flask.cli or gunicorn.util."""
    module: Any = ModuleType(name)
    if name == "flask.cli":
        module.ScriptInfo = type("ScriptInfo", (), {"load_app": lambda _: app})
        store_warning.change(module)
        return module.ScriptInfo().load_app()
    module.import_app = lambda _: app
    store_warning.change(module)
    return module.import_app("shop.flask:app")


@pytest.mark.usefixtures("flask")
@pytest.mark.parametrize("name", ["flask.cli", "gunicorn.util"])
def test_the_application_warns_when_it_is_loaded(name: str, warned: list[object]) -> None:
    app = Flask()
    assert load(name, app) is app
    assert warned == [app]


@pytest.mark.usefixtures("flask")
def test_an_application_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backend_common", None)
    app = Flask()
    assert load("flask.cli", app) is app


@pytest.mark.parametrize("is_imported", [True, False])
def test_an_application_of_another_framework(
    monkeypatch: pytest.MonkeyPatch, warned: list[object], *, is_imported: bool
) -> None:
    found = SimpleNamespace(Flask=Flask) if is_imported else None
    monkeypatch.setitem(sys.modules, "flask", found)
    assert load("gunicorn.util", len) is len
    assert warned == []
