"""A checkout of a few members, for all tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write() -> Write:
    """Write text to a file, whose directories are made."""

    def write(path: Path, text: str = "") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def checkout(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library with a pyproject.toml, a service with a setup.py; PLEASE_ROOT names it."""
    root = tmp_path / "checkout"
    write(root / "lib/paint/pyproject.toml", '[project]\nname = "paint"\ndescription = "Colours"\n')
    write(root / "src/door_bell/setup.py", "setup(name='door_bell', description='Rings')\n")
    write(root / "src/notes.txt")
    (root / "src/empty").mkdir()
    monkeypatch.setenv("PLEASE_ROOT", str(root))
    return root
