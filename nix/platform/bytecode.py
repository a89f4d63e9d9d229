"""Compile modules for a store path: once, reproducibly, never to be checked again."""

import compileall
import os
import re
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

# Test suites inside packages: nothing imports them, and their bytecode would be as large as they.
UNCOMPILED = re.compile(r"/tests/")


def compile_tree(directory: Path, processes: int = 1) -> bool:
    """Compile the modules below a directory, but for test suites.

    The store is read-only, so a module without bytecode would be compiled at every start. Unchecked
    hash-based files (PEP 552) hold no time stamp and cost no look at the source. Nor do they hold
    the directory, which the import system knows: one module in two packages is the same twice.

    What a process compiles depends on nothing but the number of processes: what it has compiled
    before can show in a file (references to interned strings).

    Returns False if a module does not compile, which it says on standard output.
    """
    files = sorted(path for path in directory.rglob("*.py") if not UNCOMPILED.search(str(path)))
    children = []
    for part in range(1, processes):
        child = os.fork()
        if child == 0:
            os._exit(0 if compile_files(files[part::processes], directory) else 1)
        children.append(child)
    compiled = compile_files(files[::processes], directory)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    return compiled and not any(statuses)


def compile_files(files: list[Path], directory: Path) -> bool:
    """Compile modules below a directory; return False if one does not compile."""
    unchecked = PycInvalidationMode.UNCHECKED_HASH
    outcomes = [
        compileall.compile_file(file, quiet=1, stripdir=directory, invalidation_mode=unchecked)
        for file in files
    ]
    sys.stdout.flush()  # of what a process that ends at once has to tell
    return all(outcomes)
