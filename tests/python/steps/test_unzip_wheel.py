"""The wheel that all others are installed with is unzipped."""

from pathlib import Path

import pytest
import unzip_wheel
from wheels import wheel


def unzip(directory: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> Path:
    """Run the step on a wheel with one module and return where it went."""
    built = wheel(directory, "installer", {"installer/__init__.py": content})
    monkeypatch.setenv("wheel", str(built))
    monkeypatch.setenv("out", str(directory / "out"))
    unzip_wheel.main()
    return directory / "out"


def test_the_content_is_importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = unzip(tmp_path, monkeypatch, "answer = 42\n")
    assert (out / "installer/__init__.py").read_text() == "answer = 42\n"
    assert (out / "installer/__pycache__/__init__.cpython-311.pyc").is_file()


def test_a_broken_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="the wheel of installer does not compile"):
        unzip(tmp_path, monkeypatch, "def broken(:\n")
