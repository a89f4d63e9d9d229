from pathlib import Path

import pytest
from please_cli.lock.python import indexes
from please_cli.lock.python.indexes import Indexes


def test_pips_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "https://company/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://more/simple file:///here/simple")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "company")
    monkeypatch.setenv("PIP_CERT", "/certificates.crt")
    monkeypatch.setenv("PIP_PROXY", "http://proxy:8080")
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    found = Indexes.configured()
    assert found == Indexes(
        default="https://company/simple",
        extra=("https://more/simple", "file:///here/simple"),
        trusted=("company",),
        certificates="/certificates.crt",
        proxy="http://proxy:8080",
    )
    assert found.arguments() == [
        "--default-index",
        "https://company/simple",
        "--index",
        "https://more/simple",
        "--allow-insecure-host",
        "company",
    ]
    assert found.environment() == {
        "SSL_CERT_FILE": "/certificates.crt",
        "ALL_PROXY": "http://proxy:8080",
    }


def test_no_index_means_none() -> None:
    assert Indexes("https://company/simple", offline=True).arguments()[-1] == "--no-index"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("", True),
        ("/nix/store/0-cacert/etc/ssl/certs/ca-bundle.crt", True),
        ("/company.crt", False),
    ],
)
def test_the_machine_says_whom_to_trust(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, taken: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", given)
    monkeypatch.setattr(indexes, "MACHINE", tmp_path / "ca-certificates.crt")
    assert Indexes("https://company/simple").environment() == {}
    indexes.MACHINE.touch()
    expected = {"SSL_CERT_FILE": str(indexes.MACHINE)} if taken else {}
    assert Indexes("https://company/simple").environment() == expected
