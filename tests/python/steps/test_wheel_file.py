"""A wheel has its metadata, in a known version of the format."""

from pathlib import Path

import pytest
from wheel_errors import UnsoundError
from wheel_file import File, info_directory, read_files


def read(directory: Path, files: dict[str, str]) -> list[File]:
    """Write the files of a wheel and read them."""
    for name, content in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return list(read_files(str(directory), info_directory(str(directory), "a")))


def wheel(**changes: str) -> dict[str, str]:
    """Return the files of a wheel; changes are those of its .dist-info directory."""
    own = {"WHEEL": "Wheel-Version: 1.0\n", "RECORD": "", **changes}
    return {f"a-1.dist-info/{name}": text for name, text in own.items()}


def test_record_and_its_signatures_are_dropped(tmp_path: Path) -> None:
    files = wheel(**{"RECORD.jws": "", "RECORD.p7s": "", "METADATA": ""})
    paths = [file.path for file in read(tmp_path, files)]
    assert paths == ["a-1.dist-info/METADATA", "a-1.dist-info/WHEEL"]
    assert {path.name for path in (tmp_path / "a-1.dist-info").iterdir()} == {"METADATA", "WHEEL"}


def test_files_have_content_and_permissions(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("runs")
    (tmp_path / "tool").chmod(0o755)
    files = {file.path: file for file in read(tmp_path, {"a.py": "x = 1", **wheel()})}
    assert (files["a.py"].content, files["a.py"].is_executable) == (b"x = 1", False)
    assert (files["tool"].content, files["tool"].is_executable) == (b"runs", True)


def test_files_of_schemes_come_last(tmp_path: Path) -> None:
    files = {"a-1.data/purelib/a.py": "", "z.py": "", **wheel()}
    assert read(tmp_path, files)[-1].path == "a-1.data/purelib/a.py"


@pytest.mark.parametrize("version", ["1.0", "1.9", " 1", "0.1"])
def test_known_versions(tmp_path: Path, version: str) -> None:
    assert read(tmp_path, wheel(WHEEL=f"wheel-version: {version}\n"))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.py": ""}, "it has 0 .dist-info directories in place of one"),
        ({**wheel(), "b-1.dist-info/WHEEL": ""}, "it has 2 .dist-info directories"),
        ({"b-1.dist-info/WHEEL": ""}, "its .dist-info directory is b-1.dist-info, of another"),
        ({"a-1.dist-info/METADATA": ""}, "it has no a-1.dist-info/WHEEL"),
        ({"a-1.dist-info/WHEEL": "Wheel-Version: 1.0\n"}, "it has no a-1.dist-info/RECORD"),
        ({"a-1.dist-info": ""}, "it has no a-1.dist-info/WHEEL"),
        ({"a-1.dist-info/WHEEL/file": ""}, "it has no a-1.dist-info/WHEEL"),
        (wheel(WHEEL="Wheel-Version: 2.0\n"), "its Wheel-Version is '2.0', and 1 is what is"),
        (wheel(WHEEL="Wheel-Version: 1.x\n"), "its Wheel-Version is '1.x'"),
        (wheel(WHEEL="Name: a\n"), "its Wheel-Version is ''"),
    ],
)
def test_not_a_wheel(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(UnsoundError) as raised:
        read(tmp_path, files)
    assert reason in str(raised.value)


@pytest.mark.parametrize("project", ["Foo_Bar", "foo.bar", "foo--bar", "FOO-bar"])
def test_names_are_compared_normalized(tmp_path: Path, project: str) -> None:
    (tmp_path / "foo_bar-1.0.dist-info").mkdir()
    assert info_directory(str(tmp_path), project) == "foo_bar-1.0.dist-info"
