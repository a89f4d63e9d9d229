"""Copies of the checkout, edited without touching the original."""

import shutil
from pathlib import Path
from uuid import uuid4

_NOT_SOURCES = (".git", "__pycache__", ".*_cache", ".venv", "*.egg-info", "build", "dist")
_EDIT = "# edit "


def copy(root: Path, to: Path) -> Path:
    """Copy the sources of the checkout at `root` to the new directory `to`, and return that."""
    shutil.copytree(root, to, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
    return to


def edit(directory: Path) -> None:
    """Append a unique comment to a module of the member in `directory`.

    The module is `api.py` where there is one, otherwise `__init__.py`.
    """
    package = directory / directory.name
    module = package / "api.py"
    if not module.is_file():
        module = package / "__init__.py"
    lines = [line for line in module.read_text().splitlines() if not line.startswith(_EDIT)]
    module.write_text("\n".join([*lines, f"{_EDIT}{uuid4()}", ""]))
