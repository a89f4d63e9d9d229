"""Errors are reported in a line, without a traceback."""

import os
import subprocess

import pytest
from toolchain import build


@pytest.mark.builds
def test_an_error_has_no_traceback() -> None:
    program = build("toolchain.needs.program") / "bin/needs"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("NEEDS")}
    done = subprocess.run(
        [program, "start"], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "error: this project asks for no servers. Name some in its manifest: "
        '[tool.services] needs = ["postgresql"] in pyproject.toml.\n'
    )
