"""The tools that Python and the wheels are made with run from the store, without Python."""

import pytest
from toolchain import build, packages, run

pytestmark = pytest.mark.builds


@pytest.mark.parametrize(
    ("component", "program"), [("patchelf", "patchelf"), ("elfutils", "eu-strip")]
)
def test_a_tool_loads_nothing_of_the_host(component: str, program: str) -> None:
    patchelf = build("toolchain.platform.patchelf") / "bin/patchelf"
    tool = build(f"toolchain.platform.{component}") / "bin" / program
    (loader,) = run(patchelf, "--print-interpreter", tool).stdout.split()
    assert run(tool, "--version").stdout.startswith((component, program))
    assert "python" not in packages(tool.parents[1])
    # What the loader finds, and where (ld.so(8)); the kernel's own page has no path.
    listed = run(loader, "--list", tool).stdout
    found = [line.partition(" => ")[2] or line.strip() for line in listed.splitlines()]
    assert len(found) > 2
    assert {path.partition("/store/")[0] for path in found if "/" in path} == {"/nix"}
