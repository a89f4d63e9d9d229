"""What many build steps import is compiled once."""

from pathlib import Path

import compile_modules
import pytest


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output of the step, which is given the modules `one` and `two`."""
    for name in ("one", "two"):
        (tmp_path / f"hash-{name}.py").write_text(f"name = {name!r}\n")
    monkeypatch.setenv("modules", f"{tmp_path}/hash-one.py {tmp_path}/hash-two.py")
    monkeypatch.setenv("out", str(tmp_path / "out"))
    return tmp_path / "out"


def test_modules_are_in_one_directory(out: Path) -> None:
    compile_modules.main()
    names = {str(path.relative_to(out)) for path in out.rglob("*.py*")}
    compiled = {f"__pycache__/{name}.cpython-311.pyc" for name in ("one", "two")}
    assert names == {"one.py", "two.py", *compiled}


def test_a_module_that_does_not_compile(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out.parent / "hash-two.py").write_text("def")
    with pytest.raises(SystemExit) as raised:
        compile_modules.main()
    assert str(raised.value) == "error: a module of the build steps does not compile (see above)"
    assert "two.py" in capsys.readouterr().out
