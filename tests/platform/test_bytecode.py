"""Bytecode for the store is reproducible and never checked again."""

import importlib.util
import struct
from pathlib import Path

import pytest
from bytecode import MANY, compile_tree


def test_bytecode_is_unchecked_and_by_hash(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text("answer = 42\n")
    assert compile_tree(tmp_path)
    bytecode = Path(importlib.util.cache_from_source(str(tmp_path / "sample.py"))).read_bytes()
    # PEP 552: the lowest bit says "by hash", the next one "check the source".
    assert struct.unpack("<I", bytecode[4:8]) == (0b01,)


def test_bytecode_does_not_depend_on_the_time(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text("answer = 42\n")
    cache = Path(importlib.util.cache_from_source(str(tmp_path / "sample.py")))
    compile_tree(tmp_path)
    first = cache.read_bytes()
    cache.unlink()
    (tmp_path / "sample.py").touch()
    compile_tree(tmp_path)
    assert cache.read_bytes() == first


def test_test_suites_are_left_out(tmp_path: Path) -> None:
    suite = tmp_path / "package/tests/test_sample.py"
    suite.parent.mkdir(parents=True)
    suite.write_text("")
    assert compile_tree(tmp_path)
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_module_that_does_not_compile_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text("def broken(:\n")
    assert not compile_tree(tmp_path)
    assert "broken.py" in capfd.readouterr().out


@pytest.mark.parametrize("text", ["x = " + "-" * 100_000 + "1", "x = 1" + " + 1" * 20_000])
def test_a_module_that_is_too_deep_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "deep.py").write_text(text)
    assert not compile_tree(tmp_path)
    assert "deep.py does not compile: " in capfd.readouterr().out


def test_many_modules_are_all_compiled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number in range(MANY):
        (tmp_path / f"module{number}.py").write_text(f"answer = {number}")
    assert compile_tree(tmp_path)
    assert len(list(tmp_path.glob("__pycache__/*.pyc"))) == MANY
    for broken in ("module0.py", "module1.py"):  # in the order of names, so one in each process
        (tmp_path / broken).write_text("def")
        assert not compile_tree(tmp_path)
        assert broken in capfd.readouterr().out
        (tmp_path / broken).write_text("")
