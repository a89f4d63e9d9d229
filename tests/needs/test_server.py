"""What servers have in common: their place, and how they run."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from needs.server import Place, Server, url


class Shell(Server):
    """A server that is none."""

    def prepare(self) -> None:
        """Need nothing."""

    def command(self) -> Sequence[str]:
        """Return a command that ends."""
        return ["/bin/sh", "-c", "exit 3"]

    def answers(self) -> bool:
        """Never answer."""
        return False

    def variables(self) -> dict[str, str]:
        """Tell nothing."""
        return {}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path("/prefix"), tmp_path, {"main": 12345}, "hidden")


def test_an_address(place: Place) -> None:
    assert url("redis", "me", place, "0") == "redis://me:hidden@127.0.0.1:12345/0"


def test_nothing_of_the_users_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    variables = Shell(place).environment()
    assert variables == {"HOME": str(place.directory), "LC_ALL": "C", "PATH": "/prefix/bin"}


def test_a_program_that_fails(place: Place) -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        Shell(place).run("/bin/sh", "-c", "exit 3")
    assert raised.value.returncode == 3
