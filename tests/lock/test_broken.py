"""A lock that the command line tool cannot be built from, and the way out of that."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from checkout import edit
from toolchain import ROOT, build, environment

pytestmark = pytest.mark.builds

LOCK = Path("nix/lock/python/tools.json")
STALE = (
    "nix/lock/members/please-cli.json is older than lib/please_cli: it does not know toposort. "
    "Run ./please lock."
)
WAY_OUT = (
    "python3 -m venv .venv && .venv/bin/pip install -e 'lib/please_cli[lock]' && "
    ".venv/bin/please lock"
)


@pytest.fixture
def stale(checkout: Path) -> Path:
    """A checkout whose command line tool asks for a package that is not locked."""
    shutil.copy(ROOT / "please", checkout)
    edit(
        checkout / "lib/please_cli/pyproject.toml",
        "dependencies = [",
        'dependencies = [\n  "toposort",',
    )
    return checkout


def run(*command: str | Path, root: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with a checkout as the one that it is about."""
    return subprocess.run(
        command,
        env=environment() | {"PLEASE_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_script_names_the_way_out(stale: Path) -> None:
    done = run("/bin/sh", stale / "please", "list", root=stale)
    assert done.returncode == 1
    assert f"error: {STALE}\n" in done.stderr
    assert f"Where that is in the way, make it without Nix: {WAY_OUT} (README.md" in done.stderr


@pytest.mark.parametrize(
    ("path", "said", "is_for_pip"),
    [
        ("nix/lock", "there is no lock: restore it (git checkout HEAD -- nix/lock), then", False),
        ("nix/lock/python", "nix/lock/python has no lock of a resolve: restore it (git", True),
        ("nix/lock/members/please-cli.json", "lib/please_cli is not in the lock: run", True),
        (
            "nix/lock/debian/bookworm.json",
            "nix/lock/debian/bookworm.json does not exist: restore it (git",
            False,
        ),
    ],
)
def test_a_lost_lock(checkout: Path, path: str, said: str, *, is_for_pip: bool) -> None:
    shutil.copy(ROOT / "please", checkout)
    lost = checkout / path
    lost.rename(checkout / "lost")
    done = run("/bin/sh", checkout / "please", "lock", root=checkout)
    assert done.returncode == 1
    assert said in done.stderr
    assert (WAY_OUT in done.stderr) == is_for_pip


def test_pip_does_not_repair_a_broken_lock_of_the_platform(checkout: Path) -> None:
    lock = checkout / "nix/lock/debian/bookworm.json"
    lock.write_text(lock.read_text()[:-100])
    done = run(build("please_cli") / "bin/please", "lock", root=checkout)
    assert done.returncode == 1
    assert "nix/lock/debian/bookworm.json is not a lock (cut short" in done.stderr
    assert WAY_OUT not in done.stderr


def test_please_lock_names_the_way_out(stale: Path) -> None:
    done = run(build("please_cli") / "bin/please", "lock", root=stale)
    assert done.returncode == 1
    assert f"error: please-cli-check: {STALE}\n" in done.stderr
    assert f"make it without Nix:\n{WAY_OUT}\n" in done.stderr


def test_the_readme_has_the_way_out() -> None:
    assert f"\n    {WAY_OUT}\n" in (ROOT / "README.md").read_text()


def test_please_lock_without_nix(stale: Path) -> None:
    # Where the extra `lock` is at hand, from Nix here as from pip there, nothing is built.
    please = build("please_cli.extras.lock") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(stale), "PATH": os.devnull}
    done = subprocess.run(
        [please, "lock"], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("+ toposort ")
    member = "nix/lock/members/please-cli.json"
    assert rest == [f"{LOCK}: 1 package changed", f"{member}: no version changed, only metadata"]
    assert run("/bin/sh", stale / "please", "list", root=stale).returncode == 0
