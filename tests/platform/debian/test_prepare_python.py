"""The unpacked CPython says where it is, and holds what services need."""

from pathlib import Path

import prepare_python
import pytest
from toolchain import ROOT

ENCODINGS = "lib/python3.11/encodings/__init__.py"


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is unpacked of a Python, in miniature, as the working directory."""
    library = tmp_path / "lib/python3.11"
    for name in ("bin/python3.11", "lib/python3.11/os.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (library / "encodings").mkdir()
    (tmp_path / ENCODINGS).write_text('"""Encodings."""\n\nimport codecs\nimport sys\n')
    (tmp_path / "bin/python3").symlink_to("elsewhere")
    (library / "_sysconfigdata_arch.py").write_text(
        "build_time_vars = {'prefix': '/usr', 'LIBDIR': '/usr/lib/arch',\n"
        " 'TZPATH': '/usr/share/zoneinfo:/usr/lib/zoneinfo'}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("tzdata", "/tzdata")
    monkeypatch.setenv("out", str(tmp_path))
    monkeypatch.setenv("readOnlyStore", str(ROOT / "nix/platform/read_only_store.py"))
    return tmp_path


def test_sysconfig_names_the_prefix(prefix: Path) -> None:
    prepare_python.prepare()
    content: dict[str, dict[str, str]] = {}
    exec((prefix / "lib/python3.11/_sysconfigdata_arch.py").read_text(), content)
    variables = content["build_time_vars"]
    assert variables["prefix"] == str(prefix)
    assert variables["LIBDIR"] == f"{prefix}/lib/arch"
    assert variables["TZPATH"].startswith("/tzdata/share/zoneinfo:")


def test_one_interpreter_under_three_names(prefix: Path) -> None:
    prepare_python.prepare()
    for name in ("python", "python3"):
        assert str((prefix / "bin" / name).readlink()) == "python3.11"


def test_modules_are_compiled(prefix: Path) -> None:
    prepare_python.prepare()
    prepare_python.compile_library()
    assert (prefix / "lib/python3.11/__pycache__/os.cpython-311.pyc").is_file()


def test_the_first_module_protects_the_store(prefix: Path) -> None:
    prepare_python.prepare()
    prepare_python.compile_library()
    assert (prefix / ENCODINGS).read_text() == (
        '"""Encodings."""\n\nfrom . import read_only_store\n\nread_only_store.protect()\n'
        "\nimport codecs\nimport sys\n"
    )
    compiled = {path.name for path in (prefix / ENCODINGS).parent.glob("__pycache__/*")}
    assert compiled == {
        f"{module}.cpython-311{level}.pyc"
        for module in ("__init__", "read_only_store")
        for level in ("", ".opt-1", ".opt-2")
    }


def test_another_first_module(prefix: Path) -> None:
    (prefix / ENCODINGS).write_text("import sys\n")
    with pytest.raises(SystemExit) as raised:
        prepare_python.prepare()
    assert str(raised.value) == (
        f"error: {ENCODINGS} has no line 'import codecs' of its own. This edit was made for "
        "another version of Python: look at IMPORTS in nix/platform/debian/prepare_python.py."
    )


def test_a_module_that_does_not_compile(prefix: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (prefix / "lib/python3.11/broken.py").write_text("def broken(:\n")
    prepare_python.prepare()
    with pytest.raises(SystemExit) as raised:
        prepare_python.compile_library()
    assert str(raised.value) == (
        "error: a module of the standard library does not compile (see above)"
    )
    assert "broken.py" in capfd.readouterr().out


def test_trouble_with_relocation_stops_the_build(
    prefix: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    libc = prefix / "lib/arch/libc.so.6"
    libc.parent.mkdir()
    libc.write_bytes(b"\x7fELF of another version")
    (libc.parent / "ld.so").write_text("")
    variables = {"multiarch": "arch", "libraries": "", "loader": "ld.so", "patchelf": "/none"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as raised:
        prepare_python.main()
    assert str(raised.value) == "error: Python could not be relocated (see above)"
    assert f"{libc}: does not contain b'/usr/lib/'" in capfd.readouterr().err
