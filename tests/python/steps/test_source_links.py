"""Links of a source tree stay in it, and come to an end."""

import os
from pathlib import Path

import pytest
from source_links import left_out


def find(top: Path, directory: str = ".") -> set[str]:
    """Return what is left out of a directory of the tree `top`."""
    names = [path.name for path in (top / directory).iterdir()]
    return left_out(str(top))(str(top / directory), names)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "beside").write_text("")
    (tmp_path / "top/package").mkdir(parents=True)
    (tmp_path / "top/package/page.html").write_text("<p>")
    return tmp_path / "top"


def test_a_tree_without_links(top: Path) -> None:
    assert find(top) == find(top, "package") == set()


def test_links_that_stay_in_the_tree(top: Path) -> None:
    (top / "pages").symlink_to("package")
    (top / "page.html").symlink_to("pages/page.html")
    assert find(top) == set()


@pytest.mark.parametrize("target", ["nowhere", "link", "../../beside", "/", "../.."])
def test_links_to_what_is_not_in_the_tree(top: Path, target: str) -> None:
    (top / "package/link").symlink_to(target)
    assert find(top, "package") == {"link"}


@pytest.mark.parametrize("target", [".", "..", "../package"])
def test_a_link_to_a_directory_that_it_is_in(top: Path, target: str) -> None:
    (top / "package/link").symlink_to(target)
    with pytest.raises(SystemExit) as raised:
        find(top, "package")
    assert str(raised.value) == (
        "error: package/link is a link to a directory that it is in, so that copies of it have no "
        "end: remove the link."
    )


def test_links_that_lead_to_each_other(top: Path) -> None:
    (top / "other").mkdir()
    (top / "other/package").symlink_to("../package")
    (top / "package/other").symlink_to("../other")
    assert find(top, "other") == set()
    with pytest.raises(SystemExit, match=r"^error: other/package/other is a link to a directory "):
        find(top, "other/package")


def test_a_name_that_is_not_utf_8(top: Path) -> None:
    (top / os.fsdecode(b"package/p\xe9.html")).write_text("")
    with pytest.raises(SystemExit) as raised:
        find(top, "package")
    assert str(raised.value) == (
        r"error: the name 'package/p\udce9.html' is not UTF-8: rename the file."
    )
