"""Install one wheel into a prefix of its own.

The wheel must be for this machine; its files go to the places of their schemes; scripts stay
without an interpreter until an environment gives them one, and entry points without scripts;
compiled code is fitted to the platform; and bytecode is the same at every build. A wheel that
pip installs is installed, and one that pip refuses fails the step.

Environment, set by wheel.nix: artifact (the wheel), file (its name on the index), out; and by
installer.nix: busybox (the command), and what compiled_code.py takes.
"""

from __future__ import annotations

import os
from _csv import writer

from archive import unpack
from bytecode import compile_tree
from prefix import PLACEHOLDER, SITE_PACKAGES
from variables import load
from wheel_errors import UnpackError, UnsoundError
from wheel_file import File, digest, info_directory, is_data, read, read_files
from wheel_tags import check_compatible

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Where the schemes of a wheel's .data directory are in a prefix (sysconfig's names).
SCHEMES = {
    "purelib": SITE_PACKAGES,
    "platlib": SITE_PACKAGES,
    "scripts": "bin",
    "headers": "include",
    "data": ".",
}

ELF_MAGIC = b"\x7fELF"


def place(file: File) -> File:
    """Change a file of a wheel's .data directory to the file of a prefix, and return it.

    Raises UnsoundError for an unknown scheme.
    """
    _, _, below = file.path.partition("/")
    scheme, _, name = below.partition("/")
    if scheme not in SCHEMES or not name:
        known = ", ".join(SCHEMES)
        raise UnsoundError(f"{file.path} is of no scheme of a Python prefix (those are {known})")
    file.path = os.path.normpath(f"{SCHEMES[scheme]}/{name}")
    if scheme == "scripts":
        file.is_executable = True
        first, newline, others = file.content.partition(b"\n")
        if first.startswith(b"#!python"):
            file.content = f"#!{PLACEHOLDER}".encode() + newline + others
    return file


def write(prefix: str, file: File) -> None:
    """Write a file of a prefix, in place of one that is there, as pip does.

    Raises UnsoundError if a directory is there, or a file where its directory should be.
    """
    path = f"{prefix}/{file.path}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as new:
            new.write(file.content)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise UnsoundError(f"{file.path} is a file and a directory") from error
    os.chmod(path, 0o755 if file.is_executable else 0o644)


def spread(site: str, info: str, prefix: str) -> Iterator[File]:
    """Yield the files of a wheel, unpacked at site, as they are in a prefix then.

    info is the name of its .dist-info directory; files in a .data directory go to the places of
    their schemes. Raises UnsoundError if the wheel does not keep to the format.
    """
    for file in read_files(site, info):
        if is_data(file.path):
            os.unlink(f"{site}/{file.path}")
            write(prefix, place(file))
        else:
            file.path = f"{SITE_PACKAGES}/{file.path}"
        yield file
    for name in os.listdir(site):
        if name.endswith(".data"):
            remove_empty(f"{site}/{name}")
    installer = File(f"{SITE_PACKAGES}/{info}/INSTALLER", b"nix\n")
    write(prefix, installer)
    yield installer


def remove_empty(top: str) -> None:
    """Remove a directory and those in it, as far as they are empty: it may hold a wheel's files."""
    for directory, _, _ in os.walk(top, topdown=False):
        if not os.listdir(directory):
            os.rmdir(directory)


def install_wheel(
    wheel: str, prefix: str, unzip: Sequence[str], fit: Callable[[str], object]
) -> None:
    """Install a wheel, named as on the index, into an empty prefix, and compile it.

    Args:
        wheel: The path of the wheel.
        prefix: The path of the prefix, which must not exist.
        unzip: The command of busybox's unzip.
        fit: Fits an ELF file of the prefix, given its path, to the platform.

    Raises:
        SystemExit: The wheel cannot be unpacked or does not keep to the format. The message names
            the wheel and the file; the prefix is not fit for use then.
    """
    name = os.path.basename(wheel)
    site = f"{prefix}/{SITE_PACKAGES}"
    os.makedirs(site)
    compiled_code: set[str] = set()
    rows: dict[str, tuple[str, int | str]] = {}
    try:
        unpack(wheel, site, unzip)
        info = info_directory(site, name.partition("-")[0])
        for file in spread(site, info, prefix):
            path = os.path.relpath(file.path, SITE_PACKAGES)
            rows[path] = (digest(file.content), len(file.content))
            # ELF files that nobody can run or load, such as test data, are left as they are.
            runs = file.is_executable or ".so" in os.path.basename(file.path)
            if runs and file.content.startswith(ELF_MAGIC):
                compiled_code.add(file.path)
            elif file.content.startswith(f"#!{PLACEHOLDER}".encode()):
                # An environment gives it an interpreter.
                rows[path] = ("", "")
    except UnpackError as error:
        raise SystemExit(
            f"error: {name} could not be unpacked: {error}. Make room if the disk is full; "
            "else report it to its maintainers and lock another version."
        ) from error
    # UnsoundError, and what is not in UTF-8.
    except ValueError as error:
        raise SystemExit(
            f"error: {name} is not a sound wheel: {error}. "
            "Report it to its maintainers and lock another version."
        ) from error
    for path in sorted(compiled_code):
        fit(f"{prefix}/{path}")
        content = read(prefix, path)
        rows[os.path.relpath(path, SITE_PACKAGES)] = (digest(content), len(content))
    rows[f"{info}/RECORD"] = ("", "")
    with open(f"{site}/{info}/RECORD", "w", encoding="utf-8", newline="") as record:
        writer(record, lineterminator="\n").writerows((path, *row) for path, row in rows.items())
    # Some packages carry templates and test data named .py that are not Python: not an error.
    compile_tree(prefix)


def install_here(wheel: str) -> None:
    """Install a wheel as the environment variables of the step say."""
    env = os.environ
    install_wheel(wheel, env["out"], [env["busybox"], "unzip"], fit_here)


def fit_here(path: str) -> None:
    """Fit an ELF file to the platform as the environment variables of the step say."""
    # Only here, because most wheels have no ELF file, and these imports would cost each of them.
    from pathlib import Path  # noqa: PLC0415

    from compiled_code import Toolchain, fit  # noqa: PLC0415

    fit(Path(path), Toolchain(**{name: os.environ[name] for name in Toolchain._fields}))


def main() -> None:
    """Run the build step."""
    load()
    file = os.environ["file"]
    check_compatible(file, os.uname().machine)
    # A store path begins with a hash, and a wheel's name says what it is.
    os.symlink(os.environ["artifact"], file)
    install_here(file)
