"""Prepare the unpacked CPython: true paths in sysconfig, one interpreter, and bytecode.

Runs in the prefix, with the CPython that is there, before relocate.py, which then has bytecode to
import. Until it has made that, it compiles all that it imports itself, so that is little.

Environment, set by python.nix: out (the prefix, which is also the working directory), tzdata.
"""

import os
import sys

from bytecode import compile_tree

PROGRAM = "python{}.{}".format(*sys.version_info)
LIBRARY = f"lib/{PROGRAM}"


def fix_sysconfig(prefix: str, tzdata: str) -> None:
    """Replace /usr in sysconfig's data by the prefix, and the zoneinfo path by that of tzdata."""
    for name in sorted(os.listdir(LIBRARY)):
        if not name.startswith("_sysconfigdata_"):
            continue
        with open(f"{LIBRARY}/{name}", "r+", encoding="utf-8") as data:
            text = data.read()
            text = text.replace("/usr/share/zoneinfo", f"{tzdata}/share/zoneinfo")
            text = text.replace("'/usr/", f"'{prefix}/").replace("'/usr'", f"'{prefix}'")
            data.seek(0)
            data.write(text)
            data.truncate()


def main() -> None:
    """Run the build step."""
    for name in ("python", "python3"):
        if os.path.lexists(f"bin/{name}"):
            os.unlink(f"bin/{name}")
        os.symlink(PROGRAM, f"bin/{name}")
    prefix = os.environ["out"]
    fix_sysconfig(prefix, os.environ["tzdata"])
    if not compile_tree(LIBRARY, prefix):
        raise SystemExit("error: a module of the standard library does not compile (see above)")


if __name__ == "__main__":
    main()
