"""Make the unpacked CPython: true paths in sysconfig, one interpreter, bytecode for all modules.

It writes no more bytecode into the store than there is then: ../read_only_store.py. And it is
relocated, as relocate.py says.

Runs in the prefix, with the CPython that is there. Until it has made bytecode, it compiles all that
it imports itself, so that is little.

Environment, set by python.nix: out (the prefix, which is also the working directory), tzdata,
readOnlyStore (the file read_only_store.py), and what relocate.py takes.
"""

from __future__ import annotations

import os
import sys

import relocate
from bytecode import compile_all_levels, compile_tree

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "python{}.{}".format(*sys.version_info)
LIBRARY = f"lib/{PROGRAM}"

# The module that Python imports first, also with -S, and the line that its imports begin with.
FIRST = f"{LIBRARY}/encodings/__init__.py"
IMPORTS = "\nimport codecs\n"

GUARD = f"{LIBRARY}/encodings/read_only_store.py"


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


def protect_store(guard: str) -> None:
    """Have each Python process import read_only_store.py, the file `guard`, before all else.

    Raises SystemExit if the module that does so is not the one that this was made for.
    """
    with open(guard, encoding="utf-8") as file, open(GUARD, "w", encoding="utf-8") as copy:
        copy.write(file.read())
    with open(FIRST, "r+", encoding="utf-8") as module:
        text = module.read()
        if text.count(IMPORTS) != 1:
            raise SystemExit(
                f"error: {FIRST} has no line 'import codecs' of its own. This edit was made for "
                "another version of Python: look at IMPORTS in "
                "nix/platform/debian/prepare_python.py."
            )
        protect = "\nfrom . import read_only_store\n\nread_only_store.protect()\n"
        module.seek(0)
        module.write(text.replace(IMPORTS, protect + IMPORTS))


def prepare() -> None:
    """Prepare the CPython, up to its bytecode."""
    for name in ("python", "python3"):
        if os.path.lexists(f"bin/{name}"):
            os.unlink(f"bin/{name}")
        os.symlink(PROGRAM, f"bin/{name}")
    fix_sysconfig(os.environ["out"], os.environ["tzdata"])
    protect_store(os.environ["readOnlyStore"])


def compile_library() -> None:
    """Compile all modules. Raises SystemExit if one does not compile."""
    # Those two are imported before the store is protected, so they come with the bytecode of -O.
    early = [compile_all_levels(file) for file in (FIRST, GUARD)]
    if not compile_tree(".", os.environ["out"]) or not all(early):
        raise SystemExit("error: a module of the standard library does not compile (see above)")


def start(function: Callable[[], object]) -> int:
    """Call a function in a process of its own, which ends with status 1 where that raises."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            function()
            code = 0
        finally:
            kind, error, trace = sys.exc_info()
            if kind and error:
                sys.excepthook(kind, error, trace)
            os._exit(code)
    return process


def main() -> None:
    """Run the build step."""
    prepare()
    # Beside the bytecode, which takes longest. It imports nothing more: a file of bytecode that is
    # being written could not be read.
    relocation = start(relocate.main)
    compile_library()
    _, status = os.waitpid(relocation, 0)
    if status:
        raise SystemExit("error: Python could not be relocated (see above)")


if __name__ == "__main__":
    main()
