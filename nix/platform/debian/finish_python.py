"""Finish the relocated CPython: true paths in sysconfig, and bytecode.

Runs in the prefix, by relocate.py.
"""

import os
from pathlib import Path

from bytecode import compile_tree


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
    for name in ("python", "python3"):
        (prefix / "bin" / name).unlink(missing_ok=True)
        (prefix / "bin" / name).symlink_to("python3.11")
    fix_sysconfig(prefix, os.environ["tzdata"])
    # Everything else waits for the interpreter, so it may have both cores of a small machine.
    if not compile_tree(prefix / "lib/python3.11", processes=2):
        raise SystemExit("error: a module of the standard library does not compile (see above)")


if __name__ == "__main__":
    main()
