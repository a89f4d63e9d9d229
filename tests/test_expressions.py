"""The pure stages as data: a folder with an expression, and the value or the error it must give.

expr.nix is a function of `nix`, the directory of that name; beside it stands expected.nix, or
error.txt with the text that the error must contain.
"""

from pathlib import Path

import pytest
from toolchain import NixError, evaluate

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.rglob("expr.nix"))


def value(case: Path) -> object:
    """Evaluate the expression of a case."""
    return evaluate(f"import {case}/expr.nix {{ nix = ./nix; }}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(HERE)))
def test_expression(case: Path) -> None:
    expected, error = case / "expected.nix", case / "error.txt"
    assert expected.exists() != error.exists(), f"{case} needs expected.nix or error.txt"
    if expected.exists():
        assert value(case) == evaluate(f"import {expected}")
    else:
        with pytest.raises(NixError) as raised:
            value(case)
        assert error.read_text().strip() in str(raised.value)


def test_every_stage_has_cases() -> None:
    stages = {str(case.parent.relative_to(HERE)) for case in CASES}
    assert stages == {
        "members",
        "needs/names",
        "outputs",
        "platform",
        "platform/debian/packages",
        "platform/debian/mirror",
        "platform/debian/sources",
        "platform/nixpkgs",
        "python/entry",
        "python/graph",
        "python/packages",
        "python/manifests",
        "python/server",
    }
