"""Fit the compiled code of wheels to the platform: extension modules, libraries, executables.

Wheels of the manylinux kind are built for a system with /lib64/ld-linux-*.so.2 and a libstdc++
where the loader looks for it (PEP 600); and some are published with symbols and debugging
information, which can be most of their bytes.
"""

import subprocess
from pathlib import Path
from typing import NamedTuple


class Toolchain(NamedTuple):
    """What fitting takes: files of the platform, as paths."""

    loader: str  # the dynamic loader
    libc: str  # the directory of libc
    cxx: str  # the directory of libstdc++
    patchelf: str
    strip: str  # elfutils' eu-strip


def fit(path: Path, tools: Toolchain) -> None:
    """Fit one ELF file: drop what only a debugger reads, set the loader and the library paths.

    A file with a library path of its own has been through patchelf already (auditwheel's work);
    it is left as it is but for what it needs to run, because stripping may break such files.
    """

    def ask(*questions: str) -> list[str] | None:
        command = [tools.patchelf, *questions, str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        return answer.stdout.splitlines() if answer.returncode == 0 else None

    rpath, *needed = ask("--print-rpath", "--print-needed") or [""]
    if not needed:
        return  # a static program
    path.chmod(0o755)
    if not rpath:
        subprocess.run([tools.strip, str(path)], check=True)
    directories = [tools.cxx] if "libstdc++.so.6" in needed else []
    loader = []
    if ".so" not in path.name and ask("--print-interpreter"):
        directories.append(tools.libc)
        loader = ["--set-interpreter", tools.loader]
    if directories:
        # DT_RPATH, as relocate.py has it: it also serves what a library loads in turn.
        add = ["--force-rpath", "--add-rpath", ":".join(directories)]
        subprocess.run([tools.patchelf, *loader, *add, str(path)], check=True)
