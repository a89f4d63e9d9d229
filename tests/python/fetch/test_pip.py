"""What Nix takes of pip's configuration: all files that pip reads, and no secret of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from toolchain import ROOT, evaluate


def read(root: Path, **variables: str) -> dict[str, Any]:
    """Return what pip.nix says of a machine with /etc and home in a directory."""
    values = {"HOME": f"{root}/home", "PWD": str(root), **variables}
    known = " ".join(f"{name} = {json.dumps(value)};" for name, value in values.items())
    names = "configuration credentials directories certificates usesDefaultIndex"
    return dict(
        evaluate(
            f"let known = {{ {known} }}; pip = import {ROOT}/nix/python/fetch/pip.nix "
            f'{{ getEnv = name: known.${{name}} or ""; etc = "{root}/etc"; }}; '
            f"in {{ inherit (pip) {names}; }}"
        )
    )


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a directory."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_a_machine_without_configuration(tmp_path: Path) -> None:
    assert read(tmp_path) == {
        "configuration": {"files": {}, "variables": {}, "hasLogins": False},
        "credentials": None,
        "directories": [],
        "certificates": None,
        "usesDefaultIndex": True,
    }


FILES = {
    "etc/xdg/pip/pip.conf": "global/0/pip/pip.conf",
    "etc/pip.conf": "global/1/pip/pip.conf",
    "home/.pip/pip.conf": "home/.pip/pip.conf",
    "home/.config/pip/pip.conf": "home/.config/pip/pip.conf",
    "venv/pip.conf": "site/pip.conf",
}


def test_every_file_is_where_pip_will_look(tmp_path: Path) -> None:
    write(tmp_path, {name: name for name in (*FILES, "named.conf", "a/pip/pip.conf")})
    variables = {"VIRTUAL_ENV": f"{tmp_path}/venv"}
    found = read(tmp_path, **variables)["configuration"]["files"]
    assert found == {place: name for name, place in FILES.items()}
    variables |= {"PIP_CONFIG_FILE": f"{tmp_path}/named.conf"}
    variables |= {"XDG_CONFIG_DIRS": f"{tmp_path}/none:{tmp_path}/a"}
    # pip does not read those of the user then.
    assert read(tmp_path, **variables)["configuration"]["files"] == {
        "global/1/pip/pip.conf": "a/pip/pip.conf",
        "global/2/pip/pip.conf": "etc/pip.conf",
        "site/pip.conf": "venv/pip.conf",
        "named/pip.conf": "named.conf",
    }
    assert read(tmp_path, PIP_CONFIG_FILE="named.conf")["configuration"]["files"] == {
        "global/0/pip/pip.conf": "etc/xdg/pip/pip.conf",
        "global/1/pip/pip.conf": "etc/pip.conf",
        "named/pip.conf": "named.conf",
    }
    variables |= {"PIP_CONFIG_FILE": "/dev/null"}
    assert read(tmp_path, **variables)["configuration"]["files"] == {}
    variables |= {"PIP_CONFIG_FILE": "/gone", "XDG_CONFIG_HOME": f"{tmp_path}/a/.."}
    assert "home/.pip/pip.conf" in read(tmp_path, **variables)["configuration"]["files"]


@pytest.mark.parametrize(
    ("line", "is_default"),
    [
        ("cert = /index-url = /x", True),
        ("trusted-host = pypi", True),
        ("extra-index-url = https://h/pypi", True),
        ("extra_index_url: https://h/index-url", True),
        ("EXTRA-INDEX-URL = https://h\n  https://h/pypi/simple", True),
        ("find-links = /w", True),
        ("# index-url = https://h", True),
        ("index-url = https://h", False),
        ("index_url=https://h", False),
        ("Index-URL: https://h", False),
        ("  index-url\t= https://h", False),
        ("index-url =\n  https://h", False),
        ("--index-url = https://h", False),
        ("pypi-url = https://h", False),
        ("no-index = false", False),
        ("proxy = http://h", False),
        ("index-url = https://h\r", False),
    ],
)
def test_whether_pip_might_look_elsewhere(tmp_path: Path, line: str, is_default: bool) -> None:
    write(tmp_path, {"etc/pip.conf": f"[global]\n{line}\n"})
    assert read(tmp_path)["usesDefaultIndex"] is is_default


@pytest.mark.parametrize(
    ("name", "is_default"),
    [
        ("PIP_INDEX_URL", False),
        ("PIP_PYPI_URL", False),
        ("PIP_NO_INDEX", False),
        ("PIP_PROXY", False),
        ("https_proxy", False),
        ("HTTPS_PROXY", False),
        ("ALL_PROXY", False),
        ("PIP_EXTRA_INDEX_URL", True),
        ("PIP_FIND_LINKS", True),
        ("PIP_CERT", True),
        ("no_proxy", True),
    ],
)
def test_variables_that_lead_pip_elsewhere(tmp_path: Path, name: str, is_default: bool) -> None:
    assert read(tmp_path, **{name: "x"})["usesDefaultIndex"] is is_default


@pytest.mark.parametrize(
    ("given", "redacted"),
    [
        ("https://user:pa55@h/s", "https://h/s"),
        ("https://user@company.example:pa55@h:1/s", "https://h:1/s"),
        ("https://pa55@h/s https://pa55:@h/t", "https://h/s https://h/t"),
        ("https://user:pa%355@h/feed@local/s", "https://h/feed@local/s"),
        ("https://h/feed@local/s?a@b#c@d", "https://h/feed@local/s?a@b#c@d"),
        ("https://user:pa55:@h?x", "https://h?x"),
        ("https://user:x/pa55@h/s", "https://h/s"),
        ("https://user:pa55#x@h/s", "https://h/s"),
        ("git+ssh://user:pa55@h/s", "git+ssh://h/s"),
        ("https://[::1]:80/s", "https://[::1]:80/s"),
        ("mail me@company.example", "mail me@company.example"),
        ("user:pa55@proxy:3128", "proxy:3128"),
        ("user:pa55=@proxy:3128", "proxy:3128"),
        ("user:p@a:55@proxy:3128", "proxy:3128"),
        ("//user:pa55@proxy", "proxy"),
        ("proxy:3128 note:x", "proxy:3128 note:x"),
    ],
)
def test_no_login_is_in_a_build(tmp_path: Path, given: str, redacted: str) -> None:
    write(tmp_path, {"etc/pip.conf": f"[global]\n# {given}\nfind-links = {given}\n"})
    found = read(tmp_path, PIP_EXTRA_INDEX_URL=given)["configuration"]
    expected = f"[global]\n# {redacted}\nfind-links = {redacted}\n"
    assert found["files"] == {"global/1/pip/pip.conf": expected}
    assert found["variables"] == {"PIP_EXTRA_INDEX_URL": redacted}
    assert found["hasLogins"] is (given != redacted)


def test_logins_for_the_environment_of_a_build(tmp_path: Path) -> None:
    urls = ["https://user@c:p%40ss@h:1/s", "http://token@h/t"]
    write(
        tmp_path,
        {
            "etc/pip.conf": f"index-url={urls[0]}\nfind-links = https://h/a@b\n {urls[1]}",
            "home/.netrc": "machine h login user password p@ss\n",
            "other": "machine i",
        },
    )
    netrc = "machine h login user password p@ss\n"
    assert read(tmp_path)["credentials"] == {"urls": urls, "netrc": netrc}
    found = read(tmp_path, NETRC=f"{tmp_path}/other")["credentials"]
    assert found == {"urls": urls, "netrc": "machine i"}
    assert read(tmp_path, NETRC="/gone")["credentials"] == {"urls": urls, "netrc": ""}
    assert "p@ss" not in json.dumps(read(tmp_path)["configuration"])
    assert read(tmp_path)["configuration"]["hasLogins"] is True


@pytest.mark.parametrize("line", ["proxy = {}", "proxy={}", "proxy:{}", "--proxy =\n  {}"])
def test_a_proxy_without_a_scheme(tmp_path: Path, line: str) -> None:
    write(tmp_path, {"etc/pip.conf": line.format("user:p=:@ss@proxy:3128")})
    found = read(tmp_path)
    assert found["configuration"]["files"] == {"global/1/pip/pip.conf": line.format("proxy:3128")}
    assert found["configuration"]["hasLogins"] is True
    assert found["credentials"] == {"urls": ["user:p=:@ss@proxy:3128"], "netrc": ""}


def test_directories_that_words_name(tmp_path: Path) -> None:
    for name in ("a", "b", "c d", "home/e", "f"):
        (tmp_path / name).mkdir(parents=True)
    at = tmp_path
    text = f"find-links={at}/a file://{at}/b\n  file://localhost{at}/c%20d ~/e ./f /gone"
    write(tmp_path, {"etc/pip.conf": text})
    found = read(tmp_path, PIP_FIND_LINKS=f"https://h/x {tmp_path}/a")["directories"]
    names = ["a", "b", "c d", "home/e", "./f", "a"]
    assert found == [f"{tmp_path}/{name}" for name in names]


def test_certificate_authorities(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "etc/ssl/certs/ca-certificates.crt": "",
            "a": "",
            "b": "",
            "etc/pip.conf": f"[global]\ncert = {tmp_path}/b\n",
        },
    )
    assert read(tmp_path)["certificates"] == f"{tmp_path}/b"
    assert read(tmp_path, PIP_CERT=f"{tmp_path}/a")["certificates"] == f"{tmp_path}/a"
    write(tmp_path, {"etc/pip.conf": ""})
    machine = f"{tmp_path}/etc/ssl/certs/ca-certificates.crt"
    assert read(tmp_path)["certificates"] == machine
    assert read(tmp_path, CURL_CA_BUNDLE=f"{tmp_path}/a")["certificates"] == f"{tmp_path}/a"
