"""Whether a member's manifest says in full which files its wheel has, so that they can be copied.

That is so of the plain cases of setuptools alone: the other backends are quick enough to ask at
each edit. In doubt, a member is not plain: then its backend builds it. nix/python/plain.nix copies.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import Requirement

from please_cli.lock.document import Document
from please_cli.lock.python.build_system import SETUPTOOLS, BuildSystem
from please_cli.workspace import Member

_MANIFESTS = ("setup.cfg", "MANIFEST.in", "hatch.toml", "pdm_build.py")
_TABLES = {"packages", "package-dir", "package-data", "py-modules", "data-files"}

# A package, and a module, whose paths are the same in every file system.
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_DIRECTORY = re.compile(r"[A-Za-z_][\w-]*(/[A-Za-z_][\w-]*)*", re.ASCII)
# The name of a file that is not hidden.
_SHOWN = "[^/.][^/]*"
# What may be in a component of a glob.
_GLOB = re.compile(r"[\w.*?-]+", re.ASCII)

# Beside the packages, these go to another place by convention.
_CONVENTION = {"settings.py", "migrations"}


def rules(member: Member, manifest: Mapping[str, Any], system: BuildSystem) -> Document | None:
    """Return which files are copied, as nix/python/plain.nix takes them; None if not plain.

    `manifest` is the content of the member's pyproject.toml, `system` what it says of its build.
    """
    if system.backend != SETUPTOOLS or system.is_in_tree or not _is_setuptools_alone(system):
        return None
    if any((member.path / name).exists() for name in _MANIFESTS):
        return None
    setup = member.path / "setup.py"
    if setup.exists() and not _is_literal(setup.read_text(encoding="utf-8", errors="replace")):
        return None
    project = manifest.get("project", {})
    table = manifest.get("tool", {}).get("setuptools", {})
    if not isinstance(project, dict) or not isinstance(table, dict):
        return None
    if table.keys() - _TABLES or not _is_plain_project(project, has_setup=setup.exists()):
        return None
    return _layout(member, table)


def _is_setuptools_alone(system: BuildSystem) -> bool:
    """Tell whether no other package takes part in a build, as plugins of setuptools do."""
    return {Requirement(text).name for text in system.requires} <= {"setuptools", "wheel"}


def _is_plain_project(project: Mapping[str, Any], *, has_setup: bool) -> bool:
    dynamic = set(project.get("dynamic", []))
    readme = project.get("readme", "")
    is_inside = "/" in str(readme.get("file", "") if isinstance(readme, dict) else readme)
    # A setup.py that is literal may give these two.
    allowed = {"optional-dependencies", "dependencies"} if has_setup else set()
    return not (dynamic - allowed or is_inside or "license-files" in project)


def _is_literal(text: str) -> bool:
    """Tell whether a setup.py only names values, and gives them to setup()."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(map(_is_literal_statement, body))


def _is_literal_statement(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Constant()):
            return True
        case ast.ImportFrom("setuptools", [ast.alias("setup", None)], 0):
            return True
        case ast.Assign([ast.Name()], value):
            return _is_value(value)
        case ast.Expr(ast.Call(ast.Name("setup"), [], keywords)):
            names = {"extras_require", "install_requires"}
            return all(
                keyword.arg in names
                and (isinstance(keyword.value, ast.Name) or _is_value(keyword.value))
                for keyword in keywords
            )
    return False


def _is_value(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _layout(member: Member, table: Mapping[str, Any]) -> Document | None:
    """Return the rules of a table [tool.setuptools], None if it is not plain."""
    packages, modules = table.get("packages", []), table.get("py-modules", [])
    places = table.get("package-dir", {"": "."})
    data = table.get("package-data", {})
    if not _are(packages, _DOTTED) or not _are(modules, _NAME) or not (packages or modules):
        return None
    # Without either of these, setuptools looks for what it may find.
    if not isinstance(places, dict) or places.keys() != {""}:
        return None
    root = str(places[""]).removeprefix("./").rstrip("/") or "."
    if root != "." and not _DIRECTORY.fullmatch(root):
        return None
    directories = [package.replace(".", "/") for package in packages]
    files = [f"{module}.py" for module in modules]
    tops = {path.partition("/")[0] for path in (*directories, *files)}
    if tops & _CONVENTION or not _is_data_of_convention(member, table.get("data-files", {})):
        return None
    patterns = _data(packages, data)
    if patterns is None:
        return None
    return {
        "root": root,
        "packages": sorted(directories),
        "modules": sorted(files),
        "data": sorted(patterns),
    }


def _are(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) and pattern.fullmatch(item) for item in value
    )


def _is_data_of_convention(member: Member, table: Any) -> bool:
    """Tell whether data files go where they are copied to without being asked for."""
    home = f"share/{member.module}"
    if not isinstance(table, dict):
        return False
    return all(
        (place == home or place.startswith(f"{home}/migrations"))
        and isinstance(files, list)
        and all(
            isinstance(file, str)
            and (
                file == "settings.py"
                or file.rpartition("/")[0] == place.removeprefix(home).lstrip("/")
            )
            for file in files
        )
        for place, files in table.items()
    )


def _data(packages: list[str], table: Any) -> set[str] | None:
    """Return regular expressions for the data of packages, None if a glob is not plain."""
    if not isinstance(table, dict) or not all(
        isinstance(globs, list) and all(isinstance(glob, str) for glob in globs)
        for globs in table.values()
    ):
        return None
    if table.keys() - {"*", *packages}:
        return None
    found = set()
    for package in packages:
        own = [glob for name in ("*", package) for glob in table.get(name, [])]
        for glob in own:
            translated = _translate(glob)
            if translated is None:
                return None
            found.add(f"{package.replace('.', '/')}/{translated}")
    return found


def _translate(glob: str) -> str | None:
    """Return a glob as a regular expression of Nix and of Python, None for an unusual one."""
    parts = list(_translated(glob.split("/")))
    return None if None in parts else "".join(part for part in parts if part is not None)


def _translated(components: list[str]) -> Iterator[str | None]:
    for index, component in enumerate(components):
        is_last = index == len(components) - 1
        if component == "**":
            yield f"({_SHOWN}/)*{_SHOWN}" if is_last else f"({_SHOWN}/)*"
        elif not _GLOB.fullmatch(component) or "**" in component or component in {".", ".."}:
            yield None
        else:
            text = _component(component)
            yield text if is_last else f"{text}/"


def _component(glob: str) -> str:
    """Return a component of a glob, in which no wildcard stands for a dot at the beginning."""
    first, rest = glob[0], glob[1:]
    body = rest if first in "*?" else glob
    text = body.replace(".", "\\.").replace("*", "[^/]*").replace("?", "[^/]")
    if first == "?":
        return f"[^/.]{text}"
    if first == "*":
        # Before a dot or nothing, something has to be there.
        return f"{_SHOWN}{text}" if body[:1] in {"", ".", "?"} else f"({_SHOWN})?{text}"
    return text
