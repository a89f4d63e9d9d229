"""Python's import system as it is without the toolchain."""

from importlib.machinery import SourceFileLoader
from typing import Any


def set_data() -> Any:
    """Return the function that writes bytecode, which the platform's interpreter has replaced."""
    found: Any = SourceFileLoader.set_data
    for cell in getattr(found, "__closure__", None) or ():
        found = cell.cell_contents
    assert not hasattr(found, "protects_store")
    return found
