"""A wheel is read as its RECORD describes it, or not at all."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from wheel_file import File, UnpackError, UnsoundError, info_directory, read_files, unpack
from wheels import digest, unzip, wheel

pytestmark = pytest.mark.builds


def read(archive: Path) -> list[File]:
    """Unpack a wheel and read its files."""
    directory = archive.parent / "unpacked"
    directory.mkdir()
    unpack(str(archive), str(directory), unzip())
    return list(read_files(str(directory), info_directory(str(directory))))


def archive(path: Path, files: dict[str, str]) -> list[File]:
    """Write an archive and read it as a wheel."""
    with zipfile.ZipFile(path, "w") as new:
        for name, content in files.items():
            new.writestr(name, content)
    return read(path)


def test_files_come_without_record(tmp_path: Path) -> None:
    files = read(wheel(tmp_path, "sample", {"sample.py": "content"}))
    info = "sample-1.0.dist-info"
    assert {file.path for file in files} == {"sample.py", f"{info}/METADATA", f"{info}/WHEEL"}


def test_signatures_are_dropped(tmp_path: Path) -> None:
    text = "Wheel-Version: 1.0\n"
    record = f"a.dist-info/WHEEL,{digest(text)},\n"
    files = {"a.dist-info/WHEEL": text, "a.dist-info/RECORD": record, "a.dist-info/RECORD.jws": "x"}
    assert [file.path for file in archive(tmp_path / "sample.whl", files)] == ["a.dist-info/WHEEL"]
    assert not (tmp_path / "unpacked/a.dist-info/RECORD.jws").exists()


def test_paths_may_be_spelled_otherwise(tmp_path: Path) -> None:
    text = "Wheel-Version: 1.0\n"
    files = {
        "./a.dist-info/WHEEL": text,
        "a.dist-info/RECORD": f"./a.dist-info/WHEEL,{digest(text)},\n",
    }
    assert [file.path for file in archive(tmp_path / "sample.whl", files)] == ["a.dist-info/WHEEL"]


def test_unzip_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UnpackError, match=r"^unzip was ended by signal 9$"):
        unpack("sample.whl", str(tmp_path), ["/bin/sh", "-c", "kill -9 $$"])


def test_a_symlink_is_no_file(tmp_path: Path) -> None:
    built = wheel(tmp_path, "sample", {})
    with zipfile.ZipFile(built, "a") as written:
        link = zipfile.ZipInfo("passwd")
        link.external_attr = 0o120777 << 16
        written.writestr(link, "/etc/passwd")
    with pytest.raises(UnsoundError, match=r"^passwd is not a regular file$"):
        read(built)


def test_lines_without_a_hash_may_have_no_file(tmp_path: Path) -> None:
    text = "Wheel-Version: 1.0\n"
    record = f"a/,,\na/__pycache__/b.pyc,,\na.dist-info/WHEEL,{digest(text)},\n"
    files = {"a.dist-info/WHEEL": text, "a.dist-info/RECORD": record}
    assert [file.path for file in archive(tmp_path / "sample.whl", files)] == ["a.dist-info/WHEEL"]


def test_stronger_hashes(tmp_path: Path) -> None:
    text = "Wheel-Version: 1.9\n"
    hashed = urlsafe_b64encode(hashlib.sha512(text.encode()).digest()).decode()
    record = f"a.dist-info/WHEEL,sha512={hashed},\n"
    files = {"a.dist-info/WHEEL": text, "a.dist-info/RECORD": record}
    assert [file.path for file in archive(tmp_path / "sample.whl", files)] == ["a.dist-info/WHEEL"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.py": ""}, "it has 0 .dist-info directories in place of one"),
        ({"a.dist-info/WHEEL": "", "b.dist-info/WHEEL": ""}, "it has 2 .dist-info directories"),
        ({"a.dist-info/METADATA": ""}, "it has no a.dist-info/WHEEL"),
        ({"a.dist-info/WHEEL": "Wheel-Version: 1.0\n"}, "it has no a.dist-info/RECORD"),
        ({"a.dist-info": ""}, "it has no a.dist-info/WHEEL"),
        ({"a.dist-info/WHEEL/file": ""}, "it has no a.dist-info/WHEEL"),
        (
            {"a.dist-info/WHEEL": "Wheel-Version: 2.0\n"},
            "its Wheel-Version is '2.0', and 1 is what is known here",
        ),
        (
            {"a.dist-info/WHEEL": "Wheel-Version: 1.0\n", "a.dist-info/RECORD": "a.py,1\n"},
            "its RECORD has a line of 2 fields in place of 3: ['a.py', '1']",
        ),
        ({"a.dist-info/WHEEL": "Name: a\n"}, "its Wheel-Version is ''"),
        (
            {"a.dist-info/WHEEL": "Wheel-Version: 1.0\n", "a.dist-info/RECORD": "x" * 200_000},
            "its RECORD is not in the format of CSV: field larger than field limit (131072)",
        ),
    ],
)
def test_not_a_wheel(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(UnsoundError) as raised:
        archive(tmp_path / "sample.whl", files)
    assert reason in str(raised.value)


@pytest.mark.parametrize("hashed", ["", "md5=1B2M2Y8AsgTpgAmY7PhCfg", "shake_128=a", "crc=1"])
def test_a_hash_must_be_sound(tmp_path: Path, hashed: str) -> None:
    text = "Wheel-Version: 1.0\n"
    record = (
        f"a.dist-info/WHEEL,{digest(text)},{len(text)}\na.dist-info/RECORD,,\na.py,{hashed},0\n"
    )
    files = {"a.py": "", "a.dist-info/WHEEL": text, "a.dist-info/RECORD": record}
    with pytest.raises(UnsoundError, match=r"a\.py has no sound hash in its RECORD"):
        archive(tmp_path / "sample.whl", files)
