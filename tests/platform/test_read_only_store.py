"""The import system writes no bytecode into the store, and all that it wants elsewhere."""

import importlib.util
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
import read_only_store
import unprotected
from toolchain import build


@pytest.fixture(autouse=True)
def _unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start as an interpreter does that is not the embedded platform's."""
    monkeypatch.setattr(SourceFileLoader, "set_data", unprotected.set_data())
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that stands for the store, with a module in a store path."""
    monkeypatch.setattr(read_only_store, "STORE", str(tmp_path / "store"))
    (tmp_path / "store/path").mkdir(parents=True)
    (tmp_path / "store/path/sample.py").write_text("answer = 42\n")
    return tmp_path / "store"


def load(module: Path) -> bool:
    """Load a module from a file; return whether it left bytecode."""
    spec = importlib.util.spec_from_file_location("sample", module)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return Path(importlib.util.cache_from_source(str(module))).exists()


def test_python_itself_would_write(store: Path) -> None:
    assert load(store / "path/sample.py")


def test_nothing_is_written_into_the_store(store: Path) -> None:
    read_only_store.protect()
    assert not load(store / "path/sample.py")
    assert sorted(store.rglob("*")) == [store / "path", store / "path/sample.py"]


def test_bytecode_is_written_elsewhere(store: Path) -> None:
    read_only_store.protect()
    module = store.parent / "sample.py"
    module.write_text("answer = 42\n")
    assert load(module)


def test_a_link_counts_as_what_it_leads_to(store: Path) -> None:
    read_only_store.protect()
    (store.parent / "result").symlink_to(store / "path")
    assert not load(store.parent / "result/sample.py")


def test_a_second_call_changes_nothing() -> None:
    read_only_store.protect()
    first = SourceFileLoader.set_data
    read_only_store.protect()
    assert SourceFileLoader.set_data is first


def test_relative_paths(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store / "path")
    assert read_only_store.contains("sample.py")
    assert read_only_store.contains("__pycache__/sample.pyc")
    assert read_only_store.contains("new/and/newer/file")
    monkeypatch.chdir(store.parent)
    assert not read_only_store.contains("file")
    assert read_only_store.contains("store/path/file")


def test_other_places(store: Path) -> None:
    for path in ("/file", "/no/such/file", f"{store}-other/file", str(store.parent / "file")):
        assert not read_only_store.contains(path)


def test_a_machine_without_a_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(read_only_store, "STORE", str(tmp_path / "none"))
    assert not read_only_store.contains(str(tmp_path / "file"))


def test_the_store_is_nixs() -> None:
    assert read_only_store.contains("/nix/store/path/file")


@pytest.mark.builds
@pytest.mark.parametrize(
    "flags", ["", "-O", "-OO", "-S -O", "-I -OO", "-E -O -X frozen_modules=off"]
)
def test_the_platforms_interpreter_protects_it_before_anything_else(flags: str) -> None:
    python = build("toolchain.platform.python") / "bin/python3"
    code = "from importlib.machinery import SourceFileLoader as s; print(s.set_data.protects_store)"
    with os.popen(f"{python} {flags} -c '{code}'") as printed:
        assert printed.read() == "True\n"
