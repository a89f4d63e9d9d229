"""Where the files of a Debian release have left the mirror, what is built of it fails alone."""

import re
import subprocess
from pathlib import Path

import pytest
from server import Server
from toolchain import build, environment

pytestmark = pytest.mark.builds


def test_its_tests_alone_fail(checkout: Path, server: Server) -> None:
    lock = checkout / "nix/lock/debian/trixie.json"
    # Other files than those that the store may have.
    lock.write_text(re.sub('"sha256": ".{8}', '"sha256": "00000000', lock.read_text()))
    variables = {"PLEASE_ROOT": str(checkout), "SERVICES_DEBIAN_MIRROR": server.url}
    done = subprocess.run(
        [build("please_cli") / "bin/please", "test", "--all", "tokens"],
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    rows = {tuple(line.split()[:2]): line.split()[2:] for line in done.stdout.splitlines()}
    passed, _seconds = rows["tokens", "(default)"]
    assert int(passed) > 0
    assert rows["tokens", "(next)"] == ["0", "1"]
    (line,) = re.findall(r"^error: (pool/.*)$", done.stderr, re.MULTILINE)
    file = line.partition(" ")[0]
    assert line.startswith(
        f"{file} cannot be fetched. The mirror: {server.url}/{file} does not exist. An archive of "
        "Debian snapshots: SERVICES_DEBIAN_ARCHIVE is not set. Substituters: none has /nix/store/"
    )
    assert line.endswith(
        " Run ./please lock --platform trixie, which locks what the mirror has now."
    )
