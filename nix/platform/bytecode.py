"""Compile modules for a store path: once, reproducibly, never to be checked again."""

import compileall
from pathlib import Path
from py_compile import PycInvalidationMode


def compile_tree(directory: Path) -> bool:
    """Compile all modules below a directory, in a fixed order.

    The store is read-only, so a module without bytecode would be compiled at every start. Unchecked
    hash-based files (PEP 552) hold no time stamp and cost no look at the source.

    Returns False if a module does not compile, which it says on standard output.
    """
    return bool(
        compileall.compile_dir(
            directory, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
        )
    )
