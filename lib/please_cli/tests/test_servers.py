"""Servers to run with; tests/please of the repository goes on, where there is a platform."""

from pathlib import Path

from please_cli import servers
from please_cli.workspace import Member


def test_none_unless_asked_for(tmp_path: Path) -> None:
    assert servers.choose(tmp_path, "") == []
    assert servers.choose(tmp_path, " , ") == []
    assert servers.start(tmp_path, Member(tmp_path / "src/shop", "service"), []) == {}
