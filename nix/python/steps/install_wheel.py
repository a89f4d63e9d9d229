"""Install one wheel into a prefix of its own.

The wheel must be for this machine; its files go to the places of their schemes; scripts stay
without an interpreter until an environment gives them one, and entry points without scripts;
compiled code is fitted to the platform; and bytecode is the same at every build.

Environment, set by wheel.nix: artifact (the wheel), file (its name on the index), busybox (the
command), out, and what compiled_code.py takes.
"""

from __future__ import annotations

import os
import sys
from _csv import writer

from bytecode import compile_tree
from prefix import PLACEHOLDER, SITE_PACKAGES
from wheel_file import File, UnpackError, UnsoundError, info_directory, read_files, unpack

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The Python and ABI tags that this CPython accepts (PEP 425): its own, and those of an earlier one
# with a stable ABI or none.
MINOR = sys.version_info.minor
PYTHONS = {"py3", *(f"{kind}3{minor}" for kind in ("py", "cp") for minor in range(2, MINOR + 1))}
ABIS = {"none", "abi3", f"cp3{MINOR}"}

# Where the schemes of a wheel's .data directory are in a prefix (sysconfig's names).
SCHEMES = {
    "purelib": SITE_PACKAGES,
    "platlib": SITE_PACKAGES,
    "scripts": "bin",
    "headers": "include",
    "data": ".",
}

ELF_MAGIC = b"\x7fELF"


def check_compatible(file: str, machine: str) -> None:
    """Check that a wheel's tags (PEP 425, PEP 600) admit this CPython on this kind of machine.

    Raises SystemExit, naming the wheel and the tags, if they do not.
    """
    pythons, abis, platforms = (
        part.split(".") for part in file.removesuffix(".whl").rsplit("-", 3)[1:]
    )
    on_platform = any(
        tag == "any" or (tag.startswith(("manylinux", "linux_")) and tag.endswith(f"_{machine}"))
        for tag in platforms
    )
    if not on_platform or PYTHONS.isdisjoint(pythons) or ABIS.isdisjoint(abis):
        raise SystemExit(
            f"error: {file} is not a wheel for CPython 3.{MINOR} on linux {machine}. "
            "The lock does not fit this system: run ./please lock."
        )


def place(file: File, data: str) -> File:
    """Return a file of a wheel's .data directory as it goes into a prefix.

    data is the name of that directory. Raises UnsoundError for an unknown scheme.
    """
    scheme, _, below = file.path.removeprefix(f"{data}/").partition("/")
    if scheme not in SCHEMES or not below:
        raise UnsoundError(f"{file.path} is of no scheme of a Python prefix")
    path = os.path.normpath(f"{SCHEMES[scheme]}/{below}")
    if scheme != "scripts":
        return File(path, file.content, file.hashed, is_executable=file.is_executable)
    first, newline, others = file.content.partition(b"\n")
    if first.startswith(b"#!python"):
        first = f"#!{PLACEHOLDER}".encode()
    return File(path, first + newline + others, is_executable=True)


def write(prefix: str, file: File) -> None:
    """Write a file of a prefix. Raises UnsoundError if there is one already."""
    path = f"{prefix}/{file.path}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as new:
            new.write(file.content)
    except (FileExistsError, NotADirectoryError) as error:
        raise UnsoundError(f"two of its files would be {file.path}") from error
    if file.is_executable:
        os.chmod(path, 0o755)


def spread(site: str, info: str, prefix: str) -> Iterator[File]:
    """Yield the files of a wheel, unpacked at site, as they are in a prefix then.

    info is the name of its .dist-info directory; what is in its .data directory goes to the places
    of its schemes. Raises UnsoundError if the wheel does not keep to the format.
    """
    data = info.removesuffix(".dist-info") + ".data"
    for file in read_files(site, info):
        if file.path.partition("/")[0] == data:
            os.unlink(f"{site}/{file.path}")
            placed = place(file, data)
            write(prefix, placed)
            yield placed
        else:
            file.path = f"{SITE_PACKAGES}/{file.path}"
            yield file
    for directory, _, _ in os.walk(f"{site}/{data}", topdown=False):
        # A file of this wheel may belong there.
        if not os.listdir(directory):
            os.rmdir(directory)
    installer = File(f"{SITE_PACKAGES}/{info}/INSTALLER", b"nix\n")
    write(prefix, installer)
    yield installer


def install_wheel(wheel: str, prefix: str, unzip: Sequence[str]) -> list[str]:
    """Install a wheel, named as on the index, into an empty prefix, and compile it.

    unzip is the command of busybox. Returns the wheel's compiled code: paths of ELF files. Raises
    SystemExit, naming the wheel and the file, if it cannot be unpacked or does not keep to the
    format, and what it has written is of no use then.
    """
    site = f"{prefix}/{SITE_PACKAGES}"
    os.makedirs(site)
    compiled_code = []
    rows: list[tuple[str, str, int | str]] = []
    try:
        unpack(wheel, site, unzip)
        info = info_directory(site)
        for file in spread(site, info, prefix):
            rows.append((os.path.relpath(file.path, SITE_PACKAGES), file.hashed, len(file.content)))
            # ELF files that nobody can run or load, such as test data, are left as they are.
            runs = file.is_executable or ".so" in os.path.basename(file.path)
            if runs and file.content.startswith(ELF_MAGIC):
                compiled_code.append(f"{prefix}/{file.path}")
    except UnpackError as error:
        raise SystemExit(
            f"error: {os.path.basename(wheel)} could not be unpacked: {error}. Make room if the "
            "disk is full; else report it to its maintainers and lock another version."
        ) from error
    # UnsoundError, and what is not in UTF-8.
    except ValueError as error:
        raise SystemExit(
            f"error: {os.path.basename(wheel)} is not a sound wheel: {error}. "
            "Report it to its maintainers and lock another version."
        ) from error
    rows.append((f"{info}/RECORD", "", ""))
    with open(f"{site}/{info}/RECORD", "w", encoding="utf-8") as record:
        writer(record, lineterminator="\n").writerows(rows)
    # Some packages carry templates and test data named .py that are not Python: not an error.
    compile_tree(site)
    return compiled_code


def install_here(wheel: str) -> None:
    """Install a wheel as the environment variables of the step say."""
    env = os.environ
    if files := install_wheel(wheel, env["out"], [env["busybox"], "unzip"]):
        # Only here, because most wheels have none, and what it imports costs each of them.
        from pathlib import Path  # noqa: PLC0415

        from compiled_code import Toolchain, fit  # noqa: PLC0415

        tools = Toolchain(**{name: env[name] for name in Toolchain._fields})
        for path in files:
            fit(Path(path), tools)


def main() -> None:
    """Run the build step."""
    file = os.environ["file"]
    check_compatible(file, os.uname().machine)
    # A store path begins with a hash, and a wheel's name says what it is.
    os.symlink(os.environ["artifact"], file)
    install_here(file)
