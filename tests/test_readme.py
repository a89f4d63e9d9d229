"""README.md: the settings of plain Nix, the command that copies an app, and channels."""

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from toolchain import ROOT, build, has_sandbox

TEXT = (ROOT / "README.md").read_text()
SETTINGS = re.compile(r"^    export NIX_CONFIG='[^']*'$", re.MULTILINE)
SERVES = re.compile(r"bin/treestatus|flask --app|\./please run (?!.*--help)")
CHANNEL = re.compile(r"APP_CHANNEL|in development")
COPY = re.compile(r"`(nix copy [^`]*)`")


def test_each_command_that_runs_a_service_says_in_which_channel() -> None:
    for block in TEXT.split("\n\n"):
        # A row of a table stands for itself, and a block of commands is run as a whole.
        for part in block.splitlines() if block.startswith("|") else [block]:
            if SERVES.search(part):
                assert CHANNEL.search(part), part


@pytest.mark.builds
@pytest.mark.skipif(not has_sandbox(), reason="the settings ask for the sandbox")
def test_plain_nix_copies_an_app(checkout: Path, tmp_path: Path) -> None:
    app = build("treestatus")
    (settings,) = SETTINGS.findall(TEXT)
    command = next(found for found in COPY.findall(TEXT) if "ssh-ng://" in found)
    store = tmp_path / "store"
    script = f"{textwrap.dedent(settings)}\n{command.replace('ssh-ng://root@HOST', str(store))}\n"
    variables = {name: value for name, value in os.environ.items() if name != "NIX_CONFIG"}
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=checkout,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    copied = store / app.relative_to("/")
    assert (copied / "bin/treestatus").is_file()
    subprocess.run(["chmod", "-R", "u+w", store], check=True)
