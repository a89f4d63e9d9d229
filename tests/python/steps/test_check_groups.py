"""The groups of the workspace's own manifest are held to the lock."""

import json
from pathlib import Path

import check_groups
import pytest


def check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, declares: dict[str, object]) -> Path:
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\nlint = ["ruff>=0.17"]\n')
    monkeypatch.setenv("manifest", str(tmp_path / "pyproject.toml"))
    monkeypatch.setenv("lock", "nix/lock/python/next.json")
    monkeypatch.setenv("declares", json.dumps(declares))
    monkeypatch.setenv("out", str(tmp_path / "out"))
    check_groups.main()
    return tmp_path / "out"


def test_nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = check(monkeypatch, tmp_path, {"groups": {"lint": ["ruff>=0.17"]}})
    assert list(out.iterdir()) == []


def test_a_group_that_the_lock_does_not_know(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as raised:
        check(monkeypatch, tmp_path, {"groups": {"lint": ["mypy"]}})
    assert raised.value.code == (
        "error: nix/lock/python/next.json is older than pyproject.toml: it does not know "
        "ruff>=0.17 (group lint) and still has mypy (group lint). Run ./please lock."
    )
