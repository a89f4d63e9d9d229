"""What can be said of calls of Nix without Nix; tests/ of the repository has it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from please_cli import nix
from please_cli.errors import UserError


def test_no_nix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for call in (
        lambda: nix.build(tmp_path, ["x"]),
        lambda: nix.query("nix-build"),
        lambda: nix.execute("nix-build", []),
    ):
        with pytest.raises(UserError) as caught:
            call()
        assert caught.value.message == (
            "nix-build is not on this machine; run ./please, which makes sure that it is, or "
            "install Nix (Debian: `apt install nix-bin`)"
        )


def test_a_query() -> None:
    assert nix.query(sys.executable, "-c", "print('printed')") == "printed\n"


def test_a_query_that_fails() -> None:
    with pytest.raises(UserError) as caught:
        nix.query(sys.executable, "-c", "raise SystemExit('said')")
    assert caught.value.message == f"{sys.executable} failed; see what it says below"
    assert caught.value.details == "said"


def test_nothing_asked_for_has_no_outputs() -> None:
    assert nix.outputs([]) == []


CHILD = """
import pathlib, signal, sys
try:
    print("up", file=sys.stderr, flush=True)
    signal.pause()
except KeyboardInterrupt:
    pathlib.Path("stopped").touch()
"""

PARENT = f"""
import os, signal, sys
from please_cli import nix

with nix._started([sys.executable, "-c", {CHILD!r}]) as process:
    process.stderr.readline()
    os.kill(os.getpid(), signal.SIGINT)
"""


def test_an_interrupt_stops_the_child_first(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGINT
    assert (tmp_path / "stopped").exists()
