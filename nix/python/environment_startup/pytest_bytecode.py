"""Keep pytest from writing the bytecode of rewritten plugins into the store.

pytest compiles test modules and plugins with its own assertions, and writes the result beside them
(`_pytest.assertion.rewrite`), without the import system. It does not where it cannot make a
`__pycache__`, so that is the answer for directories in the store.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from environment_startup import read_only_store


def change(module: Any) -> None:
    """Change `_pytest.assertion.rewrite`."""
    module.try_makedirs = outside_of_store(module.try_makedirs)


def outside_of_store(make: Callable[[Path], bool]) -> Callable[[Path], bool]:
    """Return a function that makes directories as `make` does, but none in the store."""

    def try_makedirs(cache_dir: Path) -> bool:
        return not read_only_store.contains(f"{cache_dir}/file") and make(cache_dir)

    return try_makedirs
