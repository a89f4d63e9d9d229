"""Bytecode for the store is reproducible and never checked again."""

import importlib.util
import os
import struct
from pathlib import Path

import pytest
from bytecode import FAILED, MANY, PROCESSES, compile_all_levels, compile_tree


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


def test_bytecode_may_be_moved_to_another_store_path(tmp_path: Path) -> None:
    # Without the sandbox Nix does that to what it builds again, in all files alike.
    here, there = b"/nix/store/aaaa-python", b"/nix/store/bbbb-python"
    cache = Path(importlib.util.cache_from_source(str(tmp_path / "sample.py")))
    made = []
    for prefix in (here, there):
        (tmp_path / "sample.py").write_bytes(b"prefix = '" + prefix + b"'\n")
        assert compile_tree(tmp_path, prefix.decode())
        made.append(cache.read_bytes())
    assert made[0].replace(here, there) == made[1]


@pytest.mark.parametrize("name", ["package/tests/test_sample.py", "share/a/b.py", "bin/run.py"])
def test_every_directory_is_compiled(tmp_path: Path, name: str) -> None:
    module = tmp_path / name
    module.parent.mkdir(parents=True)
    module.write_text("")
    assert compile_tree(tmp_path)
    assert Path(importlib.util.cache_from_source(str(module))).is_file()


def test_tracebacks_have_the_path_of_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/sample_with_path.py").write_text("def f():\n    pass\n")
    assert compile_tree(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "package")
    module = importlib.import_module("sample_with_path")
    assert module.f.__code__.co_filename == str(tmp_path / "package/sample_with_path.py")


def test_a_module_for_all_levels_of_optimization(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text("'Text.'\nassert __debug__\n")
    assert compile_all_levels(str(tmp_path / "sample.py"))
    for level in ("", 1, 2):
        cache = importlib.util.cache_from_source(str(tmp_path / "sample.py"), optimization=level)
        assert (b"Text." in Path(cache).read_bytes()) == (level != 2)


def test_a_module_that_does_not_compile_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text("def broken(:\n")
    assert not compile_tree(tmp_path)
    assert "broken.py" in capfd.readouterr().out


@pytest.mark.parametrize("text", ["x = " + "-" * 100_000 + "1", "x = 1" + " + 1" * 20_000])
def test_a_module_that_is_too_deep_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "deep.py").write_text(text)
    assert not compile_tree(tmp_path)
    assert "deep.py does not compile: " in capfd.readouterr().out


@pytest.mark.parametrize(("count", "children"), [(MANY - 1, 0), (MANY, PROCESSES - 1)])
def test_many_modules_are_shared_among_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, children: int
) -> None:
    forks: list[int] = []
    fork = os.fork

    def counted() -> int:
        forks.append(os.getpid())
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    for number in range(count):
        (tmp_path / f"module{number}.py").write_text(f"answer = {number}")
    assert compile_tree(tmp_path)
    assert len(list(tmp_path.glob("__pycache__/*.pyc"))) == count
    assert len(forks) == children


@pytest.mark.parametrize("broken", ["module0.py", "module1.py"])
def test_each_process_tells_what_does_not_compile(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], broken: str
) -> None:
    for number in range(MANY):
        (tmp_path / f"module{number}.py").touch()
    (tmp_path / broken).write_text("def")  # the first two, in the order of names
    assert not compile_tree(tmp_path)
    assert broken in capfd.readouterr().out


def test_a_process_that_cannot_write_fails_the_build(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(MANY):
        (tmp_path / f"module{number}.py").touch()
    # A directory in the way of what the second process writes first.
    cache = Path(importlib.util.cache_from_source(str(tmp_path / "module1.py")))
    cache.mkdir(parents=True)
    with pytest.raises(ChildProcessError) as raised:
        compile_tree(tmp_path)
    assert str(raised.value) == f"{tmp_path} could not be compiled (see above): [{FAILED}]"
    assert f"Is a directory: '{cache}'" in capfd.readouterr().err
