"""pip's configuration in a build: where its files are, and the logins that come beside them."""

import os
import stat
import sys
from collections.abc import Iterator
from optparse import Values
from pathlib import Path

import pytest
from pip_configuration import CREDENTIALS, lay_out, log_in, read_credentials, without_login


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore what a step changes: it is a process of its own."""
    for name in ("HOME", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "PIP_CONFIG_FILE", "NETRC"):
        monkeypatch.setenv(name, "before")
    monkeypatch.delenv(CREDENTIALS, raising=False)
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    prefix = sys.prefix
    yield
    sys.prefix = prefix


def test_files_are_where_pip_looks(tmp_path: Path) -> None:
    files = {
        "global/0/pip/pip.conf": "0",
        "global/10/pip/pip.conf": "10",
        "global/2/pip/pip.conf": "2",
        "home/.pip/pip.conf": "old",
        "home/.config/pip/pip.conf": "user",
        "site/pip.conf": "site",
        "named/pip.conf": "named",
    }
    lay_out({"files": files, "variables": {}}, None, tmp_path)
    for place, text in files.items():
        assert (tmp_path / place).read_text() == text
    numbered = [str(tmp_path / f"global/{number}") for number in (0, 2, 10)]
    assert os.environ["XDG_CONFIG_DIRS"] == ":".join(numbered)
    assert os.environ["HOME"] == str(tmp_path / "home")
    assert os.environ["XDG_CONFIG_HOME"] == str(tmp_path / "home/.config")
    assert os.environ["PIP_CONFIG_FILE"] == str(tmp_path / "named/pip.conf")
    assert sys.prefix == str(tmp_path / "site")


def test_no_file_is_none_of_the_hosts_either(tmp_path: Path) -> None:
    lay_out({"files": {}, "variables": {}}, None, tmp_path)
    assert os.environ["PIP_CONFIG_FILE"] == os.devnull


def test_a_variable_of_the_build_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:password@h/s")
    # Nix sets a variable that its environment lacks to nothing.
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    variables = {"PIP_INDEX_URL": "https://h/s", "PIP_FIND_LINKS": "/w"}
    lay_out({"files": {}, "variables": variables}, None, tmp_path)
    assert os.environ["PIP_INDEX_URL"] == "https://user:password@h/s"
    assert os.environ["PIP_FIND_LINKS"] == "/w"


def test_netrc_is_private(tmp_path: Path) -> None:
    netrc = "machine h login user password p@ss\n"
    lay_out({"files": {}, "variables": {}}, {"urls": [], "netrc": netrc}, tmp_path)
    path = Path(os.environ["NETRC"])
    assert path.read_text() == netrc
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_logins_are_put_back() -> None:
    options = Values(
        {
            "index_url": "https://h/s",
            "extra_index_urls": ["https://h/s/", "https://h/feed@a/s"],
            "find_links": ["/w", "https://h/page.html"],
            "proxy": "h:1",
        }
    )
    urls = ["https://u:p%40@h/s", "https://v@w:q@h/feed@a/s", "https://t@h/page.html", "u:p@h:1"]
    log_in(options, {"urls": urls, "netrc": ""})
    assert options.index_url == urls[0]
    assert options.extra_index_urls == ["https://h/s/", urls[1]]
    assert options.find_links == ["/w", urls[2]]
    assert options.proxy == urls[3]


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://u:p@h:1/s?q@r#x@y", "https://h:1/s?q@r#x@y"),
        ("https://h", "https://h"),
        ("https://u@v@h", "https://h"),
        ("u:p@h:1", "h:1"),
        ("h:1", "h:1"),
        ("/a@b", "/a@b"),
    ],
)
def test_a_url_without_its_login(url: str, plain: str) -> None:
    assert without_login(url) == plain


def test_credentials_leave_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CREDENTIALS, '{"netrc": "", "urls": ["https://t@h/s"]}')
    assert read_credentials() == {"urls": ["https://t@h/s"], "netrc": ""}
    assert read_credentials() is None
    monkeypatch.setenv(CREDENTIALS, "null")
    assert read_credentials() is None


@pytest.mark.parametrize("text", ["secret", "[]", '{"urls": 1, "netrc": ""}', '{"urls": []}'])
def test_credentials_of_another_shape(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(CREDENTIALS, text)
    with pytest.raises(SystemExit) as caught:
        read_credentials()
    assert str(caught.value) == (
        "error: SERVICES_PIP_CREDENTIALS is not the JSON of nix/python/fetch/credentials.nix. "
        "Unset it and build with ./please, which sets it."
    )
