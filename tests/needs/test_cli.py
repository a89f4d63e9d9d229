"""The command `needs`, as developers and tests call it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from needed import Needs, needing
from needs import cli, user

pytestmark = pytest.mark.builds


@pytest.fixture(scope="module")
def needs() -> Iterator[Needs]:
    with needing("redis") as command:
        yield command


def test_status_and_variables(needs: Needs) -> None:
    log = needs.directory / "redis/log"
    assert needs("status") == f"redis  stopped  {log}\n"
    assert needs("variables") == ""
    needs("start")
    assert needs("status", "redis") == f"redis  running  {log}\n"
    assert needs("variables") == f"export CACHE_URL={needs.variables()['CACHE_URL']}\n"
    needs("stop", "redis")
    assert needs("variables") == "unset CACHE_URL\n"
    assert needs.variables() == {}


def test_an_unknown_name(needs: Needs) -> None:
    done = needs.call("start", "postgresql")
    assert done.returncode == 1
    assert done.stderr == (
        "error: 'postgresql' is not among the servers here (redis). Ask for it in the manifest: "
        "[tool.services] needs in pyproject.toml.\n"
    )


def test_a_command_runs_with_servers_that_end_with_it(needs: Needs) -> None:
    done = needs.call("run", "--", "sh", "-c", 'echo "$CACHE_URL"; exit 3')
    assert done.returncode == 3
    assert done.stdout.startswith("redis://")
    needs("stop")
    assert "stopped" in needs("status")


def test_a_command_that_is_not_there(needs: Needs) -> None:
    done = needs.call("run", "--", "no-such-command")
    assert done.returncode == 1
    assert done.stderr == "error: there is no command 'no-such-command' on PATH to run.\n"


def test_no_command_to_run(needs: Needs) -> None:
    assert needs.call("run").stderr == "error: no command to run. Name one: needs run -- pytest\n"


def test_where_data_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NEEDS_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("NEEDS_PROJECT", "/checkout/src/shop")
    found = cli.directory()
    state = Path("/var/lib") if os.geteuid() == 0 else tmp_path
    assert found.parent == state / "services/needs"
    assert found.name.startswith("shop-")
    monkeypatch.setenv("NEEDS_PROJECT", "/other/checkout/src/shop")
    assert cli.directory() != found
    monkeypatch.setenv("NEEDS_DIRECTORY", "/named")
    assert cli.directory() == Path("/named")


@pytest.mark.parametrize("state", ["", "relative/state"])
def test_a_state_directory_that_is_not_absolute_is_ignored(
    state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NEEDS_DIRECTORY", raising=False)
    monkeypatch.setattr(user, "is_root", lambda: False)
    monkeypatch.setenv("XDG_STATE_HOME", state)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cli.directory().parent == tmp_path / ".local/state/services/needs"
