"""The servers by name: each is the one subclass of Server in the module needs/servers/<name>.py."""

import importlib
import inspect

from needs.errors import NeedsError
from needs.server import Server


def find(name: str) -> type[Server]:
    """Return the class of a server; no other server's module is imported.

    Args:
        name: what manifests call the server, which is the name of its module.

    Raises:
        NeedsError: there is no such module, or not exactly one concrete subclass of Server in it.
    """
    module = f"needs.servers.{name}"
    file = f"nix/needs/servers/{name}.py"
    try:
        members = vars(importlib.import_module(module)).values()
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise NeedsError(f"there is no server {name!r}: {file} does not exist.") from None
    kinds = [
        member
        for member in members
        if inspect.isclass(member)
        and issubclass(member, Server)
        and member.__module__ == module
        and not inspect.isabstract(member)
    ]
    if len(kinds) != 1:
        found = ", ".join(kind.__name__ for kind in kinds) or "no such class"
        raise NeedsError(
            f"{file} has to define one subclass of Server, with all of its abstract methods, and "
            f"defines {found}."
        )
    return kinds[0]
