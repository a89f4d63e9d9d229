"""README.md, "Commands": the settings of plain Nix, and the command that copies an app."""

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from toolchain import ROOT, build, has_sandbox

pytestmark = pytest.mark.builds

TEXT = (ROOT / "README.md").read_text()
SETTINGS = re.compile(r"^    export NIX_CONFIG='[^']*'$", re.MULTILINE)
COPY = re.compile(r"`(nix copy [^`]*)`")


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
