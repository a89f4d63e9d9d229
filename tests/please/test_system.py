"""./please test --system: the tests of members on another system, with the real Nix underneath."""

import subprocess
from pathlib import Path

import pytest
from toolchain import build, environment, evaluate

pytestmark = pytest.mark.builds

# The shell is this machine's, whatever system a derivation is for.
EXPRESSION = """
{ system ? builtins.currentSystem }:
{
  toolchain.tests.bell.default = true;
  bell.resolves.default.tests = derivation {
    name = "bell-tests";
    inherit system;
    builder = "${BUSYBOX}/bin/busybox";
    args = [ "sh" "-euc" "mkdir $out; cp $junit $out/junit.xml" ];
    junit = builtins.toFile "junit.xml"
      "<testsuite tests='4' failures='0' errors='0' skipped='1' time='2'/>";
    # Not built before, whatever the store has.
    seed = builtins.getEnv "SEED";
  };
}
"""
PASSED = "3 passed, 0 failed, 1 skipped"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    busybox = build("toolchain.platform.busybox")
    expression = EXPRESSION.replace("${BUSYBOX}", f"${{builtins.storePath {busybox}}}")
    (tmp_path / "default.nix").write_text(expression)
    (tmp_path / "src/bell").mkdir(parents=True)
    (tmp_path / "src/bell/pyproject.toml").touch()
    return tmp_path


def run_tests(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run ./please test in a checkout."""
    return subprocess.run(
        [build("please_cli") / "bin/please", "test", *arguments],
        env=environment({"PLEASE_ROOT": str(checkout), "SEED": str(checkout)}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_system_of_this_machine(checkout: Path) -> None:
    done = run_tests(checkout, "bell", "--system", evaluate("builtins.currentSystem"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == PASSED


def test_another_system(checkout: Path) -> None:
    here = evaluate("builtins.currentSystem")
    (other,) = {"x86_64-linux", "aarch64-linux"} - {here}
    done = run_tests(checkout, "bell", "--system", other)
    if done.returncode == 0:  # this machine has an emulator
        assert done.stdout.splitlines()[-1] == PASSED
        return
    assert done.stderr.startswith(f"error: this machine does not build for {other}: ")
    assert ". As root: " in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_system_that_is_not_locked(checkout: Path) -> None:
    done = run_tests(checkout, "--system", "riscv64-linux")
    assert done.returncode == 1
    assert done.stderr == (
        "error: the lock has no packages for riscv64-linux, only for aarch64-linux, x86_64-linux\n"
    )


def test_the_toolchain_runs_here(checkout: Path) -> None:
    done = run_tests(checkout, "--toolchain", "--system", "aarch64-linux")
    assert done.returncode == 1
    assert done.stderr == (
        "error: the tests of the toolchain run on this machine: leave out --system\n"
    )
