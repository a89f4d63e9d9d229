"""Modules of build steps bring variables along."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
import variables


def load(directory: Path, content: str) -> None:
    """Load the variables that a file beside a copy of the module has."""
    shutil.copy(variables.__file__, directory / "variables.py")
    (directory / "variables").write_text(content)
    spec = importlib.util.spec_from_file_location("copy", directory / "variables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    module.load()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the variables after the test."""
    monkeypatch.setattr(os, "environ", {"SET": "before"})


def test_each_line_sets_one(tmp_path: Path) -> None:
    load(tmp_path, "busybox=/store/busybox\nflags=a=b c")
    assert os.environ == {"SET": "before", "busybox": "/store/busybox", "flags": "a=b c"}


def test_one_that_is_set_stays(tmp_path: Path) -> None:
    load(tmp_path, "SET=other\n")
    assert os.environ == {"SET": "before"}


def test_there_may_be_none(tmp_path: Path) -> None:
    load(tmp_path, "")
    assert os.environ == {"SET": "before"}
