"""Calls of `uv lock`."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from please_cli import process, pyproject
from please_cli.lock.python import environment
from please_cli.lock.python.indexes import Indexes

Stated = dict[str, Any]
"""The metadata of a source distribution, as uv takes it: an entry of `dependency-metadata`."""


def make(
    root: Path,
    copy: Path,
    indexes: Indexes,
    upgrades: Iterable[str] = (),
    given: Iterable[Stated] | None = None,
) -> str:
    """Run `uv lock` in a directory, and return what it says if it fails, else "".

    Args:
        root: The checkout.
        copy: The directory, with manifests of the checkout.
        indexes: Where packages come from.
        upgrades: The names of packages that leave their version in the uv.lock that is there.
        given: The metadata of source distributions. Where that of another one is needed, uv fails.
            With None, uv runs its build backend.
    """
    command = [find_uv_bin(), "lock", "--no-progress", "--color", "never"]
    command += ["--python", sys.executable]
    for name in upgrades:
        command += ["--upgrade-package", name]
    own = pyproject.load(root / "pyproject.toml").get("tool", {}).get("uv", {})
    stated = [*own.get("dependency-metadata", []), *(given or [])]
    # uv passes its variables on to the setup.py of source distributions.
    with (
        environment.clean(network=True) as inherited,
        tempfile.TemporaryDirectory(prefix="please-lock-uv-") as private,
    ):
        # Neither the user's own settings of uv nor those of the checkout may matter.
        command += indexes.arguments(Path(private), stated)
        variables = {**inherited, **indexes.environment(), "UV_PYTHON_DOWNLOADS": "never"}
        if given is not None:
            # The Python of a backend finds no standard library there, and ends before it runs
            # anything, also a .pth file. uv asks its own interpreter in isolated mode, which
            # ignores this. `--no-build` would leave out each version without a wheel.
            variables["PYTHONHOME"] = private
        done = process.run(command, cwd=copy, env=variables, stderr=subprocess.PIPE)
    if not done.returncode:
        return ""
    output = done.stderr.replace(f"{copy}/", "").replace(str(copy), str(root))
    # Which interpreter it uses is no part of the explanation.
    output = re.sub(r"^Using CPython.*\n", "", output)
    return indexes.redact(output) or f"uv failed with the status {done.returncode}"
