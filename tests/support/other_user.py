"""Another user of the machine, for what it must not be able to do."""

import os
import subprocess
import sys

import pytest

OTHER = 12345
"""The number of a user that has no name."""

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def run(code: str, user: int = OTHER) -> "subprocess.CompletedProcess[str]":
    """Run Python code as another user, with `os` and `Path` at hand."""
    return subprocess.run(
        [sys.executable, "-c", f"import os\nfrom pathlib import Path\n{code}"],
        user=user,
        group=user,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
