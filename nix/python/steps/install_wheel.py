"""Install one wheel into a prefix of its own.

The wheel must be for this machine; its files go to the places of their schemes; scripts stay
without an interpreter until an environment gives them one, and entry points without scripts;
compiled code is fitted to the platform; and bytecode is the same at every build.

Environment, set by wheel.nix: artifact (the wheel), file (its name on the index), out, and what
compiled_code.py takes.
"""

import csv
import os
import zlib
from io import StringIO
from itertools import chain
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from bytecode import compile_tree
from prefix import PLACEHOLDER, SITE_PACKAGES
from wheel_file import File, UnsoundError, digest, info_directory, read_files

# The Python and ABI tags that CPython 3.11 accepts (PEP 425): its own, and those of an earlier
# Python with a stable ABI or none.
PYTHONS = {"py3", *(f"{kind}3{minor}" for kind in ("py", "cp") for minor in range(2, 12))}
ABIS = {"none", "abi3", "cp311"}

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
    """Check that a wheel's tags (PEP 425, PEP 600) admit CPython 3.11 on this kind of machine.

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
            f"error: {file} is not a wheel for CPython 3.11 on linux {machine}. "
            "The lock does not fit this system: run ./please lock."
        )


def place(file: File, info: str) -> File:
    """Return a file of a wheel as it goes into a prefix, its path relative to that.

    info is the wheel's .dist-info directory. Raises UnsoundError for an unknown scheme.
    """
    data = info.removesuffix(".dist-info") + ".data"
    top, _, rest = file.path.partition("/")
    if top != data:
        path = f"{SITE_PACKAGES}/{file.path}"
        return File(path, file.content, is_executable=file.is_executable)
    scheme, _, path = rest.partition("/")
    if scheme not in SCHEMES:
        raise UnsoundError(f"{file.path} is of no scheme of a Python prefix")
    path = os.path.normpath(f"{SCHEMES[scheme]}/{path}")
    if scheme != "scripts":
        return File(path, file.content, is_executable=file.is_executable)
    first, newline, others = file.content.partition(b"\n")
    if first.startswith(b"#!python"):
        first = f"#!{PLACEHOLDER}".encode()
    return File(path, first + newline + others, is_executable=True)


def write(file: File, prefix: Path) -> Path:
    """Write a file of a prefix and return its path. Raises UnsoundError if there is one already."""
    path = prefix / file.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as new:
            new.write(file.content)
    except (FileExistsError, NotADirectoryError) as error:
        raise UnsoundError(f"two of its files would be {file.path}") from error
    if file.is_executable:
        path.chmod(0o755)
    return path


def install_wheel(wheel: Path, prefix: Path) -> list[Path]:
    """Install a wheel, named as on the index, into an empty prefix, and compile it.

    Returns its compiled code: ELF files. Raises SystemExit, naming the wheel and the file, if the
    wheel does not keep to the format, and what it has written is of no use then.
    """
    compiled_code = []
    record = StringIO()
    rows = csv.writer(record, lineterminator="\n")
    try:
        with ZipFile(wheel) as archive:
            info = info_directory(archive)
            own = File(f"{info}/INSTALLER", b"nix\n")
            for member in chain(read_files(archive), [own]):
                file = place(member, info)
                path = write(file, prefix)
                relative = os.path.relpath(file.path, SITE_PACKAGES)
                rows.writerow((relative, digest(file.content), len(file.content)))
                # ELF files that nobody can run or load, such as test data, are left as they are.
                runs = file.is_executable or ".so" in path.name
                if runs and file.content.startswith(ELF_MAGIC):
                    compiled_code.append(path)
    # What zipfile raises for an archive that is damaged, or of a kind that it does not know.
    except (BadZipFile, RuntimeError, ValueError, zlib.error) as error:
        raise SystemExit(
            f"error: {wheel.name} is not a sound wheel: {error}. "
            "Report it to its maintainers and lock another version."
        ) from error
    rows.writerow((f"{info}/RECORD", "", ""))
    (prefix / SITE_PACKAGES / info / "RECORD").write_text(record.getvalue())
    # Some packages carry templates and test data named .py that are not Python: not an error.
    compile_tree(prefix / SITE_PACKAGES)
    return compiled_code


def install_here(wheel: Path) -> None:
    """Install a wheel as the environment variables of the step say."""
    env = os.environ
    if files := install_wheel(wheel, Path(env["out"])):
        # Only here, because most wheels have none, and what it imports costs each of them.
        from compiled_code import Toolchain, fit  # noqa: PLC0415

        tools = Toolchain(**{name: env[name] for name in Toolchain._fields})
        for path in files:
            fit(path, tools)


def main() -> None:
    """Run the build step."""
    file = os.environ["file"]
    check_compatible(file, os.uname().machine)
    # A store path begins with a hash, and a wheel's name says what it is.
    wheel = Path(file).absolute()
    wheel.symlink_to(os.environ["artifact"])
    install_here(wheel)


if __name__ == "__main__":
    main()
