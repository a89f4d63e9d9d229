"""The parts that need no Nix; tests/lock of the repository runs the machine's."""

from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian import mirror
from please_cli.lock.debian.mirror import Mirror

KEY = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==\n -----END PGP PUBLIC KEY BLOCK-----"


@pytest.mark.parametrize("signed_by", ["/keys/a.gpg /keys/b.gpg", KEY])
def test_a_source_of_one_suite_with_its_signature(signed_by: str) -> None:
    source = Mirror("https://mirror/debian", signed_by).source(
        "bookworm", "main", ["amd64", "arm64"]
    )
    assert source == (
        "Types: deb\nURIs: https://mirror/debian\nSuites: bookworm\nComponents: main\n"
        f"Architectures: amd64 arm64\nSigned-By: {signed_by}\nTargets: Packages\n"
    )


def test_no_nix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"^nix-instantiate is not on this machine; "):
        mirror.find(tmp_path, "bookworm")
