"""Runs of tests without Nix; tests/ of the repository has it."""

from pathlib import Path

import pytest
from please_cli import testing
from please_cli.errors import UserError


def test_nothing_to_test(tmp_path: Path) -> None:
    assert testing.members(tmp_path, {}) == []


def test_no_nix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for call in (
        lambda: testing.members(tmp_path, {"paint": "paint.tests"}),
        lambda: testing.toolchain(tmp_path),
    ):
        with pytest.raises(UserError, match=r"^nix-build is not on this machine; "):
            call()
