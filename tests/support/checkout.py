"""Copies of the checkout, for the tests that edit it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolchain import ROOT

FILES = [
    "README.md",
    "default.nix",
    "flake.lock",
    "flake.nix",
    "pyproject.toml",
    "release.nix",
    "shell.nix",
]
DIRECTORIES = ["docs", "lib", "nix", "src", "tests"]
# What tools leave in a checkout.
IGNORED = [".git", "__pycache__", "*.egg-info", ".*_cache", ".venv", "result", "result-*"]
LOCK = Path("nix/lock/python/default.json")


def copy(target: Path) -> Path:
    """Copy the checkout, without what belongs to this machine, to a new directory; return that."""
    target.mkdir()
    ignore = shutil.ignore_patterns(*IGNORED)
    for name in FILES:
        shutil.copyfile(ROOT / name, target / name)
    for name in DIRECTORIES:
        shutil.copytree(ROOT / name, target / name, ignore=ignore, symlinks=True)
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


# What a member's file has for each resolve.
_OF_A_RESOLVE = {"requires", "extras", "groups"}


def edit_lock(
    root: Path, change: Callable[[dict[str, Any]], object], resolve: str = "default"
) -> None:
    """Let a function change the packages of a resolve in a checkout's lock.

    Its members are among them, and `services`, which has the workspace's groups.
    """
    file = root / f"nix/lock/python/{resolve}.json"
    lock = json.loads(file.read_text())
    members = {
        path.stem: json.loads(path.read_text()) for path in (root / "nix/lock/members").glob("*")
    }
    here = {name: entry for name, entry in members.items() if resolve in entry["resolves"]}
    merged = {name: {**entry, **entry["resolves"][resolve]} for name, entry in here.items()}
    packages = lock["packages"] | merged | {"services": {"groups": lock["groups"]}}
    change(packages)
    lock["groups"] = packages.pop("services")["groups"]
    for name, member in members.items():
        if name in here:
            changed = packages.pop(name)
            part = {key: changed.pop(key) for key in _OF_A_RESOLVE & changed.keys()}
            changed["resolves"] = {**member["resolves"], resolve: part}
            write_lock(root / f"nix/lock/members/{name}.json", changed)
    lock["packages"] = packages
    write_lock(file, lock)


def write_lock(path: Path, content: object) -> None:
    """Write a file of the lock."""
    path.write_text(json.dumps(content, indent=1) + "\n")
