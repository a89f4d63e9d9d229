"""Modules are changed when they are imported, and only those."""

import importlib
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import environment_startup
import pytest
import unprotected


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Have the module sample_app, whose change is sample_change; undo all afterwards."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(SourceFileLoader, "set_data", unprotected.set_data())
    (tmp_path / "sample_app.py").write_text("value = 1\n")
    (tmp_path / "sample_other.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    change = ModuleType("environment_startup.sample_change")
    change.change = lambda module: setattr(module, "value", 2)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, change.__name__, change)
    monkeypatch.setitem(environment_startup.CHANGES, "sample_app", "sample_change")
    yield
    for name in ("sample_app", "sample_other"):
        sys.modules.pop(name, None)


def test_a_module_is_changed_when_it_is_imported() -> None:
    environment_startup.start(["sample_app"])
    assert "sample_app" not in sys.modules
    assert importlib.import_module("sample_app").value == 2
    assert importlib.import_module("sample_other").value == 1


def test_a_module_that_is_loaded_again_is_changed_again() -> None:
    environment_startup.start(["sample_app"])
    module = importlib.import_module("sample_app")
    assert importlib.reload(module).value == 2


def test_a_changed_module_has_its_own_loader() -> None:
    environment_startup.start(["sample_app"])
    module = importlib.import_module("sample_app")
    assert type(module.__loader__) is SourceFileLoader
    assert "exec_module" not in vars(module.__loader__)


def test_a_module_that_is_not_there() -> None:
    environment_startup.start(["flask.app"])
    with pytest.raises(ModuleNotFoundError, match="No module named 'flask'"):
        importlib.import_module("flask.app")


def test_without_changes_imports_cost_nothing() -> None:
    before = list(sys.meta_path)
    environment_startup.start([])
    assert sys.meta_path == before


def test_the_store_is_protected_where_the_interpreter_does_not_do_it() -> None:
    environment_startup.start([])
    assert hasattr(SourceFileLoader.set_data, "protects_store")


@pytest.mark.parametrize("name", sorted(set(environment_startup.CHANGES.values())))
def test_every_change_is_there(name: str) -> None:
    if name != "sample_change":
        assert callable(importlib.import_module(f"environment_startup.{name}").change)
