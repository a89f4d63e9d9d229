"""Keep Python's import system from writing bytecode into the Nix store.

Where a module has no bytecode, or none for the flags of this process (-O), the import system
compiles it and tries to keep the result in `__pycache__` beside the module. Root may write there,
and a store path that was written to is no longer what its hash says. So the function that writes,
`SourceFileLoader.set_data`, leaves out files in the store; a checkout keeps its `__pycache__`.
Nothing is called for a module that has bytecode, which is why this is not an audit hook (PEP 578):
such a hook would be called for each `open`, `id` and import of the process.

The first module that Python reads from a file, `encodings`, imports this one: see
debian/prepare_python.py. That early, nothing can be imported but built-in and frozen modules, not
even `__future__`. An environment has it too, for an interpreter that is not ours.
"""

from _frozen_importlib_external import SourceFileLoader
from posix import stat

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from os import stat_result

STORE = "/nix/store"


def protect() -> None:
    """Have the import system write no file in the store. To call it twice changes nothing."""
    write = SourceFileLoader.set_data
    if hasattr(write, "protects_store"):
        return

    def set_data(self: SourceFileLoader, path: str, data: bytes, *, _mode: int = 0o666) -> None:
        """Write a file of bytecode, unless it would be in the store."""
        if not contains(path):
            write(self, path, data, _mode=_mode)

    set_data.protects_store = True  # type: ignore[attr-defined]
    SourceFileLoader.set_data = set_data  # type: ignore[assignment,method-assign]


def contains(path: str) -> bool:
    """Tell whether a file, which need not exist, is in the store.

    Symbolic links count as what they lead to: `result/bin/python` finds its modules below `result`.
    """
    if path.startswith(f"{STORE}/"):
        return True
    try:
        store = stat(STORE)
        directory, here = _existing_parent(path)
        # Up to the root, as the kernel finds it: os.path, with realpath, cannot be imported yet.
        while not _is_same(here, store):
            directory += "/.."
            above = stat(directory)
            if _is_same(above, here):
                return False
            here = above
    except OSError:
        return False  # there is no store, or no way to the file
    return True


def _existing_parent(path: str) -> "tuple[str, stat_result]":
    """Return the nearest directory above a file that exists, and its status. Raises OSError."""
    while True:
        parent, slash, _ = path.rpartition("/")
        path = parent or slash or "."
        try:
            return path, stat(path)
        except FileNotFoundError:
            if path in ("/", "."):
                raise


def _is_same(one: "stat_result", other: "stat_result") -> bool:
    return one.st_ino == other.st_ino and one.st_dev == other.st_dev
