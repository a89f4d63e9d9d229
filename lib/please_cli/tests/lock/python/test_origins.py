"""Which index a package is taken from, with the real uv: never another than before, unnoticed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import locking, origins
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.package_index import Index
from please_cli.lock.python.upgrades import EVERYTHING

Write = Callable[..., Path]

ROOT = """
[project]
name = "services"
version = "0"
requires-python = "==3.11.*"
[dependency-groups]
build = ["acme"]
[tool.services.resolves.tools]
"""

NONE = Lock()


@pytest.fixture
def root(platform: Path, write: Write, index: Any, company: Any, settings: Any) -> Path:
    """A workspace that needs the package acme; pip's index-url is `company`."""
    assert index
    assert company
    root = platform
    write(root / "pyproject.toml", ROOT)
    settings(INDEX_URL="company", EXTRA_INDEX_URL="index")
    return root


@pytest.fixture
def settings(index: Any, company: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets PIP_… variables to the URLs of indexes."""
    urls = {"index": index.url, "company": company.url}

    def set_(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"PIP_{name}", urls[value])

    return set_


def acme(lock: Lock) -> tuple[str, str]:
    package = lock.packages("tools")["acme"]
    return package["version"], package["index"]


@pytest.mark.parametrize("public", ["0.1", "1.0", "99.0"])
def test_the_first_index_that_has_a_name_is_the_only_one(
    root: Path, index: Any, company: Any, settings: Any, public: str
) -> None:
    index.wheel("acme", public)
    company.wheel("acme", "1.0", ["brush"])
    company.wheel("brush", "1.0")
    lock = locking.lock(root, NONE)
    assert acme(lock) == ("1.0", "index-url")
    assert lock.packages("tools")["acme"]["requires"] == ["brush"]
    settings(INDEX_URL="index", EXTRA_INDEX_URL="company")
    assert acme(locking.lock(root, NONE)) == (public, "index-url")


def test_a_name_that_only_a_later_index_has(root: Path, index: Any) -> None:
    index.wheel("acme", "0.1")
    assert acme(locking.lock(root, NONE)) == ("0.1", "extra-index-url")


def test_several_extra_indexes_have_numbers(
    root: Path, index: Any, company: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = (tmp_path / "empty").as_uri()
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PIP_INDEX_URL", empty)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{empty} {company.url} {index.url}/")
    index.wheel("acme", "1.0")
    assert acme(locking.lock(root, NONE)) == ("1.0", "extra-index-url-3")


def test_a_later_release_elsewhere_moves_nothing(root: Path, index: Any, company: Any) -> None:
    company.wheel("acme", "1.0")
    before = locking.lock(root, NONE)
    index.wheel("acme", "99.0")
    assert locking.lock(root, before) == before
    assert acme(locking.lock(root, before, ["acme"])) == ("1.0", "index-url")


def test_a_package_that_vanishes_from_its_index(root: Path, index: Any, company: Any) -> None:
    company.wheel("acme", "1.0")
    index.wheel("acme", "1.0", ["brush"])
    index.wheel("brush", "1.0")
    before = locking.lock(root, NONE)
    company.remove("acme")
    with pytest.raises(UserError) as caught:
        locking.lock(root, before)
    assert caught.value.message == (
        "acme came from index-url, and would come from extra-index-url: a package of another "
        "index may be another's work. Look at both, and at `pip config list`; to take it, run "
        "`./please lock --accept-index acme`"
    )
    after = locking.lock(root, before, accepted=["Acme"])
    assert acme(after) == ("1.0", "extra-index-url")
    assert locking.lock(root, after) == after


def test_a_name_that_an_earlier_index_takes(root: Path, index: Any, company: Any) -> None:
    index.wheel("acme", "1.0")
    before = locking.lock(root, NONE)
    company.wheel("acme", "1.0")
    with pytest.raises(UserError) as caught:
        locking.lock(root, before)
    assert "acme came from extra-index-url, and would come from index-url: " in caught.value.message


def test_every_package_is_named(root: Path, index: Any, company: Any, write: Write) -> None:
    write(root / "pyproject.toml", ROOT.replace('"acme"', '"acme", "brush"'))
    for name in ("acme", "brush"):
        company.wheel(name, "1.0")
        index.wheel(name, "1.0")
    before = locking.lock(root, NONE)
    for name in ("acme", "brush"):
        company.remove(name)
    with pytest.raises(UserError) as caught:
        locking.lock(root, before)
    assert caught.value.message.startswith("acme came from index-url")
    assert "./please lock --accept-index acme --accept-index brush" in caught.value.message
    assert caught.value.details == "brush came from index-url, and would come from extra-index-url"


def test_a_name_of_a_member_that_is_gone(root: Path, index: Any, company: Any) -> None:
    assert index
    company.wheel("acme", "1.0")
    before = Lock({}, {"acme": {"directory": "lib/acme"}})
    with pytest.raises(UserError) as caught:
        locking.lock(root, before)
    assert caught.value.message.startswith(
        "acme came from the workspace (lib/acme), and would come from index-url: "
    )
    assert acme(locking.lock(root, before, accepted=["acme"])) == ("1.0", "index-url")


def test_accepting_what_is_not_there(root: Path, company: Any) -> None:
    company.wheel("acme", "1.0")
    before = locking.lock(root, NONE)
    with pytest.raises(UserError) as caught:
        locking.lock(root, before, accepted=["acmee"])
    assert caught.value.message == (
        "cannot accept the index of 'acmee': no such package in nix/lock/python/; did you mean "
        "acme?"
    )


def older(lock: Lock) -> Lock:
    """Return a lock as it was before it named indexes."""
    packages = {
        name: {key: value for key, value in package.items() if key != "index"}
        for name, package in lock.packages("tools").items()
    }
    return Lock({"default": {**lock.resolves["default"], "packages": packages}}, lock.members)


def test_a_lock_that_names_no_index(root: Path, index: Any, company: Any) -> None:
    index.wheel("acme", "1.0")
    before = locking.lock(root, NONE)
    assert locking.lock(root, older(before)) == before
    # What has its files no more was of the first index.
    index.remove("acme")
    index.wheel("acme", "2.0")
    with pytest.raises(UserError) as caught:
        locking.lock(root, older(before))
    assert "acme came from index-url, and would come from extra-index" in caught.value.message
    company.wheel("acme", "2.0")
    with pytest.raises(UserError, match="acme came from index-url, which has the files of the"):
        locking.lock(root, older(before))
    assert acme(locking.lock(root, older(before), accepted=["acme"])) == ("2.0", "index-url")


@pytest.mark.parametrize("upgrades", [[], ["acme"], [EVERYTHING]])
@pytest.mark.parametrize("other", ["0.1", "1.0", "99.0"])
def test_an_index_whose_address_is_another_one_now(
    root: Path, index: Any, company: Any, *, settings: Any, other: str, upgrades: list[str]
) -> None:
    company.wheel("acme", "1.0")
    index.wheel("acme", other, ["brush"])
    index.wheel("brush", "1.0")
    before = locking.lock(root, NONE)
    # As on a colleague's machine, or after an edit of pip.conf.
    settings(INDEX_URL="index", EXTRA_INDEX_URL="company")
    with pytest.raises(UserError) as caught:
        locking.lock(root, before, upgrades)
    assert caught.value.message == (
        "acme came from index-url, which has the files of the lock no more, and would come from "
        "index-url: a package of another index may be another's work. Look at both, and at `pip "
        "config list`; to take it, run `./please lock --accept-index acme`"
    )
    after = locking.lock(root, before, upgrades, accepted=["acme"])
    assert acme(after) == (other, "index-url")
    assert locking.lock(root, after) == after


def test_a_file_that_was_replaced(root: Path, company: Any) -> None:
    company.wheel("acme", "1.0")
    before = locking.lock(root, NONE)
    company.remove("acme")
    company.wheel("acme", "1.0", ["acme-tools"])
    company.wheel("acme-tools", "1.0")
    with pytest.raises(UserError, match="which has the files of the lock no more"):
        locking.lock(root, before)


@pytest.mark.parametrize("has_digests", [True, False])
@pytest.mark.parametrize("is_flat", [True, False])
def test_the_same_index_with_a_later_version(
    root: Path, company: Any, monkeypatch: pytest.MonkeyPatch, *, has_digests: bool, is_flat: bool
) -> None:
    wheel = company.flat("acme", "1.0")
    if is_flat:
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    before = locking.lock(root, NONE)
    company.wheel("acme", "2.0")
    if not has_digests:
        company.without_digests("acme")
    for upgrades in (["acme"], [EVERYTHING]):
        assert acme(locking.lock(root, before, upgrades))[0] == "2.0"


def test_find_links_come_last(
    root: Path, index: Any, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = index.flat("acme", "99.0")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL")
    monkeypatch.setenv("PIP_FIND_LINKS", f"/gone {wheel.parent}")
    lock = locking.lock(root, NONE)
    assert acme(lock) == ("99.0", "find-links-2")
    assert lock.packages("tools")["acme"]["wheel"]["size"] == wheel.stat().st_size
    company.wheel("acme", "1.0")
    assert acme(locking.lock(root, NONE)) == ("1.0", "index-url")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert acme(locking.lock(root, NONE)) == ("99.0", "find-links-2")


def test_a_page_of_links_with_a_login(
    root: Path, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = index.wheel("acme", "1.0")
    index.without_digests("acme")
    with index.served("caller:p@ss") as address:
        monkeypatch.setenv("PIP_FIND_LINKS", f"http://caller:p%40ss@{address}/acme/")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        lock = locking.lock(root, NONE)
        assert acme(lock) == ("1.0", "find-links")
        assert lock.packages("tools")["acme"]["wheel"]["sha256"] == digest
        assert locking.lock(root, lock) == lock


def test_an_index_of_the_manifest_with_a_login(
    root: Path, index: Any, company: Any, *, tmp_path: Path, write: Write
) -> None:
    assert company
    index.wheel("acme", "1.0")
    write(tmp_path / ".netrc", "machine 127.0.0.1 login caller password p@ss\n")
    with index.served("caller:p@ss") as address:
        table = f'[[tool.uv.index]]\nname = "mine"\nurl = "http://{address}"\nexplicit = true\n'
        sources = '[tool.uv.sources]\nacme = { index = "mine" }\n'
        write(root / "pyproject.toml", ROOT + table + sources)
        assert acme(locking.lock(root, NONE)) == ("1.0", "mine")


@pytest.mark.parametrize(
    ("configured", "said"),
    [
        ("https://user:pw@Company:443/simple/", "https://company/simple"),
        ("https://company/simple", "https://company/simple/"),
        ("http://company:8080/s", "http://company:8080/s"),
        ("file:///a/b/../simple/", "/a/simple"),
        ("/wheels/", "/wheels"),
    ],
)
def test_one_index_in_two_spellings(configured: str, said: str) -> None:
    package = {"name": "acme", "source": {"registry": said}}
    indexes = Indexes((Index("extra-index-url", configured),))
    assert origins.find([package], indexes, {}) == {"acme": "extra-index-url"}


def test_an_index_that_only_a_member_names() -> None:
    package = {"name": "acme", "source": {"registry": "https://other/simple"}}
    with pytest.raises(UserError) as caught:
        origins.find([package], Indexes((Index("index-url", "https://company/simple"),)), {})
    assert caught.value.message == (
        "acme comes from an index that neither pip's configuration nor the workspace's "
        "pyproject.toml names; name it there, [[tool.uv.index]]"
    )


def test_no_index_and_no_links(root: Path, company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    company.wheel("acme", "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UserError) as caught:
        locking.lock(root, NONE)
    assert caught.value.message.startswith(
        "the resolve tools: no versions satisfy the requirements"
    )


@pytest.mark.parametrize("where", ["there", "here", "vendor"])
def test_an_index_of_the_manifest(
    root: Path, index: Any, company: Any, *, tmp_path: Path, write: Write, where: str
) -> None:
    company.wheel("acme", "1.0")
    company.wheel("brush", "1.0")
    index.wheel("acme", "2.0")
    named = {"there": index.url, "here": company.url, "vendor": "../simple"}[where]
    manifest = ROOT.replace('"acme"', '"acme", "brush"') + (
        f'[[tool.uv.index]]\nname = "mine"\nurl = "{named}"\nexplicit = true\n'
        '[tool.uv.sources]\nacme = { index = "mine" }\n'
    )
    write(root / "pyproject.toml", manifest)
    lock = locking.lock(root, NONE)
    assert acme(lock) == ("1.0" if where == "here" else "2.0", "mine")
    assert lock.packages("tools")["brush"]["index"] == "index-url"
    assert locking.lock(root, lock) == lock
    assert str(tmp_path) not in str(lock)


def test_an_index_without_digests_and_sizes(root: Path, company: Any) -> None:
    digest = company.wheel("acme", "1.0")
    company.without_digests("acme")
    lock = locking.lock(root, NONE)
    assert lock.packages("tools")["acme"]["wheel"]["sha256"] == digest
    assert locking.lock(root, lock) == lock
