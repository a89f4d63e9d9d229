"""Wheels are verified, spread over a prefix, and compiled."""

import csv
import importlib.util
import stat
import zipfile
from pathlib import Path

import install_wheel as step
import pytest
from install_wheel import check_compatible
from prefix import SITE_PACKAGES
from wheels import digest, unzip, wheel

pytestmark = pytest.mark.builds

INFO = ("METADATA", "WHEEL", "INSTALLER", "RECORD")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "prefix"


def install_wheel(built: Path, prefix: Path) -> list[Path]:
    """Install a wheel and return its compiled code."""
    return [Path(path) for path in step.install_wheel(str(built), str(prefix), unzip())]


def tree(prefix: Path) -> dict[str, bytes]:
    """Return the content of all files below a directory by path."""
    files = (path for path in sorted(prefix.rglob("*")) if path.is_file())
    return {str(path.relative_to(prefix)): path.read_bytes() for path in files}


def test_modules_and_metadata_go_to_site_packages(tmp_path: Path, prefix: Path) -> None:
    install_wheel(wheel(tmp_path, "sample", {"sample/__init__.py": "answer = 42\n"}), prefix)
    site = prefix / SITE_PACKAGES
    assert (site / "sample/__init__.py").read_text() == "answer = 42\n"
    assert (site / "sample-1.0.dist-info/INSTALLER").read_text() == "nix\n"
    assert Path(importlib.util.cache_from_source(str(site / "sample/__init__.py"))).is_file()


def test_two_installations_are_identical(tmp_path: Path) -> None:
    built = wheel(tmp_path, "sample", {"sample.py": "names = {'a', 'b', 'c'}\n"})
    install_wheel(built, tmp_path / "one")
    install_wheel(built, tmp_path / "two")
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert one.keys() == two.keys()
    # Bytecode holds its path, which in the store is always the same.
    assert {path for path in one if one[path] != two[path]} <= {
        path for path in one if path.endswith(".pyc")
    }


def test_data_goes_to_its_places(tmp_path: Path, prefix: Path) -> None:
    data = "sample-1.0.data"
    files = {
        "sample.py": "",
        f"{data}/data/share/sample/settings.txt": "settings",
        f"{data}/scripts/with-python": "#!python\nprint()\n",
        f"{data}/scripts/with-shell": "#!/bin/sh\n",
        f"{data}/headers/sample.h": "header",
        f"{data}/platlib/sample_speedups.py": "",
    }
    install_wheel(wheel(tmp_path, "sample", files), prefix)
    installed = tree(prefix)
    assert installed["share/sample/settings.txt"] == b"settings"
    assert installed["bin/with-python"] == b"#!@python@\nprint()\n"
    assert installed["bin/with-shell"] == b"#!/bin/sh\n"
    assert installed["include/sample.h"] == b"header"
    assert f"{SITE_PACKAGES}/sample_speedups.py" in installed


def test_record_describes_the_prefix(tmp_path: Path, prefix: Path) -> None:
    script = "sample-1.0.data/scripts/with-python"
    install_wheel(wheel(tmp_path, "sample", {"a,b.py": "", script: "#!python\n"}), prefix)
    info = "sample-1.0.dist-info"
    rows = list(csv.reader((prefix / SITE_PACKAGES / info / "RECORD").read_text().splitlines()))
    paths = {"a,b.py", "../../../bin/with-python", *(f"{info}/{name}" for name in INFO)}
    assert {row[0] for row in rows} == paths
    assert rows[-1] == [f"{info}/RECORD", "", ""]
    for path, hashed, size in rows[:-1]:
        content = (prefix / SITE_PACKAGES / path).read_text()
        assert (hashed, size) == (digest(content), str(len(content)))


def test_compiled_code_is_told(tmp_path: Path, prefix: Path) -> None:
    program = "sample-1.0.data/scripts/program"
    files = {"sample.so": "\x7fELF", "b.so": "", "data.bin": "\x7fELF", program: "\x7fELF"}
    found = install_wheel(wheel(tmp_path, "sample", files), prefix)
    assert set(found) == {prefix / SITE_PACKAGES / "sample.so", prefix / "bin/program"}


def test_entry_points_wait_for_an_environment(tmp_path: Path, prefix: Path) -> None:
    points = "[console_scripts]\nsample = sample:main\n"
    install_wheel(wheel(tmp_path, "sample", {"sample.py": ""}, entry_points=points), prefix)
    assert not (prefix / "bin").exists()


def test_a_module_that_is_not_python_is_no_error(tmp_path: Path, prefix: Path) -> None:
    install_wheel(wheel(tmp_path, "sample", {"sample/template.py": "{{ name }} ="}), prefix)
    assert (prefix / SITE_PACKAGES / "sample/template.py").is_file()


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ({"sample.py": "other"}, "sample.py is not what its RECORD describes"),
        ({}, "sample.py is not in its RECORD"),
        ({"sample.py": "content", "absent.py": ""}, "absent.py is in its RECORD alone"),
    ],
    ids=["other content", "not in RECORD", "in RECORD alone"],
)
def test_content_must_match_record(
    tmp_path: Path, prefix: Path, recorded: dict[str, str], reason: str
) -> None:
    built = wheel(tmp_path, "sample", {"sample.py": "content"}, recorded=recorded)
    with pytest.raises(SystemExit) as raised:
        install_wheel(built, prefix)
    message = str(raised.value)
    assert "error: sample-1.0-py3-none-any.whl is not a sound wheel: " in message
    assert reason in message
    assert message.endswith("Report it to its maintainers and lock another version.")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../../../../escaped.py", "../../../../escaped.py leads out of it"),
        (
            "sample-1.0.data/data/../../escaped",
            "data/../../escaped leads out of it",
        ),
        ("/tmp/escaped.py", "/tmp/escaped.py leads out of it"),
        ("sample-1.0.data/other/escaped", "sample-1.0.data/other/escaped is of no scheme"),
        ("sample-1.0.data/scripts", "sample-1.0.data/scripts is of no scheme"),
        ("sample-1.0.data", "sample-1.0.data is of no scheme"),
    ],
)
def test_a_path_must_stay_in_the_prefix(
    tmp_path: Path, prefix: Path, path: str, reason: str
) -> None:
    with pytest.raises(SystemExit) as raised:
        install_wheel(wheel(tmp_path, "sample", {path: "content"}), prefix)
    assert "sample-1.0-py3-none-any.whl is not a sound wheel: " in str(raised.value)
    assert reason in str(raised.value)
    assert all(found.is_relative_to(prefix) for found in tmp_path.rglob("escaped*"))
    assert not Path("/tmp/escaped.py").exists()


def test_two_files_at_one_path(tmp_path: Path, prefix: Path) -> None:
    files = {"sample.py": "one", "sample-1.0.data/purelib/sample.py": "two"}
    with pytest.raises(SystemExit, match=r"is not a sound wheel: .*sample\.py"):
        install_wheel(wheel(tmp_path, "sample", files), prefix)


def test_not_an_archive(tmp_path: Path, prefix: Path) -> None:
    broken = tmp_path / "sample-1.0-py3-none-any.whl"
    broken.write_text("<html>not found</html>")
    with pytest.raises(SystemExit) as raised:
        install_wheel(broken, prefix)
    message = str(raised.value)
    assert message.startswith("error: sample-1.0-py3-none-any.whl could not be unpacked: unzip: ")
    assert message.endswith(
        "Make room if the disk is full; else report it to its maintainers and lock another version."
    )


def test_a_damaged_archive(tmp_path: Path, prefix: Path) -> None:
    built = wheel(tmp_path, "sample", {"sample.py": "the content"})
    built.write_bytes(built.read_bytes().replace(b"the content", b"not content"))
    with pytest.raises(SystemExit, match=r"sample\.py is not what its RECORD describes"):
        install_wheel(built, prefix)


def test_a_file_twice_in_the_archive_is_what_record_says(tmp_path: Path, prefix: Path) -> None:
    built = wheel(tmp_path, "sample", {"sample.py": "one"})
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(built, "a") as archive,
    ):
        archive.writestr("sample.py", "two")
    install_wheel(built, prefix)
    assert (prefix / SITE_PACKAGES / "sample.py").read_text() == "one"


def test_what_the_archive_says_of_permissions(tmp_path: Path, prefix: Path) -> None:
    built = wheel(tmp_path, "sample", {"sample/tool": "#!/bin/sh\n", "sample/data": "data"})
    with zipfile.ZipFile(built) as archive:
        content = {member: archive.read(member) for member in archive.infolist()}
    with zipfile.ZipFile(built, "w") as archive:
        # A directory that nobody may enter, were it made as the archive has it.
        archive.writestr(zipfile.ZipInfo("sample/"), "")
        for member, data in content.items():
            # A file that belongs to nobody, and a program that runs as its owner.
            mode = {"sample/tool": 0o104755, "sample/data": 0}.get(member.filename, 0o644)
            member.external_attr = (0o100000 | mode) << 16
            archive.writestr(member, data)
    install_wheel(built, prefix)
    site = prefix / SITE_PACKAGES
    assert stat.S_IMODE((site / "sample/tool").stat().st_mode) == 0o755
    assert stat.S_IMODE((site / "sample/data").stat().st_mode) == 0o644


def test_data_in_what_was_data(tmp_path: Path, prefix: Path) -> None:
    nested = "sample-1.0.data/purelib/sample-1.0.data/file"
    install_wheel(wheel(tmp_path, "sample", {nested: "content"}), prefix)
    assert (prefix / SITE_PACKAGES / "sample-1.0.data/file").read_text() == "content"
    assert not (prefix / SITE_PACKAGES / "sample-1.0.data/purelib").exists()


@pytest.mark.parametrize(
    "tag",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "py311-none-any",
        "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "cp311-cp311-linux_x86_64",
    ],
)
def test_wheels_for_this_machine(tag: str) -> None:
    check_compatible(f"sample-1.0-{tag}.whl", "x86_64")


@pytest.mark.parametrize(
    "tag",
    [
        "cp311-cp311-win_amd64",
        "cp311-cp311-macosx_11_0_x86_64",
        "cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp310-cp310-manylinux_2_17_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
        "py312-none-any",
        "py2-none-any",
        "pp311-pypy311_pp73-manylinux_2_17_x86_64",
    ],
)
def test_wheels_for_another_machine(tag: str) -> None:
    with pytest.raises(SystemExit) as raised:
        check_compatible(f"sample-1.0-{tag}.whl", "x86_64")
    assert str(raised.value) == (
        f"error: sample-1.0-{tag}.whl is not a wheel for CPython 3.11 on linux x86_64. "
        "The lock does not fit this system: run ./please lock."
    )
