from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from please_cli.lock.__main__ import main, summary

ROOT = """
[project]
name = "services"
version = "0"
requires-python = "==3.11.*"
[dependency-groups]
lint = ["brush"]
[tool.uv]
package = false
"""


@pytest.fixture
def root(tmp_path: Path, index: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "work"
    root.mkdir()
    (root / "pyproject.toml").write_text(ROOT)
    index.wheel("brush", "1.0")
    monkeypatch.setenv("PLEASE_ROOT", str(root))
    return root


def lock(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_lock(root: Path, index: Any) -> None:
    first = lock()
    assert first.exit_code == 0
    assert first.stdout == "+ brush 1.0\n+ services 0\nnix/lock/python.json: 2 packages moved\n"
    before = (root / "nix/lock/python.json").read_bytes()
    index.wheel("brush", "2.0")
    assert lock().stdout == "nix/lock/python.json: unchanged\n"
    assert lock("--check").exit_code == 0
    assert (root / "nix/lock/python.json").read_bytes() == before
    moved = lock("--upgrade", "brush")
    assert moved.stdout == "  brush 1.0 -> 2.0\nnix/lock/python.json: 1 package moved\n"


def test_check_writes_nothing(root: Path) -> None:
    result = lock("--check")
    assert result.exit_code == 1
    assert result.stderr == (
        f"error: {root}/nix/lock/python.json is out of date; run `./please lock`\n"
    )
    assert not (root / "nix").exists()


@pytest.mark.usefixtures("root")
def test_one_lock_at_a_time() -> None:
    result = lock("--platform", "--upgrade", "brush")
    assert result.exit_code == 2
    assert "--platform locks Debian packages and --upgrade moves a Python package" in result.stderr


def test_summary() -> None:
    assert summary(changed=True, moved=0) == "no package moved, but what is known of them"
