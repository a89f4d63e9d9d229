"""uv resolves the whole workspace, in a directory that holds nothing but manifests."""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from uv import find_uv_bin

from please_cli import process, workspace
from please_cli.errors import UserError
from please_cli.lock.python import manifests
from please_cli.lock.python.indexes import Indexes

# Variables of uv that are about this machine, and not about what is resolved.
_KEPT = {"UV_CACHE_DIR", "UV_HTTP_RETRIES", "UV_HTTP_TIMEOUT"}

_NETWORK = re.compile(
    r"dns error|error sending request|Failed to fetch|[Cc]onnection (?:refused|reset)|timed out"
)


def resolve(
    root: Path, indexes: Indexes, pins: Mapping[str, str], upgrades: Iterable[str] = ()
) -> dict[str, Any]:
    """Return what uv.lock says about the workspace at `root`, as uv writes it.

    `pins` are the versions of the lock before, by name; a package stays at its version unless
    the manifests no longer allow that, or it is in `upgrades`. Raises UserError with what uv
    said when there is no solution, a manifest cannot be read, or the index cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="please-lock-") as name:
        copy = Path(name).resolve()
        copy_manifests(root, copy)
        lock = copy / "uv.lock"
        lock.write_text(skeleton(root, indexes, pins), encoding="utf-8")
        _run(root, copy, indexes, upgrades)
        return tomllib.loads(lock.read_text(encoding="utf-8"))


def copy_manifests(root: Path, to: Path) -> None:
    """Copy the manifests of the workspace, with empty packages in place of the code."""
    members = workspace.members(root)
    manifest = (root / "pyproject.toml").read_text(encoding="utf-8")
    (to / "pyproject.toml").write_text(with_sources(manifest, members), encoding="utf-8")
    for member in members:
        manifests.copy(member, to / member.path.relative_to(root))


def with_sources(manifest: str, members: Iterable[workspace.Member]) -> str:
    """Return the workspace's pyproject.toml with every member as a source of its own.

    uv would look for a member on the index otherwise; nobody else has to list them.
    """
    known = tomllib.loads(manifest).get("tool", {}).get("uv", {}).get("sources", {})
    listed = {canonicalize_name(name) for name in known}
    added = "".join(
        f"{member.key}.workspace = true\n" for member in members if member.key not in listed
    )
    header = "[tool.uv.sources]\n"
    if header not in manifest:
        return f"{manifest}\n{header}{added}"
    return manifest.replace(header, header + added)


def skeleton(root: Path, indexes: Indexes, pins: Mapping[str, str]) -> str:
    """Return a uv.lock of names and versions alone: uv keeps to it and finds the rest."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = ["version = 1", f'requires-python = "{project["requires-python"]}"']
    for name, version in sorted(pins.items()):
        lines += [
            "[[package]]",
            f'name = "{name}"',
            f'version = "{version}"',
            f'source = {{ registry = "{indexes.default}" }}',
        ]
    return "\n".join(lines) + "\n"


def _run(root: Path, copy: Path, indexes: Indexes, upgrades: Iterable[str]) -> None:
    command = [find_uv_bin(), "lock", "--no-config", "--no-progress", "--color", "never"]
    command += ["--python", sys.executable, *indexes.arguments()]
    for name in upgrades:
        command += ["--upgrade-package", name]
    # Neither the user's own settings of uv nor an interpreter from elsewhere may matter.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("UV_") or name in _KEPT
    }
    environment = {**inherited, **indexes.environment(), "UV_PYTHON_DOWNLOADS": "never"}
    done = process.run(command, cwd=copy, env=environment, stderr=subprocess.PIPE)
    if done.returncode:
        said = done.stderr.replace(f"{copy}/", "").replace(str(copy), str(root))
        # Which interpreter it uses is no part of the explanation.
        said = re.sub(r"^Using CPython.*\n", "", said)
        raise UserError(explain(said), said)


def explain(said: str) -> str:
    """Return one line about a failure of uv: what happened, where, and what to do next."""
    if "No space left on device" in said:
        return "no space left for uv; make room in its cache and the temporary directory"
    if _NETWORK.search(said):
        return (
            "uv cannot reach the package index; check the network and pip's configuration "
            "(`pip config list`), then run `./please lock` again"
        )
    if match := re.search(r"Failed to parse:? `?([^`\n]*pyproject\.toml)", said):
        return f"{match[1]} cannot be read; correct it"
    if match := re.search(r"Failed to (?:generate package metadata for|build) `([^ =`]+)", said):
        return f"the manifest of {match[1]} fails; correct its setup.py or pyproject.toml"
    if "No solution found" in said:
        return "no versions satisfy all manifests; change the one that uv names below"
    return "uv failed; see what it says below"
