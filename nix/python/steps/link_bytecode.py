"""Give the modules of an environment their bytecode.

A directory that several parts share is one of the environment's own, and so is its `__pycache__`:
links to single files. As a link into a package it would put the bytecode of whatever is beside that
package's modules into the package.
"""

import os
from importlib._bootstrap_external import cache_from_source

from bytecode import compile_all_levels
from merge import CACHE


def link_bytecode(out: str | os.PathLike[str]) -> None:
    """Link the bytecode of linked modules in directories of the environment; compile its own.

    Its own, sitecustomize.py among them, are compiled for each level of optimization: an
    interpreter that does not protect the store itself imports them before it is protected.

    The bytecode of a module is that of the part which the module itself is linked from. Raises
    SystemExit if a module of the environment's own does not compile.
    """
    for parent, directories, files in os.walk(out):
        directories.sort()
        for name in sorted(files):
            if name.endswith(".py"):
                link_or_compile(f"{parent}/{name}")


def link_or_compile(module: str) -> None:
    """Link the bytecode of a module if the module is a link, else compile it."""
    if not os.path.islink(module):
        if not compile_all_levels(module):
            raise SystemExit(f"error: {module} does not compile (see above)")
        return
    cache = cache_from_source(os.readlink(module))
    if os.path.exists(cache):  # else it does not compile
        directory = f"{os.path.dirname(module)}/{CACHE}"
        os.makedirs(directory, exist_ok=True)
        os.symlink(cache, f"{directory}/{os.path.basename(cache)}")
