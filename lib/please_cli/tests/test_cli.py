"""The commands, up to the call of Nix; tests/ of the repository goes on from there."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from please_cli.cli import cli


def please(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.mark.usefixtures("checkout")
def test_list() -> None:
    result = please("list")
    assert result.exit_code == 0
    assert result.stdout == (
        "paint      library  default, next  3.11.2, not locked  Colours\n"
        "door_bell  service  default        3.11.2              Rings\n"
    )


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    "arguments", [("build", "x"), ("build", "x.tests"), ("run", "x"), ("shell", "x"), ("test", "x")]
)
def test_an_unknown_member(arguments: tuple[str, ...]) -> None:
    result = please(*arguments)
    assert result.exit_code == 1
    assert result.stderr == "error: no service or library 'x'; there are: door_bell, paint\n"


@pytest.mark.usefixtures("checkout")
def test_a_library_does_not_run() -> None:
    result = please("run", "paint")
    assert result.exit_code == 1
    assert result.stderr == "error: paint is a library and cannot be run; see `./please list`\n"


def test_tests_of_an_empty_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEASE_ROOT", str(tmp_path))
    result = please("test")
    assert result.exit_code == 0
    assert result.stdout.endswith("\n0 passed, 0 failed\n")


def test_help_needs_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLEASE_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    for command in cli.commands:
        if command != "lock":
            assert please(command, "--help").exit_code == 0


def test_no_help_of_a_command_is_cut_off() -> None:
    shown = please("--help").stdout
    assert "..." not in shown.partition("Commands:")[2]
    for command in cli.commands:
        assert f"  {command} " in shown
    assert "  lock   Lock what the manifests ask for.\n" in shown


def test_run_leaves_where_it_listens_to_the_server() -> None:
    shown = " ".join(please("run", "--help").stdout.split())
    assert "ARGUMENTS are the server's: --host and --port say where it listens." in shown
