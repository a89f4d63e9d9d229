"""An entry goes to its place, or is refused."""

import zipfile
from pathlib import Path

import pytest
from wheel_errors import UnpackError, UnsoundError
from zip_archive import inside, unpack_with_zipfile


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.py", "a.py"),
        ("./a/b.py", "a/b.py"),
        ("a/../b.py", "b.py"),
        ("a.data/x/../y", "a.data/y"),
    ],
)
def test_where_an_entry_goes(name: str, path: str) -> None:
    assert inside(name) == path


@pytest.mark.parametrize("name", ["", ".", "/a", "//a", "../a", "a.data/../b", "a/.."])
def test_entries_outside_of_their_directory(name: str) -> None:
    with pytest.raises(UnsoundError) as raised:
        inside(name)
    assert str(raised.value) == f"{name} is outside of its directory"


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("x" * 300, "")
    with pytest.raises(UnpackError, match="File name too long"):
        unpack_with_zipfile(str(tmp_path / "a.whl"), str(tmp_path))
