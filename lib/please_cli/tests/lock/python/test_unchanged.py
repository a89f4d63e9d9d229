"""What is not resolved again, with the real uv."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from please_cli.lock import document
from please_cli.lock.python import locking, resolver, unchanged
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.upgrades import EVERYTHING

Write = Callable[..., Path]
Locks = Callable[..., tuple[Lock, list[str]]]

ROOT = """
[project]
name = "services"
version = "0"
requires-python = "==3.11.*"
[tool.services.resolves.next]
"""
MEMBER = """
[project]
name = "{}"
version = "1"
dependencies = ["brush"]
[tool.services]
resolve = "{}"
"""


@pytest.fixture
def root(platform: Path, write: Write, index: Any) -> Path:
    """A workspace with a service in each of two resolves."""
    index.wheel("brush", "1.0")
    write(platform / "pyproject.toml", ROOT)
    write(platform / "src/door/pyproject.toml", MEMBER.format("door", "default"))
    write(platform / "src/wall/pyproject.toml", MEMBER.format("wall", "next"))
    return platform


@pytest.fixture
def lock(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Locks:
    """Lock; return the lock, and the names of the resolves for which uv was run."""
    run = resolver.resolve

    def lock(before: Lock, *upgrades: str, marks: Path | None = tmp_path / "marks") -> Any:
        resolved = []

        def resolve(root: Path, wanted: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
            resolved.append(wanted.name)
            return run(root, wanted, *arguments, **options)

        monkeypatch.setattr(resolver, "resolve", resolve)
        return locking.lock(root, before, upgrades, marks=marks), sorted(resolved)

    return lock


def text(lock: Lock) -> str:
    return "".join(document.render(content, file.levels) for file, content in lock.files().items())


def test_only_what_changed_is_resolved(root: Path, lock: Locks, write: Write) -> None:
    first, resolved = lock(Lock())
    assert resolved == ["default", "next"]
    second, resolved = lock(first)
    assert (resolved, text(second)) == ([], text(first))
    write(root / "src/wall/pyproject.toml", MEMBER.format("wall", "next").replace('h"', 'h>=1"'))
    third, resolved = lock(second)
    assert resolved == ["next"]
    assert third.members["wall"]["declares"]["requires"] == ["brush>=1"]
    assert lock(third)[1] == []
    # Back again, as by another branch.
    write(root / "src/wall/pyproject.toml", MEMBER.format("wall", "next"))
    assert lock(second)[1] == []


def test_a_member_that_joins_or_leaves(root: Path, lock: Locks, write: Write) -> None:
    first, _ = lock(Lock())
    path = write(root / "src/gate/pyproject.toml", MEMBER.format("gate", "next"))
    second, resolved = lock(first)
    assert "next" in resolved
    path.unlink()
    third, resolved = lock(second)
    assert "next" in resolved
    assert text(third) == text(first)


def test_settings_of_the_workspace(root: Path, lock: Locks, write: Write) -> None:
    first, _ = lock(Lock())
    write(root / "pyproject.toml", f'{ROOT}[tool.uv]\nconstraint-dependencies = ["brush<2"]\n')
    assert lock(first)[1] == ["default", "next"]


def test_a_lock_that_was_edited(lock: Locks) -> None:
    first, _ = lock(Lock())
    brush = first.resolves["next"]["packages"]["brush"]
    edited = {**first.resolves["next"], "packages": {"brush": {**brush, "requires": ["comb"]}}}
    second, resolved = lock(replace(first, resolves={**first.resolves, "next": edited}))
    assert (resolved, text(second)) == (["next"], text(first))


def test_upgrades_are_resolved(lock: Locks, index: Any) -> None:
    first, _ = lock(Lock())
    index.wheel("brush", "2.0")
    assert lock(first)[1] == []
    second, resolved = lock(first, "brush")
    assert resolved == ["default", "next"]
    assert second.packages("next")["brush"]["version"] == "2.0"
    assert lock(first, EVERYTHING)[1] == ["default", "next"]


def test_without_marks(lock: Locks) -> None:
    first, _ = lock(Lock(), marks=None)
    assert lock(first, marks=None)[1] == ["default", "next"]


def test_a_cache_that_cannot_be_written(lock: Locks, write: Write, tmp_path: Path) -> None:
    file = write(tmp_path / "file", "")
    first, _ = lock(Lock(), marks=file / "marks")
    assert lock(first, marks=file / "marks")[1] == ["default", "next"]


def test_there_is_a_bound(lock: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "MOST", 2)
    for name in "abc":
        (tmp_path / "marks").mkdir(exist_ok=True)
        (tmp_path / "marks" / name).touch()
    first, _ = lock(Lock())
    assert len(list((tmp_path / "marks").iterdir())) == 2
    assert lock(first)[1] == []


def test_where_the_marks_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert unchanged.directory() == tmp_path / "services/locked"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert unchanged.directory() == tmp_path / ".cache/services/locked"
