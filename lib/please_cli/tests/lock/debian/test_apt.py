"""The parts that need no apt; tests/lock of the repository runs the machine's."""

from datetime import UTC, datetime
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


RELEASE = """\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Suite: stable
{date}
SHA256:
 0 0 main
-----BEGIN PGP SIGNATURE-----

x
-----END PGP SIGNATURE-----
"""


@pytest.mark.parametrize("name", ["mirror_debian_dists_trixie_InRelease", "mirror_trixie_Release"])
def test_the_date_of_a_suite(name: str) -> None:
    with apt.private(["amd64"]) as private:
        date = "Date: Sat, 05 Sep 2026 09:58:01 UTC"
        (private._root / "lists" / name).write_text(RELEASE.format(date=date))
        assert private.date() == datetime(2026, 9, 5, 9, 58, 1, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Date: yesterday", "Codename: trixie"])
def test_a_suite_without_a_date(date: str) -> None:
    with apt.private(["amd64"]) as private:
        (private._root / "lists/mirror_InRelease").write_text(RELEASE.format(date=date))
        with pytest.raises(UserError) as caught:
            private.date()
    assert caught.value.message == (
        "mirror_InRelease of the mirror has no Date that can be read; take another mirror: set "
        "SERVICES_DEBIAN_MIRROR to its base URL"
    )


def test_the_private_state_is_deleted_afterwards() -> None:
    with apt.private(["amd64", "riscv64"]) as private:
        root = private._root
        settings = (root / "apt.conf").read_text()
        assert "#clear APT::Update::Post-Invoke;" in settings
        assert 'APT::Architectures { "amd64"; "riscv64"; };' in settings
    assert not root.exists()
