import pytest
from please_cli.errors import UserError
from please_cli.lock.debian.index import Index, packages

PACKAGES = """\
Package: app
Version: 1:2.0-1
Filename: pool/main/a/app/app_2.0-1_amd64.deb
SHA256: aa
Size: 100
Pre-Depends: early (>= 1)
Depends: libc:any (>= 2.36), one | other, mail-agent,
 folded

Package: app
Version: 1:1.9-1
Filename: pool/main/a/app/app_1.9-1_amd64.deb
SHA256: a0
Size: 101

Package: early
Version: 1
Filename: pool/main/e/early/early_1_all.deb
SHA256: bb
Size: 102
Depends: app

Package: libc
Version: 2.36
Filename: pool/main/l/libc/libc_2.36_amd64.deb
SHA256: cc
Size: 103

Package: one
Version: 1
Filename: pool/main/o/one/one_1_amd64.deb
SHA256: dd
Size: 104
Depends: doc

Package: other
Version: 1
Filename: pool/main/o/other/other_1_amd64.deb
SHA256: ee
Size: 105

Package: zmail
Version: 1
Filename: pool/main/z/zmail/zmail_1_amd64.deb
SHA256: ff
Size: 106
Provides: mail-agent (= 1)

Package: amail
Version: 1
Filename: pool/main/a/amail/amail_1_amd64.deb
SHA256: f0
Size: 107
Provides: postman, mail-agent

Package: folded
Version: 1
Filename: pool/main/f/folded/folded_1_amd64.deb
SHA256: f1
Size: 108

Package: doc
Version: 1
Filename: pool/main/d/doc/doc_1_all.deb
SHA256: f2
Size: 109
Depends: absent
"""


ASKER = "releases/x.toml"


@pytest.fixture
def index() -> Index:
    return Index(packages(PACKAGES.splitlines(keepends=True)))


def test_a_package_is_its_highest_version(index: Index) -> None:
    app = index["app"]
    assert (app.version, app.sha256, app.size) == ("1:2.0-1", "aa", 100)
    assert app.file == "pool/main/a/app/app_2.0-1_amd64.deb"


def test_the_first_alternatives_and_the_first_providers(index: Index) -> None:
    found, left_out = index.closure(["app"], without=["doc", "gone"], asker=ASKER)
    assert left_out == {"doc"}
    assert list(found) == ["amail", "app", "early", "folded", "libc", "one"]


def test_without_stops_there(index: Index) -> None:
    # By the name that is asked for, or that of the package that provides it.
    for provided in ("mail-agent", "amail"):
        without = {"one", provided, "early"}
        found, left_out = index.closure(["app"], without, asker=ASKER)
        assert list(found) == ["app", "folded", "libc"]
        assert left_out == without


def test_a_dependency_that_the_suite_lacks(index: Index) -> None:
    with pytest.raises(UserError) as caught:
        index.closure(["app"], asker=ASKER)
    assert caught.value.message == (
        "the Debian package 'doc' needs the Debian package 'absent', which the suite does not "
        "have; correct the name, or list it under `without`, in releases/x.toml"
    )


def test_a_root_that_the_suite_lacks(index: Index) -> None:
    with pytest.raises(UserError, match=r"^releases/x\.toml needs the Debian package 'absent'"):
        index.closure(["absent"], asker=ASKER)
