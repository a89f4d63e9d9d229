"""The compiled code of wheels runs on the platform."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from compiled_code import fit
from toolchain import build, evaluate, run

pytestmark = pytest.mark.builds


@pytest.fixture
def tools() -> dict[str, str]:
    names = "inherit (platform) loader libc cxx"
    paths: dict[str, str] = evaluate(f"with (import ./. {{ }}).toolchain; {{ {names}; }}")
    return {**paths, "patchelf": str(build("toolchain.platform.patchelf") / "bin/patchelf")}


def copied(source: Path, target: Path) -> Path:
    """Copy a file of the store, and the directories above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target


def test_a_program_gets_the_platforms_loader(tmp_path: Path, tools: Mapping[str, str]) -> None:
    program = copied(
        build("toolchain.platform.patchelf") / "bin/patchelf", tmp_path / "bin/program"
    )
    program.chmod(0o755)
    foreign = ["--set-interpreter", "/lib64/ld.so", "--remove-rpath"]
    run(tools["patchelf"], *foreign, program)
    fit(str(program), tools)
    assert run(tools["patchelf"], "--print-interpreter", program).stdout.strip() == tools["loader"]
    rpath = run(tools["patchelf"], "--print-rpath", program).stdout.strip()
    assert rpath == f"{tools['cxx']}:{tools['libc']}"
    printed = subprocess.run([program, "--version"], text=True, capture_output=True, check=True)
    assert printed.stdout.startswith("patchelf ")


def test_a_static_program_stays_as_it_is(tmp_path: Path, tools: Mapping[str, str]) -> None:
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    program = copied(busybox, tmp_path / "bin/program")
    fit(str(program), tools)
    assert program.read_bytes() == busybox.read_bytes()


def test_a_file_that_is_not_for_this_platform_stays_as_it_is(
    tmp_path: Path, tools: Mapping[str, str]
) -> None:
    library = tmp_path / "library.so"
    library.write_bytes(b"\x7fELF\x01\x01\x01")  # of 32 bits
    fit(str(library), tools)
    assert library.read_bytes() == b"\x7fELF\x01\x01\x01"


def test_patchelf_that_fails(tmp_path: Path, tools: Mapping[str, str]) -> None:
    program = copied(build("toolchain.platform.patchelf") / "bin/patchelf", tmp_path / "program")
    with pytest.raises(SystemExit) as raised:
        fit(str(program), {**tools, "patchelf": "/bin/false"})
    assert str(raised.value).startswith("error: /bin/false --set-interpreter ")
    assert str(raised.value).endswith(f"{program} failed (see above)")
