"""What can be said of calls of Nix without Nix; tests/ of the repository has it."""

import os
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


def test_only_nix_gets_the_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nix-instantiate"
    program.write_text(f"#!{sys.executable}\nimport os\nprint(os.environ.get('{nix.CREDENTIALS}'))")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(nix, "_credentials", {})
    monkeypatch.setenv(nix.CREDENTIALS, "login")
    nix.take_credentials()
    assert nix.CREDENTIALS not in os.environ
    assert nix.query("nix-instantiate") == "login\n"
