import stat
import tomllib
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import indexes
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.package_index import Index

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
COMPANY = Index("index-url", "https://company/simple")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose pip has one index."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "https://company/simple")
    for name in (
        "PIP_NO_INDEX",
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "PIP_CERT",
        "NETRC",
        *BUNDLES,
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_pips_own_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"https://more/simple {home.as_uri()}")
    monkeypatch.setenv("PIP_FIND_LINKS", f"https://links/page.html {home} ~ https://more/simple")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "company")
    monkeypatch.setenv("PIP_CERT", "/certificates.crt")
    monkeypatch.setenv("PIP_CLIENT_CERT", "/client.pem")
    monkeypatch.setenv("PIP_PROXY", "http://proxy:8080")
    found = Indexes.configured()
    assert found == Indexes(
        searched=(
            COMPANY,
            Index("extra-index-url", "https://more/simple"),
            Index("extra-index-url-2", home.as_uri()),
            Index("find-links", "https://links/page.html", is_flat=True),
            Index("find-links-2", str(home), is_flat=True),
        ),
        trusted=("company",),
        certificates="/certificates.crt",
        client_certificate="/client.pem",
        proxy="http://proxy:8080",
    )
    assert found.arguments(home)[2:] == ["--allow-insecure-host", "company"]
    assert found.environment() == {
        "SSL_CERT_FILE": "/certificates.crt",
        "SSL_CLIENT_CERT": "/client.pem",
    }
    configuration = tomllib.loads(found.configuration())
    assert configuration["http-proxy"] == configuration["https-proxy"] == "http://proxy:8080"


def test_metadata_are_written_beside_the_indexes(home: Path) -> None:
    stated = [
        {"name": "nail", "version": "1.0", "requires-dist": ["iron; extra == 'a'"]},
        {"name": "screw", "version": "2.0", "requires-dist": []},
    ]
    _, path, *_ = Indexes((COMPANY,), proxy="http://proxy:8080").arguments(home, stated)
    found = tomllib.loads(Path(path).read_text())
    assert found["dependency-metadata"] == stated
    assert [index["name"] for index in found["index"]] == [COMPANY.name]
    assert found["http-proxy"] == "http://proxy:8080"


def test_a_login_is_in_a_private_file_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:p%40ss@company/simple")
    found = Indexes.configured()
    option, path = found.arguments(home)
    assert option == "--config-file"
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    (index,) = tomllib.loads(Path(path).read_text())["index"]
    assert index == {
        "name": "index-url",
        "url": "https://user:p%40ss@company/simple",
        "default": True,
    }
    assert "ss@" not in repr(found)
    assert found.default == "https://company/simple"
    said = "error: https://user:p%40ss@company/simple says p@ss"
    assert found.redact(said) == "error: https://****@company/simple says ****"


def test_a_proxy_without_a_scheme(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home
    monkeypatch.setenv("PIP_PROXY", "user:pa55@proxy:8080")
    found = Indexes.configured()
    assert found.proxy == "http://user:pa55@proxy:8080"
    assert found.redact("proxy http://user:pa55@proxy:8080 failed: pa55") == (
        "proxy http://****@proxy:8080 failed: ****"
    )


def test_netrc(home: Path) -> None:
    (home / ".netrc").write_text("machine company login user password p@ss\n")
    (index,) = Indexes.configured().searched
    assert index.address == "https://user:p%40ss@company/simple"
    # The code that uv runs must not find it.
    assert "NETRC" not in Indexes((COMPANY,)).environment()


def test_netrc_is_not_for_directories(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".netrc").write_text("default login user password p@ss\n")
    monkeypatch.setenv("PIP_INDEX_URL", home.as_uri())
    assert [index.address for index in Indexes.configured().searched] == [home.as_uri()]


def test_a_netrc_that_is_not_text(home: Path) -> None:
    (home / ".netrc").write_bytes(b"machine company login user password p\xe4ss\n")
    with pytest.raises(UserError) as caught:
        Indexes.configured()
    assert caught.value.message == "~/.netrc, or the file in NETRC, is not UTF-8; convert it"


@pytest.mark.parametrize("setting", ["index-url", "extra-index-url"])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://[::1/simple", "is not a URL; correct it, "),
        ("http://user:pa/55@company/simple", "is not a URL; correct it, "),
        ("http://company:port/simple", "is not a URL; correct it, "),
        ("ftp://company/simple", "is no address of http:, https: or file:; correct it"),
        ("user:pa55@company/simple", "is no address of http:, https: or file:; correct it"),
        ("file:///gone/simple", "names the directory /gone/simple, which is not there; mount it "),
        ("/gone/simple", "names the directory /gone/simple, which is not there; mount it "),
    ],
)
def test_an_index_that_would_be_passed_over(
    home: Path, monkeypatch: pytest.MonkeyPatch, *, setting: str, url: str, why: str
) -> None:
    assert home
    monkeypatch.setenv(f"PIP_{setting.upper().replace('-', '_')}", url)
    with pytest.raises(UserError) as caught:
        Indexes.configured()
    assert caught.value.message.startswith(f"{setting} of pip's configuration {why}")
    assert "55" not in caught.value.message


def test_links_that_uv_does_not_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = home / "links.html"
    page.touch()
    monkeypatch.setenv("PIP_FIND_LINKS", str(page))
    with pytest.raises(UserError) as caught:
        Indexes.configured()
    assert caught.value.message == (
        f"find-links of pip's configuration names the file {page}, which uv does not read; name "
        "its directory"
    )


@pytest.mark.usefixtures("home")
def test_no_index_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "yes")
    found = Indexes.configured()
    assert found.default == ""
    assert found.configuration() == "no-index = true\n"


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
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setattr(indexes, "MACHINE", tmp_path / "ca-certificates.crt")
    assert Indexes((COMPANY,)).environment() == {}
    indexes.MACHINE.touch()
    expected = {"SSL_CERT_FILE": str(indexes.MACHINE)} if taken else {}
    assert Indexes((COMPANY,)).environment() == expected
