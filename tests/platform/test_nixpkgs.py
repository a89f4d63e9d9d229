"""nixpkgs in place of the embedded platform: tested against a stub with the same names."""

import subprocess

import pytest
from toolchain import build, instantiate

STUB = ["--arg", "pkgs", "import ./tests/platform/stub.nix { }"]


def test_every_attribute_evaluates() -> None:
    for attribute in ("treestatus", "treestatus.tests", "tokens", "backend_common.extras.db"):
        assert instantiate(attribute, *STUB).suffix == ".drv"


@pytest.mark.builds
def test_the_command_line_tool_builds_and_runs() -> None:
    please = build("please_cli", *STUB) / "bin/please"
    help_text = subprocess.run([please, "--help"], text=True, capture_output=True, check=True)
    assert "Usage: please" in help_text.stdout


@pytest.mark.builds
def test_compiled_code_of_wheels_runs() -> None:
    ruff = build("toolchain.testEnv", *STUB) / "bin/ruff"
    version = subprocess.run([ruff, "--version"], text=True, capture_output=True, check=True)
    assert version.stdout.startswith("ruff ")
