"""Development shells: third-party packages from the store, code live from the checkout."""

from pathlib import Path

import checkout as copies
import pytest
from checkout import append
from toolchain import NixError, build, run

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


@pytest.mark.parametrize("bash", ["bash", None], ids=["by name", "by path"])
def test_the_current_directory_is_not_on_the_path(checkout: Path, bash: str | None) -> None:
    variables = {"NIX_BUILD_SHELL": bash or f"{build('toolchain.platform.bash')}/bin/bash"}
    entered = ["nix-shell", "-A", "tokens", "--run", 'echo "$PATH"']
    printed = run(*entered, root=checkout, variables=variables).stdout.strip()
    assert all(entry.startswith("/") for entry in printed.split(":")), printed


def test_a_shell_is_for_development(checkout: Path) -> None:
    command = "echo $APP_CHANNEL; flask --app tokens.flask run --host 0.0.0.0 2>&1 || true"
    channel, error = shell("-A", "tokens", root=checkout, command=command).splitlines()
    assert channel == "development"
    assert error.startswith("Error: 'tokens' runs in development, which other machines must not")


def test_a_service_passes_its_tests_in_its_shell(checkout: Path) -> None:
    printed = shell("-A", "tokens", root=checkout, command="cd src/tokens && pytest -q")
    assert " passed in " in printed


def test_a_shell_has_what_its_service_asks_for(checkout: Path) -> None:
    command = "python -c 'import flask_talisman' 2>&1 || true"
    printed = shell("-A", "tokens", root=checkout, command=command)
    assert "No module named 'flask_talisman'" in printed


def test_a_shell_for_everything_has_every_member_of_the_default_resolve(checkout: Path) -> None:
    command = "python -c 'import treestatus, tokens, backend_common.db; print(42)'"
    assert shell(root=checkout, command=command) == "42"


@pytest.mark.parametrize("arguments", [["-A", "tokens"], []], ids=["one", "all"])
def test_a_checkout_whose_path_has_a_colon(tmp_path: Path, arguments: list[str]) -> None:
    root = copies.copy(tmp_path / "a:b")
    with pytest.raises(NixError) as raised:
        shell(*arguments, root=root, command="true")
    assert (
        f"error: {root}: a development shell puts the code on PYTHONPATH, which a colon splits: "
        "move the checkout to a path without a colon"
    ) in str(raised.value)
    assert build("tokens", root=root) == build("tokens")


def test_metadata_of_a_member(checkout: Path) -> None:
    code = (
        "from importlib.metadata import files, version; "
        "found = files('treestatus'); "
        "print(version('treestatus'), *sorted(path.name for path in found)); "
        "assert all(path.locate().is_file() for path in found)"
    )
    printed = shell("-A", "treestatus", root=checkout, command=f'python -c "{code}"')
    assert printed == "1.0.0 INSTALLER METADATA RECORD top_level.txt"
