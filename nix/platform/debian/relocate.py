"""Make the unpacked files of Debian packages self-contained: a prefix in the Nix store.

Debian builds for the prefix /usr and for the loader's default directories. Here the files of /usr
and of / are in one prefix already (unpack.sh); symlinks have to stay inside it; executables get a
loader and a library path in the store; and glibc and OpenSSL forget the host's directories, so that
a program maps the same files on every machine, with the build sandbox on or off.

No file is written in place: the Python that runs this, its loader and its libraries may be among
them.

Environment, set by component.nix: out (the unpacked packages), multiarch, loader (its file name),
libraries (directories of other components' libraries), patchelf (its path), finish
(Python source to execute at the end with the prefix as the working directory; may be empty).
"""

import os
import runpy
import struct
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ELF_MAGIC = b"\x7fELF"
PT_INTERP = 3

# Same-length edits of the directories that are compiled in; patchelf 0.14 breaks these files.
# An edit that finds nothing fails, because then the file is not the one that it was made for.
FORGOTTEN = {
    "ld-linux": [
        (b"/etc/ld.so.", b"/.no/ld.so."),
        (b"/usr/lib/", b"/.no/lib/"),
        (b"\0/lib/", b"\0/.no/"),
    ],
    "libc.so": [(b"/usr/lib/", b"/.no/lib/"), (b"/usr/share/", b"/.no/share/")],
    "libcrypto.so": [(b"/usr/lib/", b"/.no/lib/")],
}
UNTOUCHED_BY_PATCHELF = ("ld-linux", "libc.so")


def contain_symlinks(out: Path) -> None:
    """Point absolute symlinks, which mean the host's root, into the prefix; drop dangling ones."""
    links = [path for path in walk(out) if path.is_symlink()]
    for link in links:
        target = str(link.readlink())
        if target.startswith("/"):
            inside = out / target.removeprefix("/usr").lstrip("/")
            link.unlink()
            link.symlink_to(os.path.relpath(inside, link.parent))
    # Only when none leads to the host; and one may lead to another.
    for link in [link for link in links if not link.exists()]:
        link.unlink()


def walk(directory: Path) -> Iterator[Path]:
    """Yield all files and symlinks below a directory but for bytecode, in a fixed order."""
    for parent, names, files in os.walk(directory):
        names[:] = sorted(name for name in names if name != "__pycache__")
        links = [name for name in names if Path(parent, name).is_symlink()]
        for name in sorted([*files, *links]):
            yield Path(parent, name)


def is_elf(path: Path) -> bool:
    """Tell whether a regular file is an ELF file. Modules, half of all files, are not opened."""
    if path.suffix == ".py" or path.is_symlink():
        return False
    with path.open("rb") as file:
        return file.read(4) == ELF_MAGIC


def forget_host(path: Path) -> None:
    """Edit the host's directories out of glibc's and OpenSSL's files; leave others alone.

    Raises ValueError for a file of theirs in which a string that should be edited does not occur.
    """
    for prefix, edits in FORGOTTEN.items():
        if not path.name.startswith(prefix):
            continue
        content = path.read_bytes()
        for old, new in edits:
            if old not in content:
                raise ValueError(
                    f"{path}: does not contain {old!r}. This edit was made for another version of "
                    "the package: look at FORGOTTEN in nix/platform/debian/relocate.py."
                )
            content = content.replace(old, new)
        replace(path, content)


def replace(path: Path, content: bytes) -> None:
    """Put another file into the place of one, with the same permissions."""
    new = path.with_name(f".{path.name}")
    new.write_bytes(content)
    new.chmod(path.stat().st_mode)
    new.replace(path)


def has_interpreter(path: Path) -> bool:
    """Tell whether an ELF file (elf(5); 64 bit, little-endian) has a program header PT_INTERP.

    patchelf tells it too, at the cost of a process for each of a hundred shared objects.
    """
    content = path.read_bytes()
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    types = (struct.unpack_from("<I", content, start + size * n)[0] for n in range(count))
    return PT_INTERP in types


def patch_executable(path: Path, patchelf: str, loader: Path, libraries: str) -> None:
    """Give an executable its loader and, by DT_RPATH, the libraries of everything it loads.

    DT_RPATH rather than DT_RUNPATH, because only the former also serves the libraries that a
    loaded library needs (ld.so(8)): extension modules of wheels among them.
    """
    if not has_interpreter(path):
        return
    new = path.with_name(f".{path.name}")
    options = ["--force-rpath", "--set-rpath", libraries, "--set-interpreter", str(loader)]
    subprocess.run([patchelf, *options, "--output", str(new), str(path)], check=True)
    new.replace(path)


def relocate(out: Path, libraries: Sequence[Path], loader: str, patchelf: str) -> None:
    """Make a prefix of the packages that are unpacked at out.

    Its programs run with the loader of that name that comes first in the directories `libraries`.
    """
    contain_symlinks(out)
    found = next(directory / loader for directory in libraries if (directory / loader).exists())
    searched = ":".join(str(directory) for directory in libraries)
    for path in filter(is_elf, list(walk(out))):
        forget_host(path)
        if not path.name.startswith(UNTOUCHED_BY_PATCHELF):
            patch_executable(path, patchelf, found, searched)


def main() -> None:
    """Run the build step with the settings in the environment."""
    env = os.environ
    out = Path(env["out"])
    libraries = [out / "lib" / env["multiarch"], *map(Path, env["libraries"].split())]
    relocate(out, libraries, env["loader"], env["patchelf"])
    if env.get("finish"):
        os.chdir(out)
        runpy.run_path(env["finish"], run_name="__main__")


if __name__ == "__main__":
    main()
