"""What an environment does at its start is a part of it, compiled."""

from pathlib import Path

import install_startup
import pytest
from prefix import SITE_PACKAGES


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output of the step, which is given a package of two modules."""
    (tmp_path / "here").mkdir()
    (tmp_path / "package").write_text("11 0\n__init__.py9 0\nchange.py")
    (tmp_path / "guard.py").touch()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("package", str(tmp_path / "package"))
    monkeypatch.setenv("readOnlyStore", str(tmp_path / "guard.py"))
    monkeypatch.setenv("out", str(tmp_path / "out"))
    return tmp_path / "out"


def test_it_is_compiled_for_what_may_import_it(out: Path) -> None:
    install_startup.main()
    package = out / SITE_PACKAGES / "environment_startup"
    assert {path.name for path in package.glob("*.py")} == {
        "__init__.py",
        "change.py",
        "read_only_store.py",
    }
    assert {path.name for path in package.glob("__pycache__/*")} == {
        "change.cpython-311.pyc",
        *(
            f"{module}.cpython-311{level}.pyc"
            for module in ("__init__", "read_only_store")
            for level in ("", ".opt-1", ".opt-2")
        ),
    }


def test_a_module_that_does_not_compile(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out.parent / "package").write_text("11 0\n__init__.py9 3\nchange.pydef")
    with pytest.raises(SystemExit) as raised:
        install_startup.main()
    assert str(raised.value) == (
        "error: a module of the environment's start does not compile (see above)"
    )
    assert "change.py" in capsys.readouterr().out
