"""Make the unpacked files of Debian packages self-contained: a prefix in the Nix store.

Debian builds for the prefix /usr and for the loader's default directories. Here /usr, /lib and
/bin become one prefix; symlinks stay inside it; executables get the prefix's own loader and
library path; and glibc and OpenSSL forget the host's directories, so that a program maps the same
files on every machine, with the build sandbox on or off.

Environment, set by relocate.nix: root (the unpacked packages), out (the prefix to make),
multiarch, loader (its file name), patchelf (the command that runs it), finish (Python source to
execute at the end with the prefix as the working directory; may be empty).
"""

import os
import runpy
import shutil
import struct
import subprocess
from collections.abc import Iterator
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


def flatten(root: Path, out: Path) -> None:
    """Copy the files below root to out, those below /usr one level up.

    /lib64 is left out: it holds only the loader's other name.
    """
    for source in walk(root):
        relative = source.relative_to(root)
        if relative.parts[0] == "lib64":
            continue
        target = out / str(relative).removeprefix("usr/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target, follow_symlinks=False)
        if not target.is_symlink():
            target.chmod(target.stat().st_mode | 0o200)


def contain_symlinks(out: Path) -> None:
    """Point absolute symlinks, which mean the host's root, into the prefix; drop dangling ones."""
    for link in [path for path in walk(out) if path.is_symlink()]:
        target = str(link.readlink())
        if target.startswith("/"):
            inside = out / target.removeprefix("/usr").lstrip("/")
            link.unlink()
            link.symlink_to(os.path.relpath(inside, link.parent))
        if not link.exists():
            link.unlink()


def walk(directory: Path) -> Iterator[Path]:
    """Yield all files and symlinks below a directory, in a fixed order."""
    for parent, names, files in os.walk(directory):
        names.sort()
        links = [name for name in names if Path(parent, name).is_symlink()]
        for name in sorted([*files, *links]):
            yield Path(parent, name)


def is_elf(path: Path) -> bool:
    """Tell whether a regular file is an ELF file."""
    if path.is_symlink():
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
        path.write_bytes(content)


def has_interpreter(path: Path) -> bool:
    """Tell whether an ELF file (elf(5); 64 bit, little-endian) has a program header PT_INTERP.

    patchelf tells it too, at the cost of a process for each of a hundred shared objects.
    """
    content = path.read_bytes()
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    types = (struct.unpack_from("<I", content, start + size * n)[0] for n in range(count))
    return PT_INTERP in types


def patch_executable(path: Path, patchelf: list[str], interpreter: Path) -> None:
    """Give an executable its loader and, by DT_RPATH, the libraries of everything it loads.

    DT_RPATH rather than DT_RUNPATH, because only the former also serves the libraries that a
    loaded library needs (ld.so(8)): extension modules of wheels among them.
    """
    if not has_interpreter(path):
        return
    paths = ["--set-rpath", str(interpreter.parent), "--set-interpreter", str(interpreter)]
    subprocess.run([*patchelf, "--force-rpath", *paths, str(path)], check=True)


def relocate(root: Path, out: Path, interpreter: Path, patchelf: list[str]) -> None:
    """Make the prefix at out from the unpacked packages at root."""
    flatten(root, out)
    contain_symlinks(out)
    for path in filter(is_elf, list(walk(out))):
        forget_host(path)
        if not path.name.startswith(UNTOUCHED_BY_PATCHELF):
            patch_executable(path, patchelf, interpreter)


def main() -> None:
    """Run the build step with the settings in the environment."""
    env = os.environ
    out = Path(env["out"])
    interpreter = out / "lib" / env["multiarch"] / env["loader"]
    relocate(Path(env["root"]), out, interpreter, env["patchelf"].split())
    if env.get("finish"):
        os.chdir(out)
        runpy.run_path(env["finish"], run_name="__main__")


if __name__ == "__main__":
    main()
