"""The compiled code of wheels runs on the platform."""

import shutil
import subprocess
from pathlib import Path

import pytest
from compiled_code import Toolchain, fit
from toolchain import build, evaluate, run

pytestmark = pytest.mark.builds


@pytest.fixture
def tools() -> Toolchain:
    names = "inherit (platform) loader libc cxx"
    paths = evaluate(f"with (import ./. {{ }}).toolchain; {{ {names}; }}")
    platform = "toolchain.platform"
    return Toolchain(
        patchelf=str(build(f"{platform}.patchelf") / "bin/patchelf"),
        strip=str(build(f"{platform}.elfutils") / "bin/eu-strip"),
        **paths,
    )


def copied(source: Path, target: Path) -> Path:
    """Copy a file of the store, and the directories above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target


def test_a_program_gets_the_platforms_loader(tmp_path: Path, tools: Toolchain) -> None:
    program = copied(
        build("toolchain.platform.patchelf") / "bin/patchelf", tmp_path / "bin/program"
    )
    program.chmod(0o755)
    foreign = ["--set-interpreter", "/lib64/ld.so", "--remove-rpath"]
    run(tools.patchelf, *foreign, program)
    fit(program, tools)
    assert run(tools.patchelf, "--print-interpreter", program).stdout.strip() == tools.loader
    rpath = run(tools.patchelf, "--print-rpath", program).stdout.strip()
    assert rpath == f"{tools.cxx}:{tools.libc}"
    printed = subprocess.run([program, "--version"], text=True, capture_output=True, check=True)
    assert printed.stdout.startswith("patchelf ")


def test_a_static_program_stays_as_it_is(tmp_path: Path, tools: Toolchain) -> None:
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    program = copied(busybox, tmp_path / "bin/program")
    fit(program, tools)
    assert program.read_bytes() == busybox.read_bytes()
