"""An environment's directories have the bytecode of the modules that are in them."""

from pathlib import Path

import pytest
from bytecode import compile_all_levels
from link_bytecode import link_bytecode


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """A part with a module that compiles and one that does not."""
    part = tmp_path / "part"
    part.mkdir()
    (part / "sample.py").write_text("")
    (part / "broken.py").write_text("def")
    assert compile_all_levels(str(part / "sample.py"))
    return part


@pytest.fixture
def out(tmp_path: Path, part: Path) -> Path:
    """An environment that links to the modules of the part."""
    out = tmp_path / "out"
    (out / "package").mkdir(parents=True)
    for name in ("sample.py", "broken.py"):
        (out / "package" / name).symlink_to(part / name)
    return out


def test_bytecode_comes_from_where_the_module_does(out: Path, part: Path) -> None:
    link_bytecode(out)
    (link,) = (out / "package/__pycache__").iterdir()
    assert link.readlink() == part / "__pycache__/sample.cpython-311.pyc"


def test_directories_of_parts_are_left_alone(out: Path, part: Path) -> None:
    (out / "owned").symlink_to(part)
    before = sorted(part.rglob("*"))
    link_bytecode(out)
    assert sorted(part.rglob("*")) == before


def test_modules_of_the_environment_are_compiled(out: Path) -> None:
    (out / "bin").mkdir()
    (out / "bin/own.py").write_text("")
    link_bytecode(out)
    assert {path.name for path in (out / "bin/__pycache__").iterdir()} == {
        f"own.cpython-311{level}.pyc" for level in ("", ".opt-1", ".opt-2")
    }


def test_a_module_of_the_environment_that_does_not_compile(
    out: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (out / "own.py").write_text("def")
    with pytest.raises(SystemExit) as raised:
        link_bytecode(out)
    assert str(raised.value) == f"error: {out}/own.py does not compile (see above)"
    assert "own.py does not compile: " in capfd.readouterr().out
