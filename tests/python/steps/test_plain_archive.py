"""A plain archive is read without zipfile, and any other is told from it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from plain_archive import LARGEST, NotPlainError, read_plain


def add(archive: Path, name: str, content: str = "", mode: int = 0o100644, method: int = 0) -> None:
    """Add a file to a zip archive."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(entry, content, method)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive that is plain."""
    path = tmp_path / "sample.whl"
    add(path, "sample/")
    add(path, "sample/tool", "content", 0o100755)
    add(path, "sample/na\u00efve.py", "content" * 100, method=zipfile.ZIP_DEFLATED)
    return path


def test_a_plain_archive(archive: Path) -> None:
    assert list(read_plain(str(archive))) == [
        ("sample/tool", True, b"content"),
        ("sample/na\u00efve.py", False, b"content" * 100),
    ]


def comment(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as opened:
        opened.comment = b"a comment"


def prefix(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())


def twice(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        add(path, "sample/tool")


def large(path: Path) -> None:
    content = path.read_bytes()
    at = content.rindex(b"PK\x01\x02") + 24  # the size in the directory
    path.write_bytes(content[:at] + (LARGEST + 1).to_bytes(4, "little") + content[at + 4 :])


def other_name(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"sample/tool", b"sample/none", 1))


@pytest.mark.parametrize(
    "change",
    [
        *(comment, prefix, twice, large, other_name),
        lambda path: add(path, "sample.py", method=zipfile.ZIP_BZIP2),
        *(
            lambda path, name=name: add(path, name)
            for name in ("../a", "/a", "./a", "a//b", "a/../b", "..", "a/..")
        ),
    ],
)
def test_another_one(archive: Path, change: Callable[[Path], object]) -> None:
    add(archive, "last")
    change(archive)
    with pytest.raises(NotPlainError):
        list(read_plain(str(archive)))
