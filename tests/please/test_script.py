"""The script ./please, on machines that have no Nix."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from toolchain import ROOT

PIP = "please: Meanwhile every service works with pip: see 'Without Nix' in README.md.\n"


@pytest.fixture
def machine() -> Iterator[Path]:
    """A directory that every user can read, with the script, and a search path of few programs."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        root.chmod(0o755)
        shutil.copy(ROOT / "please", root)
        (root / "bin").mkdir()
        for name in ("dirname", "id"):
            install(root, name)
        yield root


def install(machine: Path, name: str) -> None:
    """Put a program of the host on the search path."""
    program = shutil.which(name)
    assert program is not None
    (machine / "bin" / name).symlink_to(program)


def please(machine: Path, user: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run ./please list, as another user if there is one given."""
    return subprocess.run(
        ["/bin/sh", machine / "please", "list"],
        env={"PATH": str(machine / "bin")},
        user=user,
        text=True,
        capture_output=True,
        check=False,
    )


def test_not_debian(machine: Path) -> None:
    result = please(machine)
    assert result.returncode == 1
    assert result.stderr == (
        "please: Nix is not installed, and this is not Debian: install Nix 2.8 or later and a "
        f"static busybox, then run this again.\n{PIP}"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as somebody else")
@pytest.mark.skipif(shutil.which("apt-get") is None, reason="this is not Debian")
def test_debian_without_root(machine: Path) -> None:
    install(machine, "apt-get")
    result = please(machine, user=65534)
    assert result.returncode == 1
    assert result.stderr == (
        "please: Nix is not installed. Ask root to run ./please once, or: apt-get install "
        f"nix-bin busybox-static\n{PIP}"
    )
