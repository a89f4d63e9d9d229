"""Make the command of a service, bin/<service>, which serves it."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from collisions import Part
from prefix import SITE_PACKAGES

# The modules with a server. The command imports the first one that the environment has.
SERVERS = {
    f"{SITE_PACKAGES}/backend_common/serve.py": "backend_common.serve",
    f"{SITE_PACKAGES}/serving/command.py": "serving.command",
}

# Isolated (-I) from PYTHONPATH, the user's packages and the working directory.
COMMAND = """\
#!{python} -I
from {server} import main

main({arguments})
"""

# With a server that is not among the packages of the service.
BORROWED = """\
#!{python} -I
import sys

sys.path[:0] = {paths!r}

from serving.command import main

main({arguments})
"""

# Where there is no server. The service may have another WSGI server.
UNSERVED = """\
#!{python} -I
import sys

sys.exit(
    "error: nothing serves {service}: the workspace has no lib/serving. Serve {place} with "
    "another WSGI server."
)
"""

# lib/serving/serving/application.py reads a place when it serves; here, a wrong one ends the build.
PLACE = re.compile(r"\w+(?:\.\w+)*:(?P<expression>\w+(?:\(.*\))?)", re.DOTALL)


class Launcher(NamedTuple):
    """A service's command, bin/<command>: its name, the service's module, and what it is made of.

    `app` is where the application is, None for the conventional place, and `directory` where the
    service is in the checkout. `server` are directories for sys.path with the server, for a service
    that does not require it.
    """

    module: str
    app: str | None
    directory: str
    server: Sequence[str]
    command: str


def write_launcher(launcher: Launcher, parts: Sequence[Part], python: str) -> bytes:
    """Return the command of a service.

    Args:
        launcher: The command.
        parts: The parts of the environment.
        python: Its interpreter.

    Raises:
        SystemExit: The application cannot be where the manifest says.
    """
    if launcher.app is not None:
        check_place(launcher, parts)
    service = launcher.module
    given = [service] if launcher.app is None else [service, launcher.app]
    arguments = ", ".join(map(repr, given))
    if server := next((SERVERS[path] for path in SERVERS if has(parts, path)), None):
        return COMMAND.format(python=python, server=server, arguments=arguments).encode()
    if launcher.server:
        paths = [*launcher.server]
        return BORROWED.format(python=python, paths=paths, arguments=arguments).encode()
    place = launcher.app or f"{service}.flask:app"
    return UNSERVED.format(python=python, service=service, place=place).encode()


def check_place(launcher: Launcher, parts: Sequence[Part]) -> None:
    """Raise SystemExit if an application cannot be at the place that a manifest names."""
    app, directory = launcher.app or "", launcher.directory
    where = f'{directory}/pyproject.toml: [tool.services] app = "{app}"'
    if not is_place(app):
        raise SystemExit(
            f"error: {where} is not the place of an application: write module:object, "
            'module:create_app or module:create_app("argument"), with literals as arguments.'
        )
    module = app.partition(":")[0]
    path = f"{SITE_PACKAGES}/{module.replace('.', '/')}"
    if not any(is_module(part.path / path) for part in parts):
        raise SystemExit(
            f"error: {where}: no module {module} is installed. Correct the name, or have "
            "the service's build backend install the module."
        )


def is_place(text: str) -> bool:
    """Tell whether a text is `module:object`, or `module:object(...)` with literals."""
    match = PLACE.fullmatch(text)
    return match is not None and is_call(match["expression"])


def is_call(text: str) -> bool:
    """Tell whether a text is a name, or a call of one with literals."""
    try:
        found = ast.parse(text, mode="eval").body
        if isinstance(found, ast.Call):
            for value in (*found.args, *(each.value for each in found.keywords)):
                ast.literal_eval(value)
            if not all(each.arg for each in found.keywords):  # **{...}
                return False
            found = found.func
    except (SyntaxError, ValueError):
        return False
    return isinstance(found, ast.Name)


def is_module(path: Path) -> bool:
    """Tell whether there is a module, a path without its suffix, or a package with code."""
    return (
        path.with_name(f"{path.name}.py").is_file()
        or (path / "__init__.py").is_file()
        or any(path.parent.glob(f"{path.name}.*.so"))
        or any(path.glob("__init__.*.so"))
    )


def has(parts: Sequence[Part], path: str) -> bool:
    """Tell whether a part has a file at this path."""
    return any((part.path / path).is_file() for part in parts)
