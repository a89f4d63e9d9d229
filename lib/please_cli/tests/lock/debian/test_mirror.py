from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian.mirror import ARCHIVE_KEYRING, Entry, choose, find, read

LIST = """\
# deb http://commented/debian bookworm main
deb-src http://source/debian bookworm main
deb http://security/debian-security bookworm-security main  # and a comment
deb [signed-by=/keys/a.gpg,/keys/b.gpg trusted=yes] http://mirror/debian bookworm main contrib
"""

SOURCES = """\
# Debian
Types: deb deb-src
URIs: http://one/debian http://two/debian
Suites: bookworm bookworm-updates
Components: main
Trusted: yes
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQ==
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
Enabled: no
URIs: http://disabled/debian
Suites: bookworm
Components: main
"""

Write = Callable[..., Path]


def test_the_one_line_format(tmp_path: Path, write: Write) -> None:
    assert list(read(write(tmp_path / "a.list", LIST))) == [
        Entry(("http://security/debian-security",), ("bookworm-security",), ("main",)),
        Entry(
            ("http://mirror/debian",),
            ("bookworm",),
            ("main", "contrib"),
            "/keys/a.gpg /keys/b.gpg",
        ),
    ]


def test_the_deb822_format(tmp_path: Path, write: Write) -> None:
    (entry,) = read(write(tmp_path / "a.sources", SOURCES))
    assert entry.uris == ("http://one/debian", "http://two/debian")
    assert entry.suites == ("bookworm", "bookworm-updates")
    assert entry.signed_by.startswith("\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==")


def test_only_the_release_pocket_with_its_signature(tmp_path: Path, write: Write) -> None:
    entry = find([write(tmp_path / "a.list", LIST)], "bookworm", "main")
    assert entry.only("bookworm", "main", ["amd64", "arm64"]) == (
        "Types: deb\nURIs: http://mirror/debian\nSuites: bookworm\nComponents: main\n"
        "Architectures: amd64 arm64\nSigned-By: /keys/a.gpg /keys/b.gpg\nTargets: Packages\n"
    )


def test_a_key_in_the_file_survives(tmp_path: Path, write: Write) -> None:
    entry = find([write(tmp_path / "a.sources", SOURCES)], "bookworm", "main")
    copy = write(tmp_path / "b.sources", entry.only("bookworm", "main", ["amd64"]))
    assert next(read(copy)).signed_by == entry.signed_by


def test_without_a_key_the_archives_is_it() -> None:
    text = Entry(("http://m",), ("bookworm",), ("main",)).only("bookworm", "main", ["amd64"])
    assert f"Signed-By: {ARCHIVE_KEYRING}\n" in text


def test_a_mirror_of_another_release_is_second_best(tmp_path: Path, write: Write) -> None:
    later = write(tmp_path / "a.list", "deb http://later/debian trixie main\n")
    named = write(tmp_path / "b.list", LIST)
    assert find([later], "bookworm", "main").uris == ("http://later/debian",)
    assert find([later, named], "bookworm", "main").uris == ("http://mirror/debian",)


def test_no_mirror(tmp_path: Path, write: Write) -> None:
    other = write(tmp_path / "a.list", "deb http://mirror/ubuntu noble main\n")
    with pytest.raises(UserError) as caught:
        find([other], "bookworm", "main")
    assert caught.value.message == (
        "no Debian mirror: apt's configuration (/etc/apt/sources.list, /etc/apt/sources.list.d) "
        "has none with an http(s) address, a Debian release and the component main; add one "
        "there, or set SERVICES_DEBIAN_MIRROR to the base URL of one"
    )


def test_a_mirror_of_the_users_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICES_DEBIAN_MIRROR", "http://chosen/debian")
    assert choose("bookworm", "main").uris == ("http://chosen/debian",)
