"""Copies of the checkout, for the tests that edit it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolchain import ROOT

FILES = ["README.md", "default.nix", "pyproject.toml", "release.nix", "shell.nix"]
DIRECTORIES = ["docs", "lib", "nix", "src", "tests"]
# What tools leave in a checkout.
IGNORED = [".git", "__pycache__", "*.egg-info", ".*_cache", ".venv", "result", "result-*"]
LOCK = Path("nix/lock/python.json")


def copy(target: Path) -> Path:
    """Copy the checkout, without what belongs to this machine, to a new directory; return that."""
    target.mkdir()
    ignore = shutil.ignore_patterns(*IGNORED)
    for name in FILES:
        shutil.copyfile(ROOT / name, target / name)
    for name in DIRECTORIES:
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    return target


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file. Raises ValueError if there is none."""
    text = path.read_text()
    if old not in text:
        raise ValueError(f"{path} does not contain {old!r}")
    path.write_text(text.replace(old, new, 1))


def append(path: Path, text: str) -> None:
    """Add text to the end of a file, which may be a new one."""
    with path.open("a") as file:
        file.write(text)


def edit_lock(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let a function change the packages of a checkout's Python lock."""
    lock = json.loads((root / LOCK).read_text())
    change(lock["packages"])
    (root / LOCK).write_text(json.dumps(lock, indent=1) + "\n")
