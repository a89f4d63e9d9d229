"""What an environment changes in Python and in packages, at each start of its interpreter.

sitecustomize.py, which link_environment.py writes, calls `start`. No file of a package is edited,
and a package that a program does not import costs it nothing.
"""

import sys

try:
    # Where the embedded platform's interpreter has it, and has imported it.
    from encodings import read_only_store
except ImportError:
    from environment_startup import read_only_store

__all__ = ["CHANGES", "read_only_store", "start"]

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

CHANGES = {
    "_pytest.assertion.rewrite": "pytest_bytecode",
    "flask.app": "flask_instance",
    "flask.cli": "store_warning",
    "flask.sansio.app": "flask_instance",
    "gunicorn.util": "store_warning",
}
"""The modules that are changed, each with the module here whose function `change` does it."""


def start(names: "Iterable[str]") -> None:
    """Protect the store; change the modules `names`, keys of CHANGES, when they are imported."""
    read_only_store.protect()
    if found := set(names):
        sys.meta_path.insert(0, Finder(found))


class Finder:
    """Finds modules as the other finders do, and has some of them changed once they are loaded."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return the spec of a module that is to be changed, None for every other one."""
        if name not in self._names:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)):
                _change_when_loaded(spec, CHANGES[name])
                return spec
        return None


def _change_when_loaded(spec: "ModuleSpec", change: str) -> None:
    loader = spec.loader
    assert loader is not None

    def exec_module(module: "ModuleType") -> None:
        # Only now, because most programs import none of these modules.
        from importlib import import_module  # noqa: PLC0415

        del loader.exec_module  # the one of its class is left
        loader.exec_module(module)
        import_module(f"{__name__}.{change}").change(module)

    loader.exec_module = exec_module  # type: ignore[method-assign]
