"""Running the tests of an extension."""

import os
from pathlib import Path

import pytest

from . import suite
from .suite import Suite

FILES = {
    "tests/support/settings_tables.py": "",
    "tests/conftest.py": (
        "def pytest_addoption(parser):\n    parser.addoption('--extension', action='append')\n"
    ),
    "tests/test_contract.py": "def test_it():\n    pass\n",
    "tests/test_shop.py": "def test_it():\n    open('order', 'a').write('shop ')\n",
    "tests/test_shop_slow.py": (
        "import time\ndef test_it():\n    time.sleep(0.5)\n    open('order', 'a').write('slow ')\n"
    ),
    "tests/test_shop_stock.py": (
        "import pathlib, time\n\ndef test_it():\n    open('order', 'a').write('stock ')\n"
        "    exec(pathlib.Path('stock.py').read_text())\n"
    ),
    "tests/test_other.py": "def test_it():\n    assert False\n",
    "stock.py": "",
    "needs": "#!/bin/sh\necho $* >> needs.log\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "needs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_that_name_the_changed_module_come_first(root: Path) -> None:
    run = Suite(root, "shop")
    assert run.measure() is None
    assert (root / "order").read_text() == "shop slow stock "
    (root / "order").unlink()
    assert run.failure_with(root / "shop/slow.py") is None
    assert (root / "order").read_text().startswith("slow ")
    (root / "order").unlink()
    (root / "stock.py").write_text("assert False")
    failure = run.failure_with(root / "shop/stock.py")
    assert failure == "FAILED tests/test_shop_stock.py::test_it - AssertionError"
    assert (root / "order").read_text() == "stock "
    assert (root / "needs.log").read_text() == "thaw\nstart\n"


def test_a_failure_without_a_change_is_shown(root: Path) -> None:
    (root / "stock.py").write_text("raise ValueError('sold')")
    failure = Suite(root, "shop").measure()
    assert failure is not None
    assert "ValueError: sold" in failure


def test_a_change_that_never_ends_is_ended(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "PATIENCE", 1.0)
    run = Suite(root, "shop")
    assert run.measure() is None
    (root / "stock.py").write_text("while True:\n    time.sleep(1)")
    failure = run.failure_with(root / "shop/stock.py")
    assert failure is not None
    assert "tests/test_shop_stock.py" in failure
