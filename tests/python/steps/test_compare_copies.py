"""Copies of a member's files are compared with its wheel."""

from pathlib import Path

import pytest
from compare_copies import differences, main
from prefix import SITE_PACKAGES


def put(prefix: Path, name: str, text: str = "", mode: int = 0o644) -> None:
    path = prefix / SITE_PACKAGES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def test_the_same_files_in_several_copies(tmp_path: Path) -> None:
    for name, copy in {"a/__init__.py": "one", "a/b.py": "two"}.items():
        put(tmp_path / "wheel/code", name)
        put(tmp_path / copy, name)
    put(tmp_path / "one", "a/__pycache__/b.cpython-311.pyc")
    assert list(differences(tmp_path / "wheel", [tmp_path / "one", tmp_path / "two"])) == []


def test_each_difference_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "wheel/code", "a/made.py")
    put(tmp_path / "copy", "a/more.txt")
    for place, text, mode in (("wheel/code", "1", 0o644), ("copy", "2", 0o755)):
        put(tmp_path / place, "a/other.py", text)
        put(tmp_path / place, "a/run.sh", mode=mode)
    variables = {"wheel": tmp_path / "wheel", "copies": tmp_path / "copy", "out": tmp_path / "out"}
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    main()
    assert (tmp_path / "out").read_text().splitlines() == [
        "a/made.py is in the wheel alone",
        "a/more.txt is not in the wheel",
        "a/other.py has another content in the wheel",
        "a/run.sh is executable in one of them alone",
    ]
