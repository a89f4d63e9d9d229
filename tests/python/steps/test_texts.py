"""Files that Nix hands over in one come out as they went in."""

import json
import sys
from pathlib import Path

import pytest
import texts
from texts import unpack
from toolchain import ROOT, NixError, run

FILES = {
    "empty.py": b"",
    "a b/$x''y.py": b"no newline at the end",
    "lines.py": b"1 2\r\n\n3 4\n" * 3,
    "caf\u00e9/latin.py": b"# coding: latin-1\ncaf\xe9 = ''\n",
    "long/with/directories.py": b"x = 1\n" * 20_000,
}


def pack(directory: Path, files: dict[str, bytes]) -> str:
    """Write files to a directory, and return the store path that Nix makes of them."""
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    names = " ".join(json.dumps(name, ensure_ascii=False).replace("$", "\\$") for name in files)
    expression = (
        f"import {ROOT}/nix/python/texts.nix "
        f'(map (name: {{ inherit name; path = {directory} + ("/" + name); }}) [ {names} ])'
    )
    command = ["nix-instantiate", "--eval", "--read-write-mode", "--json", "-E", expression]
    path: str = json.loads(run(*command).stdout)
    return path


@pytest.mark.parametrize("files", [FILES, {}], ids=["some", "none"])
def test_files_come_out_as_they_went_in(tmp_path: Path, files: dict[str, bytes]) -> None:
    unpack(pack(tmp_path / "from", files), str(tmp_path / "to"))
    found = [path for path in (tmp_path / "to").rglob("*") if path.is_file()]
    assert {str(path.relative_to(tmp_path / "to")): path.read_bytes() for path in found} == files


def test_they_are_added_to_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "to/sub").mkdir(parents=True)
    (tmp_path / "to/sub/old.txt").touch()
    unpack(pack(tmp_path / "from", {"sub/new.py": b"1"}), str(tmp_path / "to"))
    assert (tmp_path / "to/sub/old.txt").exists()
    assert (tmp_path / "to/sub/new.py").read_bytes() == b"1"


def test_a_file_with_a_nul_byte_is_named(tmp_path: Path) -> None:
    with pytest.raises(NixError, match=r"from/binary\.py' cannot be represented as a Nix string"):
        pack(tmp_path / "from", {"binary.py": b"a\0b"})


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The output of the step, which is given two modules and a variable."""
    (tmp_path / "modules").write_text("6 6\none.pyx = 1\n6 6\ntwo.pyx = 2\n")
    monkeypatch.setenv("modules", str(tmp_path / "modules"))
    monkeypatch.setenv("variables", "busybox=/busybox")
    monkeypatch.setenv("out", str(tmp_path / "out"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path / "out"


def test_modules_are_in_one_directory(out: Path) -> None:
    texts.main()
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    compiled = {f"__pycache__/{name}.cpython-311.pyc" for name in ("one", "two")}
    assert names == {"one.py", "two.py", "variables", *compiled}
    assert (out / "variables").read_text() == "busybox=/busybox"


def test_a_module_that_does_not_compile(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out.parent / "modules").write_text("6 3\ntwo.pydef")
    with pytest.raises(SystemExit) as raised:
        texts.main()
    assert str(raised.value) == "error: a module of the build steps does not compile (see above)"
    assert "two.py" in capsys.readouterr().out
