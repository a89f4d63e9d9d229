"""Development shells: third-party packages from the store, code live from the checkout."""

from pathlib import Path

import pytest
from checkout import append
from toolchain import build, run

pytestmark = pytest.mark.builds


def shell(*arguments: str, root: Path, command: str) -> str:
    """Run a command in a development shell, entered as ./please does, and return its output."""
    bash = build("toolchain.platform.bash") / "bin/bash"
    entered = ["nix-shell", *arguments, "--run", command]
    return run(*entered, root=root, variables={"NIX_BUILD_SHELL": str(bash)}).stdout.strip()


@pytest.mark.parametrize("arguments", [["-A", "treestatus"], []], ids=["one", "all"])
def test_code_is_live(checkout: Path, arguments: list[str]) -> None:
    append(checkout / "src/treestatus/treestatus/__init__.py", "\nEDITED = 'an edit'\n")
    command = "python -c 'import treestatus; print(treestatus.__file__, treestatus.EDITED)'"
    printed = shell(*arguments, root=checkout, command=command)
    assert printed == f"{checkout}/src/treestatus/treestatus/__init__.py an edit"


def test_libraries_are_live_too(checkout: Path) -> None:
    append(checkout / "lib/backend_common/backend_common/db/__init__.py", "\nEDITED = 'an edit'\n")
    command = "python -c 'import backend_common.db; print(backend_common.db.EDITED)'"
    assert shell("-A", "treestatus", root=checkout, command=command) == "an edit"


@pytest.mark.parametrize("name", ["treestatus", "backend_common"])
def test_tools_are_at_hand(checkout: Path, name: str) -> None:
    for tool in ("pytest", "ruff", "mypy", "flask"):
        path = shell("-A", name, root=checkout, command=f"command -v {tool}")
        assert path.startswith("/nix/store/")


def test_a_service_passes_its_tests_in_its_shell(checkout: Path) -> None:
    printed = shell("-A", "tokens", root=checkout, command="cd src/tokens && pytest -q")
    assert " passed in " in printed


def test_a_shell_has_what_its_service_asks_for(checkout: Path) -> None:
    command = "python -c 'import sqlalchemy' 2>&1 || true"
    assert "No module named 'sqlalchemy'" in shell("-A", "tokens", root=checkout, command=command)


def test_a_shell_for_everything_has_every_member(checkout: Path) -> None:
    command = "python -c 'import treestatus, tokens, please_cli, backend_common.db; print(42)'"
    assert shell(root=checkout, command=command) == "42"
