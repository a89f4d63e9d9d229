"""Compile modules for a store path: once, reproducibly, never to be checked again."""

from __future__ import annotations

import gc
import marshal
import os
import sys
from _imp import source_hash

# Where importlib.util has them from, which takes longer to import than most packages to compile.
from importlib._bootstrap_external import MAGIC_NUMBER, cache_from_source

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

# The flags of a hash-based file that is not checked against its source (PEP 552).
UNCHECKED = (0b01).to_bytes(4, "little")

# Other builds wait for a large package, at least when it is the last: it may have both cores of a
# small machine. In a small one, a second process costs more than it saves.
MANY = 100  # modules
PROCESSES = 2

# How often -O can be given (sys.flags.optimize).
OPTIMIZATIONS = (0, 1, 2)

# What a process tells when it ends: all of its modules compile, or one does not, or it had trouble.
COMPILED, BROKEN, FAILED = 0, 1, 2


def compile_tree(directory: str | os.PathLike[str], prefix: str = "") -> bool:
    """Compile all modules below a directory.

    prefix is the store path that some of them name, if any do.

    The store is read-only, so a module without bytecode would be compiled at every start. Unchecked
    hash-based files (PEP 552) hold no time stamp and cost no look at the source. Nor do they hold
    the directory, which the import system knows: one module in two packages is the same twice.

    Which process compiles a module depends on nothing but the modules: what it has compiled before
    can show in a file (references to interned strings).

    Returns False if a module does not compile, which it says on standard output. Raises OSError,
    if need be after it has told what of, when one cannot be read or written.
    """
    # A syntax tree has no cycles, and looking for some takes a twentieth of the time.
    gc.disable()
    files = list(modules(directory))
    processes = PROCESSES if len(files) >= MANY else 1
    children = []
    for part in range(1, processes):
        child = os.fork()
        if child == 0:
            compile_and_exit(files[part::processes], prefix)
        children.append(child)
    compiled = compile_files(files[::processes], prefix)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if not {COMPILED, BROKEN}.issuperset(codes):
        raise ChildProcessError(f"{directory} could not be compiled (see above): {codes}")
    return compiled and BROKEN not in codes


def modules(directory: str | os.PathLike[str]) -> Iterator[str]:
    """Yield the modules below a directory in a fixed order."""
    for parent, directories, files in os.walk(directory):
        directories.sort()
        yield from (f"{parent}/{name}" for name in sorted(files) if name.endswith(".py"))


def compile_and_exit(files: list[str], prefix: str) -> NoReturn:
    """Compile modules in a process that has nothing else to do, and nothing to clean up."""
    code = FAILED
    try:
        code = COMPILED if compile_files(files, prefix) else BROKEN
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def compile_files(files: list[str], prefix: str) -> bool:
    """Compile modules; return False if one does not compile."""
    outcomes = [compile_file(file, prefix) for file in files]
    sys.stdout.flush()  # of what a process that ends at once has to tell
    return all(outcomes)


def compile_all_levels(file: str) -> bool:
    """Compile a module for Python's options -O and -OO too; return False if it does not compile.

    For the modules that are imported before read_only_store.py protects the store.
    """
    return all(compile_file(file, optimization=level) for level in OPTIMIZATIONS)


def compile_file(file: str, prefix: str = "", optimization: int = 0) -> bool:
    """Compile a module; return False if it does not compile.

    prefix is the store path that it names, if it does; optimization is how often Python's option
    -O is given where this bytecode is to be used.

    The standard library's compileall does the same, and takes longer to import than most packages
    to compile.
    """
    with open(file, "rb") as stream:
        source = stream.read()
    try:
        # The import system puts the path of the module into what it reads.
        name = os.path.basename(file)
        code = compile(source, name, "exec", dont_inherit=True, optimize=optimization)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # The last two tell of a module that is too deep, such as a table or a test of a parser.
        print(f"{file} does not compile: {error or type(error).__name__}")
        return False
    cache = cache_from_source(file, optimization=optimization or "")
    os.makedirs(os.path.dirname(cache), exist_ok=True)
    # Nobody reads the hash, but without the sandbox Nix builds again at another path and then puts
    # the true one in its place, which it cannot do in a hash over it.
    hashed = source_hash(
        int.from_bytes(MAGIC_NUMBER, "little"), source.replace(prefix.encode(), b"")
    )
    with open(cache, "wb") as bytecode:
        bytecode.write(MAGIC_NUMBER + UNCHECKED + hashed + marshal.dumps(code))
    return True
