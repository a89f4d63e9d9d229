"""The source tree of a member may be written, and its manifest says what it is built with."""

from pathlib import Path

import pytest
from member_sources import build_key, copy_source, read_manifest
from source_links import left_out


def test_a_copy_may_be_written_and_keeps_links_and_permissions(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "package").mkdir(parents=True)
    (source / "package/run.sh").touch()
    (source / "package/run.sh").chmod(0o555)
    (source / "package/data").touch()
    (source / "package/link").symlink_to("data")
    (source / "package/lost").symlink_to("/nowhere")
    (source / "package").chmod(0o555)
    copy_source(str(source), tmp_path / "copy", left_out(str(source)))
    package = tmp_path / "copy/package"
    modes = {path.name: path.lstat().st_mode & 0o777 for path in package.iterdir()}
    assert modes == {"run.sh": 0o755, "data": 0o644, "link": 0o777}
    assert (package / "link").readlink() == Path("data")
    assert package.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({}, "setuptools"),
        ({"build-system": {"requires": []}}, ""),
        (
            {"build-system": {"requires": ["Flit_Core >=3.2,<4", "A[x, B];python_version>'3'"]}},
            'a[b,x] ; python_version > "3", flit-core<4,>=3.2',
        ),
    ],
)
def test_what_a_build_requires(table: dict[str, object], key: str) -> None:
    assert build_key(table) == key


@pytest.mark.parametrize("requires", ["setuptools", 3, [4]])
def test_requirements_of_another_shape(requires: object) -> None:
    with pytest.raises(ValueError, match="requires is not a list of requirements") as raised:
        build_key({"build-system": {"requires": requires}})
    assert str(raised.value) == (
        '[build-system] requires is not a list of requirements, such as ["setuptools"]'
    )


def test_a_broken_requirement() -> None:
    with pytest.raises(ValueError, match=r"^\[build-system\] requires: "):
        build_key({"build-system": {"requires": ["a b"]}})


def test_a_broken_manifest(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname =\n")
    with pytest.raises(SystemExit) as raised:
        read_manifest(tmp_path / "pyproject.toml", "src/sample")
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml: Invalid value (at line 2, column 7). "
        "Correct it, and build again."
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("build-system = 3", "build-system is not a table"),
        ("build-system = []", "build-system is not a table"),
        ("tool = []", "tool is not a table"),
        ("dependency-groups = 1", "dependency-groups is not a table"),
        ("[tool]\nservices = 1", "tool.services is not a table"),
        (
            "[tool.services]\nresolve = 3",
            '[tool.services]: `resolves` is not a list of names, such as ["default"]',
        ),
        (
            '[tool.services]\nresolves = "default"',
            '[tool.services]: `resolves` is not a list of names, such as ["default"]',
        ),
        (
            "[build-system]\nbuild-backend = 3",
            '[build-system] build-backend is not a string, such as "setuptools.build_meta"',
        ),
        (
            '[build-system]\nbackend-path = "."',
            '[build-system] backend-path is not a list of directories, such as ["."]',
        ),
    ],
)
def test_values_of_another_type(tmp_path: Path, text: str, wrong: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{text}\n")
    with pytest.raises(SystemExit) as raised:
        read_manifest(tmp_path / "pyproject.toml", "src/sample")
    assert str(raised.value) == (
        f"error: src/sample/pyproject.toml: {wrong}. Correct it, and build again."
    )
