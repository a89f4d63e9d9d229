"""The parts that need no apt; tests/lock of the repository runs the machine's."""

from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian import apt


def test_no_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError) as caught:
        apt.run("apt-get", "--version")
    assert caught.value.message == (
        "apt-get is not installed; run `./please lock --platform` on Debian"
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "E: Failed to fetch …  Could not resolve 'mirror'",
            "apt cannot reach the mirror; check the network and the machine's apt configuration, "
            "then run `./please lock --platform` again",
        ),
        (
            "E: The repository 'http://mirror bookworm InRelease' is not signed.",
            "apt does not trust the signature of the mirror; install debian-archive-keyring, or "
            "name the right key as Signed-By of the mirror in apt's configuration",
        ),
        (
            "E: Write error - write (28: No space left on device)",
            "no space left for apt's indexes (about 100 MB); make room in the temporary directory",
        ),
        (
            "E: anything else",
            "apt failed; read its output below, then run `./please lock --platform` again",
        ),
    ],
)
def test_failures(said: str, expected: str) -> None:
    assert apt.explain(said) == expected


def test_the_private_state_is_deleted_afterwards() -> None:
    with apt.private(["amd64", "riscv64"]) as private:
        root = private._root
        settings = (root / "apt.conf").read_text()
        assert "#clear APT::Update::Post-Invoke;" in settings
        assert 'APT::Architectures { "amd64"; "riscv64"; };' in settings
    assert not root.exists()
