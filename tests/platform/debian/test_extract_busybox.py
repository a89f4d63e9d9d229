"""The one step that runs the host's tools gives the same file with each kind of them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from toolchain import ROOT, build, evaluate, run

pytestmark = pytest.mark.builds


def extract(shell: list[str], path: str, out: Path) -> bytes:
    """Run extract_busybox.sh with the programs of a search path; return what it extracts."""
    derivation, deb = evaluate(
        "let inherit ((import ./. { }).toolchain.platform.busybox) deb; in "
        "[ deb.drvPath deb.outPath ]"
    )
    run("nix-store", "--realise", derivation)
    script = str(ROOT / "nix/platform/debian/extract_busybox.sh")
    variables = {"PATH": path, "out": str(out), "deb": deb}
    subprocess.run([*shell, script], env=variables, check=True)
    assert (out / "bin/busybox").stat().st_mode & 0o777 == 0o755
    return (out / "bin/busybox").read_bytes()


def test_with_busybox_alone(tmp_path: Path) -> None:
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    extracted = extract([str(busybox), "sh"], "", tmp_path / "out")
    assert extracted == busybox.read_bytes()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="this host has no dpkg-deb")
def test_with_the_hosts_dpkg(tmp_path: Path) -> None:
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    extracted = extract(["/bin/sh"], "/usr/bin:/bin", tmp_path / "out")
    assert extracted == busybox.read_bytes()
