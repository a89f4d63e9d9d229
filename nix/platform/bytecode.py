"""Compile modules for a store path: once, reproducibly, never to be checked again."""

import compileall
import re
from pathlib import Path
from py_compile import PycInvalidationMode

# Test suites inside packages: nothing imports them, and their bytecode would be as large as they.
UNCOMPILED = re.compile(r"/tests/")


def compile_tree(directory: Path) -> bool:
    """Compile the modules below a directory, but for test suites, in a fixed order.

    The store is read-only, so a module without bytecode would be compiled at every start. Unchecked
    hash-based files (PEP 552) hold no time stamp and cost no look at the source. Nor do they hold
    the directory, which the import system knows: one module in two packages is the same twice.

    Returns False if a module does not compile, which it says on standard output.
    """
    return bool(
        compileall.compile_dir(
            directory,
            quiet=1,
            stripdir=directory,
            rx=UNCOMPILED,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    )
