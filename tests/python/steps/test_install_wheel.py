"""Wheels are spread over a prefix, described as they are there, and compiled."""

import csv
import importlib.util
import os
import stat
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import install_wheel as step
import pytest
from prefix import SITE_PACKAGES
from wheels import digest, unzip, wheel

pytestmark = pytest.mark.builds

INFO = ("METADATA", "WHEEL", "INSTALLER", "RECORD")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "prefix"


def install_wheel(built: Path, prefix: Path) -> set[Path]:
    """Install a wheel and return its compiled code, fitted: with one byte more."""
    fitted: set[Path] = set()

    def fit(path: str) -> None:
        Path(path).write_bytes(Path(path).read_bytes() + b"+")
        fitted.add(Path(path))

    step.install_wheel(str(built), str(prefix), unzip(), fit)
    return fitted


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


def rows(prefix: Path) -> dict[str, list[str]]:
    """Return the rows of the installed RECORD by path; assert that no path has two."""
    text = (prefix / SITE_PACKAGES / "sample-1.0.dist-info/RECORD").read_text()
    found = list(csv.reader(text.splitlines()))
    assert len({row[0] for row in found}) == len(found)
    return {path: row for path, *row in found}


def test_record_describes_the_prefix(tmp_path: Path, prefix: Path) -> None:
    scripts = {"sample-1.0.data/scripts/with-python": "#!python\n"}
    compiled = {"sample.so": "\x7fELF"}
    install_wheel(wheel(tmp_path, "sample", {"a,b.py": "", **scripts, **compiled}), prefix)
    info = "sample-1.0.dist-info"
    record = rows(prefix)
    # What an environment changes is without a hash.
    unhashed = {"../../../bin/with-python", f"{info}/RECORD"}
    assert record.keys() == {"a,b.py", "sample.so", *unhashed, *(f"{info}/{name}" for name in INFO)}
    for path, row in record.items():
        content = (prefix / SITE_PACKAGES / path).read_text()
        expected = ["", ""] if path in unhashed else [digest(content), str(len(content))]
        assert row == expected


def test_importlib_finds_the_files(tmp_path: Path, prefix: Path) -> None:
    script = {"sample-1.0.data/scripts/tool": "#!python\n"}
    install_wheel(wheel(tmp_path, "sample", {"sample.py": "", **script}), prefix)
    site = prefix / SITE_PACKAGES
    files = PathDistribution(site / "sample-1.0.dist-info").files
    assert files is not None
    installed = {Path(os.path.normpath(site / file)) for file in files}
    assert installed == {
        path for path in prefix.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }


def test_compiled_code_is_returned(tmp_path: Path, prefix: Path) -> None:
    program = "sample-1.0.data/scripts/program"
    files = {"sample.so": "\x7fELF", "b.so": "", "data.bin": "\x7fELF", program: "\x7fELF"}
    found = install_wheel(wheel(tmp_path, "sample", files), prefix)
    assert found == {prefix / SITE_PACKAGES / "sample.so", prefix / "bin/program"}


def test_entry_points_wait_for_an_environment(tmp_path: Path, prefix: Path) -> None:
    points = "[console_scripts]\nsample = sample:main\n"
    install_wheel(wheel(tmp_path, "sample", {"sample.py": ""}, entry_points=points), prefix)
    assert not (prefix / "bin").exists()


def test_a_module_that_is_not_python_is_not_an_error(tmp_path: Path, prefix: Path) -> None:
    install_wheel(wheel(tmp_path, "sample", {"sample/template.py": "{{ name }} ="}), prefix)
    assert (prefix / SITE_PACKAGES / "sample/template.py").is_file()


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"sample.py,,\n",
        b"/sample.py,sha256=0,7\n",
        b"..\\..\\sample.py,,\r\n",
        b"../../../../outside,sha256=0,7\n",
        b"sample.py,md5=1B2M2Y8AsgTpgAmY7PhCfg,0\nsample.py,sha1=0,x\nsample.py\n",
        b"\xef\xbb\xbfsample.py,sha256=0,7,more\n",
        b"absent.py,sha256=0,7\n",
        b"caf\xe9.py,,\n",
        b'"' + b"x" * 200_000,
    ],
)
def test_record_decides_nothing(tmp_path: Path, prefix: Path, record: bytes) -> None:
    built = wheel(tmp_path, "sample", {"sample.py": "content"})
    with zipfile.ZipFile(built) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(built, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, record if name.endswith("RECORD") else data)
    install_wheel(built, prefix)
    assert (prefix / SITE_PACKAGES / "sample.py").read_text() == "content"
    assert rows(prefix)["sample.py"] == [digest("content"), "7"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../../../../escaped.py", "../../../../escaped.py is outside of its directory"),
        (
            "sample-1.0.data/data/../../escaped",
            "data/../../escaped is outside of its directory",
        ),
        ("/tmp/escaped.py", "/tmp/escaped.py is outside of its directory"),
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


@pytest.mark.parametrize("scheme", ["purelib", "platlib"])
def test_a_scheme_replaces_a_file_of_the_root(tmp_path: Path, prefix: Path, scheme: str) -> None:
    files = {f"sample-1.0.data/{scheme}/sample.py": "two", "sample.py": "one"}
    install_wheel(wheel(tmp_path, "sample", files), prefix)
    assert (prefix / SITE_PACKAGES / "sample.py").read_text() == "two"
    assert rows(prefix)["sample.py"] == [digest("two"), "3"]


def test_the_installer_is_nix(tmp_path: Path, prefix: Path) -> None:
    installer = "sample-1.0.dist-info/INSTALLER"
    install_wheel(wheel(tmp_path, "sample", {installer: "pip"}), prefix)
    assert (prefix / SITE_PACKAGES / installer).read_text() == "nix\n"


def test_a_file_where_a_scheme_has_a_directory(tmp_path: Path, prefix: Path) -> None:
    files = {"sample": "", "sample-1.0.data/purelib/sample/module.py": ""}
    with pytest.raises(SystemExit) as raised:
        install_wheel(wheel(tmp_path, "sample", files), prefix)
    path = f"{SITE_PACKAGES}/sample/module.py"
    assert f"is not a sound wheel: {path} is a file and a directory." in str(raised.value)


def test_any_directory_of_schemes(tmp_path: Path, prefix: Path) -> None:
    install_wheel(wheel(tmp_path, "sample", {"Sample-1.data/purelib/sample.py": ""}), prefix)
    assert (prefix / SITE_PACKAGES / "sample.py").is_file()
    assert not (prefix / SITE_PACKAGES / "Sample-1.data").exists()


def test_metadata_of_another_project(tmp_path: Path, prefix: Path) -> None:
    built = wheel(tmp_path, "other", {})
    renamed = built.rename(tmp_path / "sample-1.0-py3-none-any.whl")
    with pytest.raises(SystemExit) as raised:
        install_wheel(renamed, prefix)
    assert str(raised.value) == (
        "error: sample-1.0-py3-none-any.whl is not a sound wheel: its .dist-info directory is "
        "other-1.0.dist-info, of another project. Report it to its maintainers and lock another "
        "version."
    )


def test_not_an_archive(tmp_path: Path, prefix: Path) -> None:
    broken = tmp_path / "sample-1.0-py3-none-any.whl"
    broken.write_text("<html>not found</html>")
    with pytest.raises(SystemExit) as raised:
        install_wheel(broken, prefix)
    assert str(raised.value) == (
        "error: sample-1.0-py3-none-any.whl could not be unpacked: File is not a zip file. Make "
        "room if the disk is full; else report it to its maintainers and lock another version."
    )


def test_what_the_archive_says_of_permissions(tmp_path: Path, prefix: Path) -> None:
    built = wheel(tmp_path, "sample", {"sample/tool": "#!/bin/sh\n", "sample/data": "data"})
    with zipfile.ZipFile(built) as archive:
        content = {member: archive.read(member) for member in archive.infolist()}
    with zipfile.ZipFile(built, "w") as archive:
        # A directory that nobody may enter, were it made as the archive has it.
        archive.writestr(zipfile.ZipInfo("sample/"), "")
        for member, data in content.items():
            # A file that nobody may read, and a program that runs as its owner.
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
