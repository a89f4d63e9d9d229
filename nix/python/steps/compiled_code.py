"""Fit the compiled code of wheels to the platform: extension modules, libraries, executables.

Wheels of the manylinux kind are built for a system with /lib64/ld-linux-*.so.2 and a libstdc++
where the loader looks for it (PEP 600); and some are published with symbols and debugging
information, which can be most of their bytes.
"""

from __future__ import annotations

import os

from elf import Elf, NotReadableError

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Mapping


def fit(path: str, tools: Mapping[str, str]) -> None:
    """Fit one ELF file: drop what only a debugger reads, set the loader and the library paths.

    A file with a library path of its own has been through patchelf already (auditwheel's work);
    it is left as it is but for what it needs to run, because stripping may break such files.

    Args:
        path: The path of the file.
        tools: Paths of the platform: its loader, the directories of libc and of libstdc++ (cxx),
            and the program patchelf.

    Raises:
        SystemExit: patchelf fails; it has said why.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        elf = Elf(content)
    except NotReadableError:
        return  # not one that this platform can load
    if not elf.needed:
        return  # a static program
    os.chmod(path, 0o755)
    if not elf.library_path and len(stripped := elf.stripped()) < len(content):
        with open(path, "wb") as file:
            file.write(stripped)
    directories = [tools["cxx"]] if "libstdc++.so.6" in elf.needed else []
    loader = []
    if ".so" not in os.path.basename(path) and elf.has_interpreter:
        directories.append(tools["libc"])
        loader = ["--set-interpreter", tools["loader"]]
    if directories:
        # DT_RPATH, as relocate.py has it: it also serves what a library loads in turn.
        add = ["--force-rpath", "--add-rpath", ":".join(directories)]
        patch(tools["patchelf"], *loader, *add, path)


def patch(*command: str) -> None:
    """Run patchelf. Raises SystemExit if it fails."""
    process = os.posix_spawn(command[0], command, os.environ)
    _, status = os.waitpid(process, 0)
    if status:
        raise SystemExit(f"error: {' '.join(command)} failed (see above)")
