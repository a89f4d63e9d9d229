"""Glewlwyd's web pages are files, not links to what is elsewhere."""

from pathlib import Path

import pytest
from servers import oidc
from servers.oidc import PAGES
from toolchain import build


def test_links_become_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "etc/glewlwyd/config-2.7.json/config.json": "{}",
        "share/javascript/jquery/jquery.js": "jquery",
        "share/dbconfig-common/schema": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    (tmp_path / PAGES).mkdir(parents=True)
    (tmp_path / PAGES / "config.json").symlink_to("../../../etc/glewlwyd/config-2.7.json")
    (tmp_path / PAGES / "js").symlink_to("../../javascript/jquery")
    monkeypatch.chdir(tmp_path)
    oidc.main()
    assert (tmp_path / PAGES / "config.json").read_text() == "{}"
    assert (tmp_path / PAGES / "js/jquery.js").read_text() == "jquery"
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    pages = {f"{PAGES}/config.json", f"{PAGES}/js/jquery.js"}
    assert names == {*pages, "share/dbconfig-common/schema"}


@pytest.mark.builds
def test_no_page_is_a_link() -> None:
    pages = build("toolchain.needs.servers.oidc") / PAGES
    assert not [path for path in pages.rglob("*") if path.is_symlink()]
