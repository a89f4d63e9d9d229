"""`please lock` over the real workspace, with the machine's own package index."""

import subprocess
from pathlib import Path

import pytest
from checkout import edit
from toolchain import build, environment

pytestmark = pytest.mark.builds

LOCK = Path("nix/lock/python/default.json")


def lock(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(checkout)}
    return subprocess.run(
        [please, "lock", *arguments], env=variables, capture_output=True, text=True, check=False
    )


def content(checkout: Path) -> dict[Path, bytes]:
    """Return the files of the lock."""
    return {path: path.read_bytes() for path in (checkout / "nix/lock").rglob("*.json")}


def test_a_relock_changes_nothing(checkout: Path) -> None:
    before = content(checkout)
    done = lock(checkout)
    assert (done.returncode, done.stdout) == (0, "nix/lock: up to date\n"), done.stderr
    assert content(checkout) == before


def test_a_new_requirement_moves_nothing_else(checkout: Path) -> None:
    manifest = checkout / "src/tokens/pyproject.toml"
    edit(manifest, "dependencies = [", 'dependencies = [\n  "toposort",')
    assert lock(checkout, "--check").returncode == 1
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("+ toposort ")
    member = "nix/lock/members/tokens.json"
    assert rest == [f"{LOCK}: 1 package changed", f"{member}: no version changed, only metadata"]


def test_a_conflict_leaves_the_lock_alone(checkout: Path) -> None:
    before = content(checkout)
    edit(
        checkout / "src/tokens/pyproject.toml", "dependencies = [", 'dependencies = [\n  "flask<3",'
    )
    done = lock(checkout)
    assert done.returncode == 1
    assert (
        "error: the resolve default: no versions satisfy the requirements of tokens; change one of "
        "those that uv names below"
    ) in done.stderr
    assert content(checkout) == before
