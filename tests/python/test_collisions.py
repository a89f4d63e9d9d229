"""A manifest chooses between packages that collide, in each environment of its service."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from artifacts import locked, store
from checkout import edit_lock
from prefix import SITE_PACKAGES
from toolchain import build, build_error
from wheels import wheel

pytestmark = pytest.mark.builds

MANIFEST = "src/tokens/pyproject.toml"
PATH = "shared/tool.py"
POINTS = "[console_scripts]\nshared-tool = shared.tool:main\n"


@pytest.fixture
def colliding(checkout: Path, tmp_path: Path) -> Path:
    """A checkout whose tokens needs two packages with one module and one script of each name."""
    artifacts = {}
    for name in ("first", "second"):
        files = {PATH: f"def {name}():\n    print('{name}')\n\nmain = {name}\n"}
        point = POINTS.replace("main", name)
        artifacts[name] = store(wheel(tmp_path, name, files, entry_points=point))

    def change(packages: dict[str, Any]) -> None:
        packages.update({name: locked(wheel=artifacts[name]) for name in artifacts})
        packages["tokens"]["requires"] += list(artifacts)

    edit_lock(checkout, change)
    return checkout


def choose(root: Path, choices: str) -> None:
    """Let the manifest of tokens choose. Its lock changes in the digest alone."""
    with (root / MANIFEST).open("a") as manifest:
        manifest.write(f"\n[tool.services.collisions]\n{choices}\n")


def test_a_module_is_not_chosen(colliding: Path) -> None:
    assert (
        f"error: {SITE_PACKAGES}/{PATH} is in two packages, with different content: first 1.0 and "
        f'second 1.0. Choose one in {MANIFEST}: [tool.services.collisions] "{PATH}" = "first"'
    ) in build_error("tokens", root=colliding)


@pytest.mark.parametrize("attribute", ["tokens", "tokens.shell.environment"])
def test_choices_hold(colliding: Path, attribute: str) -> None:
    # In any spelling (PEP 503).
    choose(colliding, f'"{PATH}" = "Second"\n"bin/shared-tool" = "second"')
    tool = build(attribute, root=colliding) / "bin/shared-tool"
    assert subprocess.check_output([tool], text=True) == "second\n"


def test_a_script_is_not_chosen(colliding: Path) -> None:
    choose(colliding, '"shared" = "second"')
    tool = build("tokens", root=colliding) / "bin/shared-tool"
    result = subprocess.run([tool], text=True, capture_output=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(
        "error: shared-tool is a script of two packages: first 1.0 and second 1.0. Choose one in "
        f'{MANIFEST}: [tool.services.collisions] "bin/shared-tool" = "first".'
    )


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ('"shared" = "absent"', "there is no package absent in nix/lock/python"),
        ('"nothing" = "first"', "first 1.0 has no nothing. Correct the path or delete the line."),
    ],
)
def test_choices_that_name_nothing(colliding: Path, choice: str, reason: str) -> None:
    choose(colliding, f'"{PATH}" = "first"\n{choice}')
    error = build_error("tokens", root=colliding)
    assert f"error: {MANIFEST}: [tool.services.collisions]: {choice}: {reason}" in error


def test_a_choice_where_nothing_collides(colliding: Path) -> None:
    choice = '"flask" = "flask"'
    choose(colliding, f'"{PATH}" = "first"\n{choice}')
    assert (
        f"error: {MANIFEST}: [tool.services.collisions]: {choice}: nothing collides there. "
        "Delete the line."
    ) in build_error("tokens.tests", root=colliding)


@pytest.mark.parametrize("choices", ['"shared" = 1', '"shared" = ["first"]'])
def test_choices_that_are_no_table_of_packages(colliding: Path, choices: str) -> None:
    choose(colliding, choices)
    assert (
        f"error: {MANIFEST}: [tool.services.collisions] is not a table of packages by path, such "
        'as "tests/__init__.py" = "package"'
    ) in build_error("tokens", root=colliding)
