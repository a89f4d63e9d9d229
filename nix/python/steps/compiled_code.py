"""Fit the compiled code of wheels to the platform: extension modules, libraries, executables.

Wheels of the manylinux kind are built for a system with /lib64/ld-linux-*.so.2 and a libstdc++
where the loader looks for it (PEP 600); and some are published with symbols and debugging
information, which can be most of their bytes.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ELF_MAGIC = b"\x7fELF"


class Toolchain(NamedTuple):
    """What fitting takes: files of the platform, as paths."""

    loader: str  # the dynamic loader
    libc: str  # the directory of libc
    cxx: str  # the directory of libstdc++
    patchelf: str
    strip: str  # elfutils' eu-strip


def elf_files(prefix: Path) -> Iterator[Path]:
    """Yield the ELF files among a prefix's programs and shared objects, in a fixed order."""
    for path in sorted(prefix.rglob("*")):
        is_program = path.parent == prefix / "bin" or path.stat().st_mode & 0o111
        if path.is_file() and (is_program or ".so" in path.name):
            with path.open("rb") as file:
                if file.read(len(ELF_MAGIC)) == ELF_MAGIC:
                    yield path


def fit(path: Path, tools: Toolchain) -> None:
    """Fit one ELF file: drop what only a debugger reads, set the loader and the library paths.

    A file with a library path of its own has been through patchelf already (auditwheel's work);
    it is left as it is but for what it needs to run, because stripping may break such files.
    """

    def ask(question: str) -> str | None:
        command = [tools.patchelf, question, str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        return answer.stdout.strip() if answer.returncode == 0 else None

    needed = (ask("--print-needed") or "").split()
    if not needed:
        return  # a static program
    path.chmod(0o755)
    if not ask("--print-rpath"):
        subprocess.run([tools.strip, str(path)], check=True)
    directories = [tools.cxx] if "libstdc++.so.6" in needed else []
    loader = []
    if ask("--print-interpreter") is not None:
        directories.append(tools.libc)
        loader = ["--set-interpreter", tools.loader]
    if directories:
        # DT_RPATH, as relocate.py has it: it also serves what a library loads in turn.
        add = ["--force-rpath", "--add-rpath", ":".join(directories)]
        subprocess.run([tools.patchelf, *loader, *add, str(path)], check=True)


def fit_all(prefix: Path, tools: Toolchain) -> None:
    """Fit all compiled code of a prefix."""
    for path in elf_files(prefix):
        fit(path, tools)
