"""Nix's commands for flakes, which read neither the environment nor apt's configuration."""

import subprocess
from pathlib import Path
from typing import Any

from toolchain import environment, evaluate

_MIRROR = '(import ./nix/platform/debian/mirror.nix { codename = "bookworm"; }).url'
OPTIONS = [
    *["--extra-experimental-features", "nix-command flakes"],
    *["--option", "eval-cache", "false", "--offline"],
]
"""Options of every command: failures are not cached, and the registry of flakes is not asked."""


def nix(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of `nix` in a directory."""
    return subprocess.run(
        ["nix", *OPTIONS, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
    )


def succeed(*arguments: str | Path, cwd: Path) -> str:
    """Run a command of `nix`, and return its output. Raises AssertionError if it fails."""
    done = nix(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fail(*arguments: str | Path, cwd: Path) -> str:
    """Run a command of `nix`, and return its errors. Raises AssertionError if it succeeds."""
    done = nix(*arguments, cwd=cwd)
    assert done.returncode != 0, done.stdout
    return done.stderr


def override(name: str, path: Path) -> list[str]:
    """Return the options that give a flake another input, a file or directory."""
    return ["--override-input", name, f"path:{path}"]


def mirror(directory: Path) -> Path:
    """Write the base URL of this machine's Debian mirror into a file in a directory."""
    url: Any = evaluate(_MIRROR)
    file = directory / "mirror"
    file.write_text(f"{url}\n")
    return file
