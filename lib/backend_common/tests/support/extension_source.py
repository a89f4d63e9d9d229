"""What the source of an extension tells, without running it."""

import ast
import re
from pathlib import Path

KEY = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def files(package: Path, extension: str) -> list[Path]:
    """The modules of an extension, which is a module or a package of the library's."""
    module = package / f"{extension}.py"
    return [module] if module.is_file() else sorted((package / extension).rglob("*.py"))


def settings(files: list[Path]) -> set[str]:
    """The keys that modules read: of calls with the app and a key, whatever they call."""
    return {
        key.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and len(node.args) > 1
        for app, key in [node.args[:2]]
        if ast.unparse(app).removeprefix("self._") == "app"
        and isinstance(key, ast.Constant)
        and isinstance(key.value, str)
        and KEY.fullmatch(key.value)
    }


def imports(files: list[Path]) -> set[str]:
    """The top-level modules that modules import, at their top or later."""
    names = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names


def literal(file: Path, name: str) -> object:
    """The value of a module's variable that is written out, such as EXTRAS."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{file} has no {name}")
