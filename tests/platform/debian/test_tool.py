"""The tool that Python and the wheels are made with runs from the store, without Python."""

import pytest
from toolchain import build, packages, run

pytestmark = pytest.mark.builds


def test_patchelf_loads_nothing_of_the_host() -> None:
    tool = build("toolchain.platform.patchelf") / "bin/patchelf"
    (loader,) = run(tool, "--print-interpreter", tool).stdout.split()
    assert run(tool, "--version").stdout.startswith("patchelf ")
    assert "python" not in packages(tool.parents[1])
    # What the loader finds, and where (ld.so(8)); the kernel's own page has no path.
    listed = run(loader, "--list", tool).stdout
    found = [line.partition(" => ")[2] or line.strip() for line in listed.splitlines()]
    assert len(found) > 2
    assert {path.partition("/store/")[0] for path in found if "/" in path} == {"/nix"}
