import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from backend_common.core import imports


@pytest.fixture
def thawed() -> Iterator[None]:
    """Let the collector look at everything again, before and afterwards."""
    gc.unfreeze()
    yield
    gc.unfreeze()


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A module that notes whether the collector ran while it was imported."""
    (tmp_path / "noting.py").write_text("import gc\ncollects = gc.isenabled()\nthings = [[], {}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "noting"
    sys.modules.pop("noting", None)


@pytest.mark.usefixtures("thawed")
def test_the_collector_leaves_what_was_imported_alone(module: str) -> None:
    with imports.kept():
        noting = __import__(module)
    assert not noting.collects
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    assert not [found for found in gc.get_objects() if found is noting.things]


@pytest.mark.usefixtures("thawed")
def test_nothing_is_kept_where_nothing_was_imported() -> None:
    with imports.kept():
        __import__("gc")
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("thawed")
def test_a_collector_that_was_off_stays_off(module: str) -> None:
    gc.disable()
    try:
        with imports.kept():
            __import__(module)
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.usefixtures("thawed")
def test_an_import_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(ModuleNotFoundError), imports.kept():
        __import__("no_such_module")
    assert gc.isenabled()
