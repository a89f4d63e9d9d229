"""What the modules import."""

import ast
from pathlib import Path

import please_cli
import pytest

PACKAGE = Path(please_cli.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_extra_lock_is_not_always_there(path: Path) -> None:
    """`bin/please` has neither please_cli.lock nor what that requires."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if f"{name}.".startswith("please_cli.lock.")]
