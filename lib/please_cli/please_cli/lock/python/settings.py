"""The table [tool.services] of manifests: checked when they are locked, not first by a build.

nix/manifest.nix has the same settings, and tests/test_settings.py compares the two. resolves.py
checks `resolve` and `resolves`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from please_cli import variables
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.pyproject import services

MEMBER = (
    "app",
    "collisions",
    "command",
    "extras",
    "needs",
    "resolve",
    "resolves",
    "tests",
    "variables",
)
"""The settings of a member."""

WORKSPACE = ("collisions", "resolves")
"""The settings of the workspace."""

_TESTS = ("files", "groups", "paths")

# Of a file or directory of the member.
_OUTSIDE = re.compile(r"/.*|(.*/)?\.\.?(/.*)?|.*/|", re.DOTALL)

_SERVERS = "nix/needs/servers"

# By the settings of services alone: what their values match, and what an error says of others.
# A build reads a place in full, once the service's modules are there: nix/python/steps/launcher.py.
_OF_SERVICES = {
    "app": (
        re.compile(r"[\w.]+:\w+(\(.*\))?", re.DOTALL),
        'the place of an application; write "module:object" or "module:create_app()", as for '
        "`flask --app`",
    ),
    "command": (
        re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*"),
        'the name of a command, such as "shop-server"; correct it',
    ),
}


def check(root: Path, members: Mapping[str, Document]) -> None:
    """Check the settings of the workspace at `root`, and of its members.

    `members` is what the lock has of each (metadata.py). Raises UserError for a setting that does
    not exist, and for servers, extras, groups, paths and collisions that are not names.
    """
    _check_table("pyproject.toml", services(root / "pyproject.toml"), WORKSPACE)
    servers = sorted(file.stem for file in (root / _SERVERS).glob("[!.]*.py"))
    for member in members.values():
        file = f"{member['directory']}/pyproject.toml"
        table = services(root / file)
        _check_table(file, table, MEMBER)
        where = f"{file}: [tool.services]"
        _check_service(where, table, member["directory"])
        _check_servers(f"{where}: needs", table.get("needs", []), servers)
        _check_tests(file, table, member["declares"].get("groups", {}))
        variables.check(file, table)
        extras = table.get("extras", {})
        if not isinstance(extras, dict):
            raise UserError(
                f"{where}: extras is not a table of lists; write [tool.services.extras]"
            )
        provided = member["declares"].get("extras", {})
        for extra, needed in extras.items():
            if extra not in provided:
                raise UserError(
                    f"{file}: [tool.services.extras]: there is no extra {extra}, "
                    f"{_only(provided)}; correct the name, or delete the line"
                )
            _check_servers(f"{file}: [tool.services.extras]: {extra}", needed, servers)


def _check_table(file: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    collisions = table.get("collisions", {})
    if not isinstance(collisions, dict) or not all(
        isinstance(package, str) for package in collisions.values()
    ):
        raise UserError(
            f"{file}: [tool.services.collisions] is not a table of packages by path, such as "
            '"tests/__init__.py" = "package"; correct it'
        )
    for name in table:
        if name not in known:
            raise UserError(
                f"{file}: [tool.services] has no setting {name}, {_only(known)}; correct the name, "
                "or delete the line"
            )


def _check_service(where: str, table: Mapping[str, Any], directory: str) -> None:
    """Check the settings that services alone have."""
    for name, (pattern, expected) in _OF_SERVICES.items():
        if name not in table:
            continue
        if not directory.startswith("src/"):
            raise UserError(
                f"{where} has {name}, but {directory} is not a service; delete the line"
            )
        value = table[name]
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise UserError(f"{where}: {name} is {value!r}, not {expected}")


def _check_tests(file: str, table: Mapping[str, Any], groups: Collection[str]) -> None:
    where = f"{file}: [tool.services.tests]"
    tests = table.get("tests", {})
    if not isinstance(tests, dict):
        raise UserError(
            f"{file}: [tool.services]: tests is not a table; write [tool.services.tests]"
        )
    for name, value in tests.items():
        if name not in _TESTS:
            raise UserError(
                f"{where} has no setting {name}, {_only(_TESTS)}; correct the name, or delete the "
                "line"
            )
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise UserError(
                f'{where}: {name} is not a list of names, such as ["tests"]; correct it'
            )
        if name == "paths" and not value:
            raise UserError(
                f"{where}: paths is empty; name where the tests are, or delete the line for "
                '["tests"]'
            )
        for each in value:
            if name == "groups" and each not in groups:
                raise UserError(
                    f"{where}: groups: there is no dependency group {each}, {_only(groups)}; "
                    "correct the name"
                )
            if name != "groups" and _OUTSIDE.fullmatch(each):
                raise UserError(
                    f"{where}: {name}: {each!r} is not the path of a file or directory of the "
                    'member, such as "tests"; correct it'
                )


def _check_servers(where: str, names: Any, known: Collection[str]) -> None:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError(f'{where} is not a list of names, such as ["postgresql"]; correct it')
    for name in names:
        if name not in known:
            raise UserError(f"{where}: there is no server {name}, {_only(known)}; correct it")


def _only(known: Iterable[str]) -> str:
    return f"only {', '.join(known) or 'none'}"
