"""ELF files are read as patchelf reads them, and are stripped of what nothing loads."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from elf import SECTION, Elf, NotReadableError
from prefix import PROGRAM
from toolchain import build, run

pytestmark = pytest.mark.builds


@pytest.fixture(scope="module")
def python() -> Path:
    """Return the platform's Python."""
    return build("toolchain.platform.python") / "bin" / PROGRAM


@pytest.fixture(scope="module")
def extension() -> bytes:
    """Return an extension module as its wheel has it, with all that a debugger reads."""
    wheel = build("toolchain.wheels.markupsafe.artifact")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".so"))
        return archive.read(name)


def test_the_answers_are_those_of_patchelf(python: Path, tmp_path: Path, extension: bytes) -> None:
    patchelf = build("toolchain.platform.patchelf") / "bin/patchelf"
    module = tmp_path / "module.so"
    module.write_bytes(extension)
    bundled = build("toolchain.wheels.psycopg-binary").rglob("*.so*")
    files = [python, module, *(file for file in bundled if file.is_file())]
    assert len(files) > 10
    for file in files:
        elf = Elf(file.read_bytes())
        rpath, *needed = run(patchelf, "--print-rpath", "--print-needed", file).stdout.splitlines()
        assert (elf.library_path, elf.needed) == (rpath, needed)
        assert elf.has_interpreter == (file == python)


def test_a_static_program_needs_nothing() -> None:
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    assert Elf(busybox.read_bytes()).needed == []


def test_a_stripped_module_works(python: Path, tmp_path: Path, extension: bytes) -> None:
    stripped = Elf(extension).stripped()
    assert len(stripped) < len(extension) / 2
    assert b".debug_info" in extension
    assert b".debug_" not in stripped
    assert b".symtab" not in stripped
    (tmp_path / "_speedups.so").write_bytes(stripped)
    script = "import _speedups; print(_speedups._escape_inner('<'))"
    command = [
        str(python),
        "-I",
        "-c",
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {script}",
    ]
    assert subprocess.check_output(command, text=True) == "&lt;\n"


def test_to_strip_twice_changes_nothing(extension: bytes) -> None:
    once = Elf(extension).stripped()
    assert Elf(once).stripped() == once
    assert Elf(once).needed == Elf(extension).needed


def test_patchelf_reads_what_is_stripped(tmp_path: Path, extension: bytes) -> None:
    patchelf = build("toolchain.platform.patchelf") / "bin/patchelf"
    module = tmp_path / "module.so"
    module.write_bytes(Elf(extension).stripped())
    run(patchelf, "--force-rpath", "--add-rpath", "/directory", module)
    assert run(patchelf, "--print-rpath", module).stdout.strip() == "/directory"
    assert Elf(module.read_bytes()).library_path == "/directory"


def test_data_at_the_end_is_kept(extension: bytes) -> None:
    assert Elf(extension + b"data").stripped() == extension + b"data"


def test_a_section_that_a_program_may_read_is_kept(extension: bytes) -> None:
    other = extension.replace(b".debug_str\0", b".resources\0")
    assert other != extension
    assert Elf(other).stripped() == other


def test_a_file_without_sections_is_kept(extension: bytes) -> None:
    header = bytearray(extension[:64])
    header[40:48] = bytes(8)  # e_shoff
    header[60:64] = bytes(4)  # e_shnum, e_shstrndx
    without = bytes(header) + extension[64:]
    assert Elf(without).stripped() == without


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF",
        b"\x7fELF\x01\x01\x01" + bytes(100),  # of 32 bits
        b"\x7fELF\x02\x02\x01" + bytes(100),  # big-endian
        b"#!/bin/sh\n" + bytes(100),
    ],
)
def test_files_of_other_kinds(content: bytes) -> None:
    with pytest.raises(NotReadableError):
        Elf(content)


def test_damage_is_no_traceback(extension: bytes) -> None:
    lengths = [*range(0, 2000, 7), *range(2000, len(extension), 997)]
    changes = [
        *range(16, 64),
        *range(64, 1000, 3),
        *range(len(extension) - 37 * SECTION.size, len(extension), 5),
    ]
    damaged = [extension[:length] for length in lengths]
    damaged += [extension[:at] + b"\xff\xff" + extension[at + 2 :] for at in changes]
    for content in damaged:
        try:
            elf = Elf(content)
        except NotReadableError:
            continue
        assert len(elf.stripped()) <= len(content) + 2 * SECTION.size
