"""Changes to code."""

from pathlib import Path

import pytest

from .changes import find

CODE = '''"""Not 1 in a docstring."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import this

LIMIT: "Literal[1]" = 5


def f(a: int = 0) -> "Literal[2]":
    if a < LIMIT and not a:
        return "\u00e9" if a is None else a
    return None
'''
EXPECTED = {
    (7, "5", "(6)"),
    (10, "0", "(1)"),
    (11, "a < LIMIT", "(a <= LIMIT)"),
    (11, "a < LIMIT and not a", "(a < LIMIT or not a)"),
    (11, "a < LIMIT and not a", "(not (a < LIMIT and (not a)))"),
    (11, "not a", "(a)"),
    (12, "a is None", "(a is not None)"),
    (12, "a is None", "(not (a is None))"),
    (12, '"\u00e9" if a is None else a', "(None)"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "code.py"
    path.write_text(CODE)
    return path


def test_what_may_change(file: Path) -> None:
    assert {(each.line, each.old, each.new) for each in find(file)} == EXPECTED


def test_a_change_is_made_where_it_says(file: Path) -> None:
    for change in find(file):
        file.write_text(CODE)
        change.apply()
        changed = file.read_text().splitlines()
        assert [
            number
            for number, pair in enumerate(zip(changed, CODE.splitlines(), strict=True), 1)
            if pair[0] != pair[1]
        ] == [change.line]
        assert change.source == CODE.splitlines()[change.line - 1].strip()
        compile(file.read_text(), str(file), "exec")


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is not"])
def test_a_comparison_becomes_another_one(tmp_path: Path, operator: str) -> None:
    path = tmp_path / "code.py"
    path.write_text(f"x = a {operator} b\n")
    (change,) = find(path)
    assert f"(a {operator} b)" != change.new
    compile(change.new, "", "eval")
