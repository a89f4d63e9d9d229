"""Nix's commands, with the settings that the toolchain needs, as the tests call them."""

import grp
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class NixError(Exception):
    """A command of Nix failed; the message is what it wrote to standard error."""


def settings() -> str:
    """Return a NIX_CONFIG like the one that ./please passes on."""
    busybox = shutil.which("busybox") or "/bin/busybox"
    values = {
        "sandbox": "true",
        "sandbox-paths": f"/bin/sh={busybox}",
        "substituters": "",
        "max-jobs": "auto",
    }
    if "nixbld" not in {group.gr_name for group in grp.getgrall()}:
        values["build-users-group"] = ""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a command: settings that the caller made already stay."""
    return {"NIX_CONFIG": settings(), **os.environ, **(variables or {})}


def has_sandbox() -> bool:
    """Tell whether builds are in the sandbox; ./please says so where the kernel refuses it."""
    return "sandbox = false" not in environment()["NIX_CONFIG"]


def run(
    *command: str | Path, root: Path = ROOT, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a checkout. Raises NixError if it fails."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=root,
        env=environment(variables),
        text=True,
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise NixError(result.stderr)
    return result


def build(
    attribute: str, *options: str, root: Path = ROOT, variables: Mapping[str, str] | None = None
) -> Path:
    """Build an attribute of a checkout and return its store path. Raises NixError."""
    command = ["nix-build", "--no-out-link", ".", "-A", attribute, *options]
    return Path(run(*command, root=root, variables=variables).stdout.strip())


def build_error(
    attribute: str, *options: str, root: Path, variables: Mapping[str, str] | None = None
) -> str:
    """Return the error of building an attribute. Raises AssertionError if there is none."""
    try:
        built = build(attribute, *options, root=root, variables=variables)
    except NixError as error:
        return str(error)
    raise AssertionError(f"{attribute} builds: {built}")


def evaluate(expression: str, *, root: Path = ROOT) -> Any:
    """Evaluate an expression in a checkout to plain data. Raises NixError."""
    command = ["nix-instantiate", "--eval", "--strict", "--json", "-E", expression]
    return json.loads(run(*command, root=root).stdout)


def instantiate(attribute: str, *options: str, root: Path = ROOT) -> Path:
    """Evaluate an attribute of a checkout to a derivation; return its path. Raises NixError."""
    return Path(run("nix-instantiate", ".", "-A", attribute, *options, root=root).stdout.strip())


def would_build(attribute: str, *, root: Path) -> list[str]:
    """Return the names of the derivations that building an attribute would build."""
    plan = run("nix-build", "--dry-run", ".", "-A", attribute, root=root).stderr
    paths = [line.strip() for line in plan.splitlines() if line.endswith(".drv")]
    # /nix/store/<hash>-<name>.drv
    return sorted(Path(path).stem.partition("-")[2] for path in paths)


def closure(*paths: Path) -> list[Path]:
    """Return the store paths that some store paths need at run time, themselves included."""
    return [Path(line) for line in run("nix-store", "-qR", *paths).stdout.split()]


def packages(*paths: Path) -> set[str]:
    """Return the names, without hashes, of the closure of some store paths."""
    return {path.name.partition("-")[2] for path in closure(*paths)}
