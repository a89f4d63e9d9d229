"""The functions that a document names in ``operationId``."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from connexion.utils import get_function_from_name  # type: ignore[import-untyped]

from backend_common.core.startup import explained


def find(name: str) -> Callable[..., Any]:
    """Return the function with the dotted *name*, as connexion finds it.

    connexion takes any error in a module for a wrong name in the document.

    :raises StartupError: a module fails when it is imported; the error names its line.
    :raises ImportError: there is no such module.
    :raises AttributeError: the module has no such function.
    """
    if name:
        with explained(name.partition(".")[0]):
            _import(name.split(".")[:-1])
    return cast("Callable[..., Any]", get_function_from_name(name))


def _import(steps: list[str]) -> None:
    """Import the modules among *steps*; the steps after the last module are attributes."""
    for count in range(1, len(steps) + 1):
        module = ".".join(steps[:count])
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            return
