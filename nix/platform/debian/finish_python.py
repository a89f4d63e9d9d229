"""Finish the relocated CPython: true paths in sysconfig, no site customization, bytecode.

Runs in the prefix, by relocate.py.
"""

import os
import shutil
from pathlib import Path

from bytecode import compile_tree

# Debian's hooks into an installed system, and modules that serve no service: those that need Tk,
# NIS, Berkeley DB or files of other packages, and those that test CPython itself.
DROPPED = [
    "lib/python3.11/sitecustomize.py",  # before etc, into which it is a link
    "bin/pdb3.11",
    "bin/pydoc3.11",
    "bin/pygettext3.11",
    "etc",
    "share",
    "lib/binfmt.d",
    "lib/python3",
    "lib/python3.11/ensurepip",
    "lib/python3.11/idlelib",
    "lib/python3.11/lib-dynload/_*test*.so",
    "lib/python3.11/lib-dynload/_dbm.*.so",
    "lib/python3.11/lib-dynload/nis.*.so",
    "lib/python3.11/lib-dynload/xxlimited*.so",
    "lib/python3.11/pydoc_data",
    "lib/python3.11/test",
    "lib/python3.11/tkinter",
    "lib/python3.11/turtle.py",
    "lib/python3.11/turtledemo",
]


def remove(path: Path) -> None:
    """Remove a file or a tree, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def fix_sysconfig(prefix: Path, tzdata: str) -> None:
    """Replace /usr in sysconfig's data by the prefix, and the zoneinfo path by that of tzdata."""
    for data in (prefix / "lib/python3.11").glob("_sysconfigdata_*.py"):
        text = data.read_text()
        text = text.replace("/usr/share/zoneinfo", f"{tzdata}/share/zoneinfo")
        text = text.replace("'/usr/", f"'{prefix}/").replace("'/usr'", f"'{prefix}'")
        data.write_text(text)


def main() -> None:
    """Run the build step."""
    prefix = Path.cwd()
    for pattern in DROPPED:
        for path in prefix.glob(pattern):
            remove(path)
    for name in ("python", "python3"):
        remove(prefix / "bin" / name)
        (prefix / "bin" / name).symlink_to("python3.11")
    fix_sysconfig(prefix, os.environ["tzdata"])
    # Everything else waits for the interpreter, so it may have both cores of a small machine.
    if not compile_tree(prefix / "lib/python3.11", processes=2):
        raise SystemExit("error: a module of the standard library does not compile (see above)")


if __name__ == "__main__":
    main()
