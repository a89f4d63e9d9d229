"""What servers have in common: their place, and how they run."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from needs import directories, user
from needs.errors import NeedsError
from needs.server import Place, Server, url
from other_user import AS_ROOT


class Shell(Server):
    """A shell in the place of a server."""

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
def place() -> Iterator[Place]:
    """A place that the servers' user can enter, which is not root."""
    with tempfile.TemporaryDirectory(prefix="needs-test-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        directories.make_home(Path(name, "home"))
        yield Place(Path("/prefix"), Path(name, "home"), {"main": 12345}, "hidden")


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


def test_a_program_runs_as_the_servers_user(place: Place) -> None:
    written = place.directory / "written"
    Shell(place).run("/bin/sh", "-c", f"pwd > {written}")
    assert written.read_text() == f"{place.directory}\n"
    assert written.stat().st_uid == user.ids()[0]


@AS_ROOT
def test_no_program_runs_where_its_user_could_not_go(place: Place, tmp_path: Path) -> None:
    place.data.symlink_to(tmp_path)
    tmp_path.chmod(0o700)
    with pytest.raises(NeedsError) as raised:
        Shell(place).spawn(["/bin/sh", "-c", "pwd"], place.data)
    assert str(raised.value) == (
        f"/bin/sh cannot run in {place.data}: the servers' user cannot enter it. Remove the "
        "server's directory (needs status): the server then starts anew."
    )
