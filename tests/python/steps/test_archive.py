"""The archive of a wheel is unpacked as pip would, whichever program does it."""

import zipfile
from pathlib import Path

import pytest
from archive import unpack
from wheel_errors import UnpackError, UnsoundError
from wheels import unzip

pytestmark = pytest.mark.builds


class Archive:
    """A zip archive of a test, and where it is unpacked."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "sample.whl"
        self.target = directory / "unpacked"
        self.target.mkdir()

    def write(self, name: str, content: str, mode: int = 0o100644, method: int = 0) -> None:
        """Add a file."""
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        with zipfile.ZipFile(self.path, "a") as archive:
            archive.writestr(entry, content, method)

    def unpack(self) -> dict[str, str]:
        """Unpack it and return the content of its files by path."""
        unpack(str(self.path), str(self.target), unzip())
        files = (path for path in sorted(self.target.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.target)): path.read_text() for path in files}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_of_compression(archive: Archive, method: int) -> None:
    archive.write("sample.py", "content" * 100, method=method)
    assert archive.unpack() == {"sample.py": "content" * 100}


def test_bytes_before_the_archive(archive: Archive) -> None:
    archive.write("sample.py", "content")
    archive.path.write_bytes(b"#!/bin/sh\n" + archive.path.read_bytes())
    assert archive.unpack() == {"sample.py": "content"}


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "sample.py"])
def test_a_symlink_is_a_file_with_its_target(archive: Archive, target: str) -> None:
    archive.write("sample.py", "content")
    archive.write("link", target, 0o120777)
    assert archive.unpack() == {"sample.py": "content", "link": target}
    assert not (archive.target / "link").is_symlink()


def test_nothing_is_written_through_a_symlink(archive: Archive, tmp_path: Path) -> None:
    archive.write("link", str(tmp_path), 0o120777)
    archive.write("link/escaped", "")
    with pytest.raises(UnsoundError, match=r"^link(/escaped)? is a file and a directory$"):
        archive.unpack()
    assert not (tmp_path / "escaped").exists()


def test_the_last_of_two_files_counts(archive: Archive) -> None:
    archive.write("sample.py", "one")
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.write("sample.py", "two")
    assert archive.unpack() == {"sample.py": "two"}


def test_entries_of_directories_are_of_no_account(archive: Archive) -> None:
    archive.write("sample/", "", 0o40000)  # which nobody may enter
    archive.write("sample/__init__.py", "")
    archive.write("empty/", "")
    archive.unpack()
    assert (archive.target / "sample").stat().st_mode & 0o777 == 0o755
    assert not (archive.target / "empty").exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o100000, 0o644), (0o104755, 0o755), (0o100111, 0o755), (0, 0o644), (0o100666, 0o644)],
)
def test_permissions(archive: Archive, mode: int, expected: int, method: int) -> None:
    archive.write("file", "content", mode, method)
    archive.unpack()
    assert (archive.target / "file").stat().st_mode & 0o7777 == expected


def test_names_of_another_system_are_as_they_are(archive: Archive) -> None:
    archive.write("package\\module.py", "")
    archive.write("na\u00efve.py", "")
    assert set(archive.unpack()) == {"package\\module.py", "na\u00efve.py"}


def test_names_that_are_not_utf_8(archive: Archive) -> None:
    archive.write("caf_.py", "")
    archive.path.write_bytes(archive.path.read_bytes().replace(b"caf_.py", b"caf\x82.py"))
    assert set(archive.unpack()) == {"caf\u00e9.py"}  # code page 437, the format's default


def test_odd_paths_that_stay_inside(archive: Archive) -> None:
    archive.write("./one.py", "")
    archive.write("a//two.py", "")
    archive.write("a/../three.py", "")
    assert set(archive.unpack()) == {"one.py", "a/two.py", "three.py"}


@pytest.mark.parametrize(
    "path",
    ["../escaped", "a/../../escaped", "/tmp/escaped", "..", "a-1.data/data/../../escaped", "a/.."],
)
def test_paths_outside_of_the_archive(archive: Archive, tmp_path: Path, path: str) -> None:
    archive.write("sample.py", "")
    archive.write(path, "")
    with pytest.raises(UnsoundError) as raised:
        archive.unpack()
    assert str(raised.value) == f"{path} is outside of its directory"
    assert all(found.is_relative_to(archive.target) for found in tmp_path.rglob("escaped"))
    assert not Path("/tmp/escaped").exists()


def test_a_file_in_the_way_of_a_directory(archive: Archive) -> None:
    archive.write("sample", "")
    archive.write("sample/__init__.py", "")
    with pytest.raises(UnsoundError, match=r"^sample is a file and a directory$"):
        archive.unpack()


def test_not_an_archive(archive: Archive) -> None:
    archive.path.write_text("<html>not found</html>")
    with pytest.raises(UnpackError, match=r"^File is not a zip file$"):
        archive.unpack()


def test_damaged_content(archive: Archive) -> None:
    archive.write("sample.py", "the content", method=zipfile.ZIP_DEFLATED)
    content = archive.path.read_bytes()
    # The checksum in the local header and in the central directory.
    for signature, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = content.index(signature) + offset
        content = content[:at] + b"none" + content[at + 4 :]
    archive.path.write_bytes(content)
    with pytest.raises(UnpackError, match=r"^Bad CRC-32 for file 'sample\.py'$"):
        archive.unpack()


def test_a_method_that_is_not_known(archive: Archive) -> None:
    archive.write("sample.py", "content", method=zipfile.ZIP_DEFLATED)
    content = archive.path.read_bytes()
    # The method in the local header and in the central directory: 97 is WavPack.
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.index(signature) + offset
        content = content[:at] + b"\x61\x00" + content[at + 2 :]
    archive.path.write_bytes(content)
    with pytest.raises(UnpackError, match=r"^That compression method is not supported"):
        archive.unpack()


def test_an_encrypted_archive(archive: Archive) -> None:
    archive.write("sample.py", "content that is long enough")
    content = archive.path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + offset
        content = content[:at] + b"\x01\x00" + content[at + 2 :]
    archive.path.write_bytes(content)
    with pytest.raises(UnpackError, match=r"File 'sample\.py' is encrypted, password required"):
        archive.unpack()


def test_busybox_that_is_ended(archive: Archive) -> None:
    archive.write("sample.py", "content")
    unpack(str(archive.path), str(archive.target), ["/bin/sh", "-c", "kill -9 $$"])
    assert (archive.target / "sample.py").read_text() == "content"
