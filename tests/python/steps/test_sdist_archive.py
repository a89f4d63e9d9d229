"""An sdist is unpacked into its directory, and nowhere else."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from sdist_archive import SdistError, unpack_sdist


class Archive:
    """A tar archive of a test, and where it is unpacked."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "a-1.tar.gz"
        self.target = directory / "unpacked"
        self.outside = directory / "outside"
        self.outside.mkdir()
        self.members: list[tuple[tarfile.TarInfo, bytes]] = []

    def add(
        self, name: str, content: str = "", kind: bytes = tarfile.REGTYPE, mode: int = 0o644
    ) -> None:
        """Add a member; of a link, content is where it leads."""
        member = tarfile.TarInfo(name)
        member.type, member.mode = kind, mode
        data = b""
        if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            member.linkname = content
        else:
            data = content.encode()
            member.size = len(data)
        self.members.append((member, data))

    def unpack(self) -> Path:
        """Write and unpack it; return its top directory."""
        with tarfile.open(self.path, "w:gz") as archive:
            for member, data in self.members:
                archive.addfile(member, io.BytesIO(data))
        return unpack_sdist(self.path, self.target)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def test_files_directories_and_links(archive: Archive) -> None:
    archive.add("./a-1", kind=tarfile.DIRTYPE, mode=0)
    archive.add("a-1/b/c.py", "content")
    archive.add("a-1/tool", "#!/bin/sh", mode=0o4711)
    archive.add("a-1/soft", "b/c.py", tarfile.SYMTYPE)
    archive.add("a-1/up/soft", "../b", tarfile.SYMTYPE)
    archive.add("a-1/hard", "a-1/b/c.py", tarfile.LNKTYPE)
    archive.add("a-1/old", "1")
    archive.members[-1][0].mtime = 86400
    archive.add("a-1/twice", "1")
    archive.add("a-1/twice", "2")
    top = archive.unpack()
    assert top.name == "a-1"
    assert top.stat().st_mode & 0o777 == 0o755
    assert {(top / name).read_text() for name in ("b/c.py", "soft", "up/soft/c.py", "hard")} == {
        "content"
    }
    assert (top / "tool").stat().st_mode & 0o7777 == 0o755
    assert (top / "twice").read_text() == "2"
    assert (top / "old").stat().st_mtime == 86400


def test_a_zip_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a-1.zip", "w") as archive:
        archive.writestr("a-1/", "")
        archive.writestr("a-1/b/c.py", "content")
    top = unpack_sdist(tmp_path / "a-1.zip", tmp_path / "unpacked")
    assert (top / "b/c.py").read_text() == "content"


@pytest.mark.parametrize("name", ["../outside/x", "/outside/x", "a-1/../../outside/x"])
def test_a_zip_archive_with_a_path_outside(archive: Archive, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a-1.zip", "w") as written:
        written.writestr(name, "")
    with pytest.raises(SdistError) as raised:
        unpack_sdist(tmp_path / "a-1.zip", archive.target)
    assert str(raised.value) == f"{name} is outside of its directory"
    assert not list(archive.outside.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "kind", "reason"),
    [
        ("../outside/x", "", tarfile.REGTYPE, "../outside/x is outside of its directory"),
        ("/tmp/x", "", tarfile.REGTYPE, "/tmp/x is outside of its directory"),
        ("a-1/../..", "", tarfile.DIRTYPE, "a-1/../.. is outside of its directory"),
        ("a-1/b/x", "../../../outside", tarfile.SYMTYPE, "a-1/b/x -> ../../../outside is outside"),
        ("a-1/x", "/etc", tarfile.SYMTYPE, "a-1/x -> /etc is outside of its directory"),
        ("a-1/x", "../outside/x", tarfile.LNKTYPE, "../outside/x is outside of its directory"),
        ("a-1/x", "a-1/absent", tarfile.LNKTYPE, "a-1/x is a link to a-1/absent, which is not"),
        ("a-1/x", "", tarfile.FIFOTYPE, "a-1/x is neither a file, a directory nor a link"),
        ("a-1/x", "", tarfile.CHRTYPE, "a-1/x is neither a file, a directory nor a link"),
    ],
)
def test_a_member_without_a_place(
    archive: Archive, name: str, content: str, kind: bytes, reason: str
) -> None:
    archive.add("a-1/file")
    archive.add(name, content, kind)
    with pytest.raises(SdistError) as raised:
        archive.unpack()
    assert str(raised.value).startswith(reason)
    assert not list(archive.outside.iterdir())


@pytest.mark.parametrize("last", ["a-1/a/b/out/x", "a-1/a/b/out"])
def test_a_chain_of_links(archive: Archive, last: str) -> None:
    # By their text, `up` is a-1 and `out` is a-1/a/outside; in truth, `out` leads outside.
    archive.add("a-1/a/b/up", "../..", tarfile.SYMTYPE)
    archive.add("a-1/a/b/out", "up/../../outside", tarfile.SYMTYPE)
    archive.add(last, "content")
    with pytest.raises(SdistError) as raised:
        archive.unpack()
    assert str(raised.value) == f"{last} leads through a link, a-1/a/b/out"
    assert not list(archive.outside.iterdir())


def test_a_hard_link_through_a_link(archive: Archive) -> None:
    (archive.outside / "x").write_text("safe")
    archive.add("a-1/a/b/up", "../..", tarfile.SYMTYPE)
    archive.add("a-1/a/b/out", "up/../../outside", tarfile.SYMTYPE)
    archive.add("a-1/hard", "a-1/a/b/out/x", tarfile.LNKTYPE)
    with pytest.raises(SdistError, match="leads through a link"):
        archive.unpack()


def test_a_file_does_not_change_what_it_is_linked_to(archive: Archive) -> None:
    archive.add("a-1/one", "1")
    archive.add("a-1/two", "a-1/one", tarfile.LNKTYPE)
    archive.add("a-1/two", "2")
    top = archive.unpack()
    assert (top / "one").read_text() == "1"


def test_a_file_and_a_directory(archive: Archive) -> None:
    archive.add("a-1/x")
    archive.add("a-1/x/y")
    with pytest.raises(SdistError, match=r"^a-1/x(/y)? is in it twice, as different things$"):
        archive.unpack()


@pytest.mark.parametrize("names", [["a-1/x", "b/x"], ["file"], []])
def test_not_one_top_directory(archive: Archive, names: list[str]) -> None:
    for name in names:
        archive.add(name)
    with pytest.raises(SdistError) as raised:
        archive.unpack()
    assert str(raised.value) == (
        f"it has {len(names)} files and directories at its top, not one directory"
    )


def test_not_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a-1.tar.gz").write_text("<html>not found</html>")
    with pytest.raises(SdistError, match=r"^it is neither a tar archive nor a zip archive$"):
        unpack_sdist(tmp_path / "a-1.tar.gz", tmp_path / "unpacked")


def test_an_archive_that_is_cut_short(archive: Archive) -> None:
    archive.add("a-1/x", "".join(chr(n) for n in range(5000)))
    archive.unpack()
    archive.path.write_bytes(archive.path.read_bytes()[:2000])
    with pytest.raises(SdistError):
        unpack_sdist(archive.path, archive.target.with_name("again"))
