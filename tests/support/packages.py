"""Packages that one program of the tests needs, and no lock has."""

import os
import subprocess
import sys
from pathlib import Path

import toolchain


def install(directory: Path, *words: str) -> Path:
    """Install packages into a new directory, as pip is configured on this machine; return it.

    Args:
        words: Requirements and options of pip.
    """
    pip = {**os.environ, "PYTHONPATH": str(toolchain.build("toolchain.platform.pip"))}
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(directory)]
    subprocess.run([*command, *words], env=pip, stdout=sys.stderr, check=True)
    return directory
