"""`please lock` over the real workspace, with the machine's own package index."""

import subprocess
from pathlib import Path

import pytest
from checkout import edit
from toolchain import build, environment

pytestmark = pytest.mark.builds

LOCK = Path("nix/lock/python.json")


def lock(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(checkout)}
    return subprocess.run(
        [please, "lock", *arguments], env=variables, capture_output=True, text=True, check=False
    )


def test_a_relock_changes_nothing(checkout: Path) -> None:
    before = (checkout / LOCK).read_bytes()
    done = lock(checkout)
    assert (done.returncode, done.stdout) == (0, f"{LOCK}: unchanged\n"), done.stderr
    assert (checkout / LOCK).read_bytes() == before


def test_a_new_requirement_moves_nothing_else(checkout: Path) -> None:
    manifest = checkout / "src/tokens/pyproject.toml"
    edit(manifest, "dependencies = [", 'dependencies = [\n  "toposort",')
    assert lock(checkout, "--check").returncode == 1
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("+ toposort ")
    assert rest == [f"{LOCK}: 1 package moved"]


def test_a_conflict_leaves_the_lock_alone(checkout: Path) -> None:
    before = (checkout / LOCK).read_bytes()
    edit(
        checkout / "src/tokens/pyproject.toml", "dependencies = [", 'dependencies = [\n  "flask<3",'
    )
    done = lock(checkout)
    assert done.returncode == 1
    assert "error: no versions satisfy all manifests; change the one that uv names" in done.stderr
    assert (checkout / LOCK).read_bytes() == before
