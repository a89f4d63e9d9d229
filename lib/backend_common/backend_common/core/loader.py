"""Loading extensions into an application."""

import importlib
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from types import ModuleType
from typing import TYPE_CHECKING, Any

from backend_common.core import imports
from backend_common.core.app import Application
from backend_common.core.field import Field
from backend_common.core.startup import StartupError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

LIBRARY = "backend_common"


class ExtensionError(StartupError):
    """An extension cannot be had."""


def load(app: Application, asked: Iterable[str], known: Sequence[str]) -> None:
    """Load the extensions *asked* for into *app*, in the order of *known*.

    The extension ``x`` is the module ``backend_common.x``; what its ``init_app(app)`` returns
    becomes ``app.x``, and ``app.loaded["x"]``.

    :raises ExtensionError: an extension is unknown, asked for twice, or its extra is missing.
    """
    asked = list(asked)
    for name in asked:
        if name not in known:
            message = (
                f"{app.name!r} asks for the unknown extension {name!r}: "
                f"the extensions are {', '.join(known)}"
            )
            raise ExtensionError(message)
        if asked.count(name) > 1:
            message = f"{app.name!r} asks for the extension {name!r} twice; name it once"
            raise ExtensionError(message)
    with imports.kept():
        modules = {name: _import(app.name, name) for name in sorted(asked, key=known.index)}
    for name, module in modules.items():
        app.attach(name, module.init_app(app))


def fields(app: Application) -> Iterator[Field[Any]]:
    """Yield the settings that the extensions of *app* declare, each in its ``SETTINGS``."""
    for name in app.loaded:
        yield from getattr(_import(app.name, name), "SETTINGS", ())


def missing(extra: str) -> list[str]:
    """Name the packages that *extra* of this library requires and that are not installed.

    An installation without metadata, such as a bare checkout on the path, has no extras.
    """
    from packaging.requirements import Requirement  # noqa: PLC0415  for an error alone

    try:
        lines = metadata.requires(LIBRARY) or []
    except metadata.PackageNotFoundError:
        return []
    requirements = [Requirement(line) for line in lines]
    return [
        requirement.name
        for requirement in requirements
        if _belongs(requirement, extra) and not _installed(requirement.name)
    ]


def _import(service: str, name: str) -> ModuleType:
    module = f"{LIBRARY}.{name}"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        # NB: an extra may own its extension's module, and then the module is not there either.
        absent = [module] if error.name == module else missing(name)
        if not absent:
            raise
        message = (
            f"the extension {name!r} of {service!r} needs the extra {name!r}, "
            f"which is not installed ({', '.join(absent)} not found): "
            f"add {LIBRARY}[{name}] to the dependencies of {service!r}, "
            f"or run: pip install '{LIBRARY}[{name}]'"
        )
        raise ExtensionError(message) from error


def _belongs(requirement: "Requirement", extra: str) -> bool:
    marker = requirement.marker
    return (
        marker is not None
        and marker.evaluate({"extra": extra})
        and not marker.evaluate({"extra": ""})
    )


def _installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True
