"""The import of connexion, without what is for those alone who use it as it ships.

connexion 3.3 imports three packages for functions that nothing here calls; together they take
longer than connexion itself. It warns of jsonschema's old resolver of references, too, about
which the users of a service could do nothing.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

PUT_OFF = (
    "httpx",  # to ask a provider about a token
    "requests",  # to fetch what a document refers to
    "starlette.testclient",
)


class Stub(ModuleType):
    """Stands for a module, of which functions and classes alone are asked for until it ends.

    That is when it is no longer in ``sys.modules``; from then on it has what the module has, for
    another thread may have imported it meanwhile.
    """

    def __getattr__(self, name: str) -> Any:
        """Return what the module has, or what imports the module when it is called."""
        if sys.modules.get(self.__name__) is not self:
            return getattr(import_module(self.__name__), name)
        if name.startswith("__"):
            message = f"module {self.__name__!r} has no attribute {name!r}"
            raise AttributeError(message)

        def call(*arguments: Any, **options: Any) -> Any:
            return getattr(import_module(self.__name__), name)(*arguments, **options)

        return call


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """Let what is imported meanwhile have stubs of these modules, but of those that are there."""
    stubs = {name: Stub(name) for name in names if name not in sys.modules}
    sys.modules.update(stubs)
    try:
        yield
    finally:
        for name in stubs:
            del sys.modules[name]


with put_off(*PUT_OFF), warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=r"jsonschema\.\S+ is deprecated")
    import connexion  # type: ignore[import-untyped]  # noqa: F401
