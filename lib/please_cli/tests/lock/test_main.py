from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from please_cli.lock.__main__ import main, other_pythons, summary

ROOT = """
[project]
name = "services"
version = "0"
"""
DOOR = """
[project]
name = "door"
version = "1.0"
dependencies = ["brush", "comb"]
"""
LOCK = "nix/lock/python/default.json"
MEMBER = "nix/lock/members/door.json"


@pytest.fixture
def root(
    platform: Path, index: Any, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    write(platform / "pyproject.toml", ROOT)
    write(platform / "src/door/pyproject.toml", DOOR)
    index.wheel("brush", "1.0")
    index.wheel("comb", "1.0")
    monkeypatch.setenv("PLEASE_ROOT", str(platform))
    return platform


def lock(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def content(root: Path) -> dict[str, bytes]:
    """Return the files of the Python lock."""
    files = [path for path in (root / "nix/lock").rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_lock(root: Path, index: Any) -> None:
    first = lock()
    assert first.exit_code == 0
    assert first.stdout == (
        f"+ brush 1.0\n+ comb 1.0\n{LOCK}: 2 packages changed\n"
        f"+ door 1.0\n{MEMBER}: 1 package changed\n"
    )
    before = content(root)
    assert set(before) == {LOCK, MEMBER, "nix/lock/debian/bookworm.json"}
    index.wheel("brush", "2.0")
    assert lock().stdout == "nix/lock: up to date\n"
    assert lock("--check").exit_code == 0
    assert content(root) == before
    moved = lock("--upgrade", "brush")
    assert moved.stdout == f"  brush 1.0 -> 2.0\n{LOCK}: 1 package changed\n"


@pytest.mark.parametrize(
    ("arguments", "moved"),
    [
        (["--upgrade"], ["brush", "comb"]),
        (["--upgrade", "brush"], ["brush"]),
        (["--upgrade", "brush", "--upgrade", "comb"], ["brush", "comb"]),
        (["--upgrade=comb"], ["comb"]),
        ([], []),
    ],
)
def test_upgrades(root: Path, index: Any, arguments: list[str], moved: list[str]) -> None:
    lock()
    before = content(root)
    index.wheel("brush", "2.0")
    index.wheel("comb", "2.0")
    printed = [f"  {name} 1.0 -> 2.0" for name in moved]
    dry = lock("--dry-run", *arguments)
    assert dry.exit_code == 0
    assert dry.stdout.splitlines()[: len(moved)] == printed
    assert dry.stdout.endswith("nothing is written (--dry-run)\n") == bool(moved)
    assert content(root) == before
    assert lock(*arguments).stdout.splitlines()[: len(moved)] == printed
    assert (content(root) == before) == (not moved)


def test_check_writes_nothing(root: Path) -> None:
    before = content(root)
    result = lock("--check")
    assert result.exit_code == 1
    assert result.stderr == f"error: out of date: {LOCK}, {MEMBER}; run `./please lock`\n"
    assert content(root) == before


def test_a_member_that_is_gone(root: Path) -> None:
    lock()
    (root / "src/door/pyproject.toml").unlink()
    assert lock("--check").stderr == f"error: out of date: {LOCK}, {MEMBER}; run `./please lock`\n"
    assert lock().stdout == (
        f"- brush 1.0\n- comb 1.0\n{LOCK}: 2 packages changed\n{MEMBER}: removed\n"
    )
    assert not (root / MEMBER).exists()


def test_a_lock_in_one_file_is_replaced(root: Path, index: Any, write: Callable[..., Path]) -> None:
    old = '{"packages": {"brush": {"version": "1.0"}, "door": {"local": "src/door"}}}\n'
    write(root / "nix/lock/python.json", old)
    index.wheel("brush", "2.0")
    result = lock()
    assert result.stdout == (
        f"+ comb 1.0\n{LOCK}: 1 package changed\n"
        f"+ door 1.0\n{MEMBER}: 1 package changed\nnix/lock/python.json: removed\n"
    )
    assert set(content(root)) == {LOCK, MEMBER, "nix/lock/debian/bookworm.json"}


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(option: str) -> None:
    result = lock(option)
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: please lock [OPTIONS]\n")


def test_one_lock_at_a_time() -> None:
    result = lock("--platform", "--upgrade", "brush")
    assert result.exit_code == 2
    assert "--platform locks Debian packages and --upgrade moves a Python package" in result.stderr


def test_a_release_that_is_not_there(root: Path, write: Callable[..., Path]) -> None:
    write(root / "nix/platform/releases/trixie.toml")
    result = lock("--platform", "woody")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: there is no release woody, only trixie (nix/platform/releases); correct the name\n"
    )


def test_a_lock_for_another_python_than_the_platforms(
    root: Path, write: Callable[..., Path]
) -> None:
    lock()
    assert list(other_pythons(root)) == []
    platform = root / "nix/lock/debian/bookworm.json"
    write(platform, platform.read_text().replace("3.11.2-6", "3.11.9-1"))
    assert list(other_pythons(root)) == [
        f"{LOCK} is for Python 3.11.2, the platform has 3.11.9: run `./please lock`"
    ]
    assert lock("--check").exit_code == 1
    assert lock().stdout.startswith(f"{LOCK}: no version changed, only metadata\n")
    assert list(other_pythons(root)) == []


def test_summary() -> None:
    assert summary(0) == "no version changed, only metadata"
    assert summary(1) == "1 package changed"
