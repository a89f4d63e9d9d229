"""The trap of the name ``flask``: Flask's package, until ``<service>.flask`` is imported.

Importing a submodule binds its name in the package (Python's reference, 5.4.2). So ``flask`` in the
functions of ``<service>/__init__.py`` is Flask while the application is made, and the module of the
service in every request.
"""

import dis
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from inspect import CO_OPTIMIZED
from types import CodeType, ModuleType
from typing import Any

import flask

from backend_common.core.startup import StartupError

NAME = "flask"
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


def check(service: str) -> None:
    """Make sure that no function of the package *service* relies on ``import flask``.

    :raises StartupError: one does; the error names the line of the import.
    """
    module = sys.modules.get(service)
    if module is None or vars(module).get(NAME) is not flask or not _has_submodule(module):
        return
    code = _code(module)
    if code is None or not any(_uses(each) for each in _functions(code)):
        return
    message = (
        f"{module.__file__}, line {_line(code)}: functions use the name flask, which is "
        f"{service}.flask once that is imported; write `from flask import ...`, "
        "or `import flask as flask_`"
    )
    raise StartupError(message)


def _has_submodule(module: ModuleType) -> bool:
    return hasattr(module, "__path__") and find_spec(f"{module.__name__}.{NAME}") is not None


def _code(module: ModuleType) -> CodeType | None:
    loader: Any = module.__spec__ and module.__spec__.loader
    code: CodeType | None = loader.get_code(module.__name__) if loader else None
    return code


def _functions(code: CodeType, *, inside: bool = False) -> Iterator[CodeType]:
    """Yield the functions in *code*, at any depth; what is executed at import is not among them.

    :param inside: whether *code* is in a function.
    """
    for each in code.co_consts:
        if isinstance(each, CodeType):
            # A function has local variables of its own; the body of a class has not.
            is_function = bool(each.co_flags & CO_OPTIMIZED) and each.co_name not in COMPREHENSIONS
            if inside or is_function:
                yield each
            yield from _functions(each, inside=inside or is_function)


def _uses(function: CodeType) -> bool:
    return any(
        each.opname == "LOAD_GLOBAL" and each.argval == NAME
        for each in dis.get_instructions(function)
    )


def _line(code: CodeType) -> int | None:
    """Return the line of the import, in the code of a module."""
    for each in dis.get_instructions(code):
        if each.opname.startswith("STORE_") and each.argval == NAME and each.positions:
            return each.positions.lineno
    return None
