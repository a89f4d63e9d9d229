"""Make the unpacked files of Debian packages self-contained: a prefix in the Nix store.

Debian builds for the prefix /usr and for the loader's default directories. Here the files of /usr
and of / are in one prefix already (unpack.sh); symlinks have to stay inside it; executables get a
loader and a library path in the store; and glibc and OpenSSL forget the host's directories, so that
a program maps the same files on every machine, with the build sandbox on or off.

No file is written in place: the Python that runs this, its loader and its libraries may be among
them. Nor is much imported, because that Python may have no bytecode yet.

Environment, set by component.nix: out (the unpacked packages), multiarch, loader (its file name),
libraries (directories of other components' libraries), patchelf (its path), finish
(Python source to execute at the end with the prefix as the working directory; may be empty).
"""

from __future__ import annotations

import os
from _struct import Struct

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ELF_MAGIC = b"\x7fELF"
PT_INTERP = 3

# Of the header of an ELF file (elf(5); 64 bit, little-endian): where the program headers are, their
# size and their number. And of one of these: its type.
HEADER, KIND = Struct("<32xQ14x2H"), Struct("<I")

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


def contain_symlinks(out: str) -> None:
    """Point absolute symlinks, which mean the host's root, into the prefix; drop dangling ones."""
    links = [path for path in walk(out) if os.path.islink(path)]
    for link in links:
        target = os.readlink(link)
        if target.startswith("/"):
            inside = f"{out}/{target.removeprefix('/usr').lstrip('/')}"
            os.unlink(link)
            os.symlink(os.path.relpath(inside, os.path.dirname(link)), link)
    # Only when none leads to the host; and one may lead to another.
    for link in [link for link in links if not os.path.exists(link)]:
        os.unlink(link)


def walk(directory: str) -> Iterator[str]:
    """Yield all files and symlinks below a directory but for bytecode, in a fixed order."""
    for parent, names, files in os.walk(directory):
        names[:] = sorted(name for name in names if name != "__pycache__")
        links = [name for name in names if os.path.islink(f"{parent}/{name}")]
        for name in sorted([*files, *links]):
            yield f"{parent}/{name}"


def is_elf(path: str) -> bool:
    """Tell whether a regular file is an ELF file. Modules, half of all files, are not opened."""
    if path.endswith(".py") or os.path.islink(path):
        return False
    with open(path, "rb", buffering=0) as file:
        return file.read(4) == ELF_MAGIC


def forget_host(path: str) -> None:
    """Edit the host's directories out of glibc's and OpenSSL's files; leave others alone.

    Raises ValueError for a file of theirs in which a string that should be edited does not occur.
    """
    for prefix, edits in FORGOTTEN.items():
        if not os.path.basename(path).startswith(prefix):
            continue
        with open(path, "rb") as file:
            content = file.read()
        for old, new in edits:
            if old not in content:
                raise ValueError(
                    f"{path}: does not contain {old!r}. This edit was made for another version of "
                    "the package: look at FORGOTTEN in nix/platform/debian/relocate.py."
                )
            content = content.replace(old, new)
        replace(path, content)


def replace(path: str, content: bytes) -> None:
    """Put another file into the place of one, with the same permissions."""
    new = beside(path)
    with open(new, "wb") as file:
        file.write(content)
    os.chmod(new, os.stat(path).st_mode)
    os.replace(new, path)


def beside(path: str) -> str:
    """Return the path of a new file that is to take the place of one."""
    directory, name = os.path.split(path)
    return f"{directory}/.{name}"


def has_interpreter(path: str) -> bool:
    """Tell whether an ELF file has a program header PT_INTERP.

    patchelf tells it too, at the cost of a process for each of a hundred shared objects.
    """
    with open(path, "rb") as file:
        start, size, count = HEADER.unpack(file.read(HEADER.size))
        file.seek(start)
        headers = file.read(size * count)
    return PT_INTERP in (KIND.unpack_from(headers, size * n)[0] for n in range(count))


def patch_executable(path: str, patchelf: str, loader: str, libraries: str) -> None:
    """Give an executable its loader and, by DT_RPATH, the libraries of everything it loads.

    DT_RPATH rather than DT_RUNPATH, because only the former also serves the libraries that a
    loaded library needs (ld.so(8)): extension modules of wheels among them.

    Raises SystemExit if patchelf fails; it has said why.
    """
    if not has_interpreter(path):
        return
    new = beside(path)
    options = ["--force-rpath", "--set-rpath", libraries, "--set-interpreter", loader]
    process = os.posix_spawn(patchelf, [patchelf, *options, "--output", new, path], os.environ)
    _, status = os.waitpid(process, 0)
    if status:
        raise SystemExit(f"error: patchelf cannot patch {path} (see above)")
    os.replace(new, path)


def relocate(out: str, libraries: Sequence[str], loader: str, patchelf: str) -> None:
    """Make a prefix of the packages that are unpacked at out.

    Its programs run with the loader of that name that comes first in the directories `libraries`.
    """
    contain_symlinks(out)
    places = [f"{directory}/{loader}" for directory in libraries]
    found = next(place for place in places if os.path.exists(place))
    for path in filter(is_elf, list(walk(out))):
        forget_host(path)
        if not os.path.basename(path).startswith(UNTOUCHED_BY_PATCHELF):
            patch_executable(path, patchelf, found, ":".join(libraries))


def main() -> None:
    """Run the build step."""
    env = os.environ
    out = env["out"]
    libraries = [f"{out}/lib/{env['multiarch']}", *env["libraries"].split()]
    relocate(out, libraries, env["loader"], env["patchelf"])
    if env.get("finish"):
        # Only here, because Python itself, which has no bytecode yet, does not need it.
        import runpy  # noqa: PLC0415

        os.chdir(out)
        runpy.run_path(env["finish"], run_name="__main__")


if __name__ == "__main__":
    main()
