"""A supervisor ends its server, whatever ends the supervisor or the server's owner."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from needed import Needs, eventually, needing

pytestmark = pytest.mark.builds


@pytest.fixture
def needs() -> Iterator[Needs]:
    with needing("redis") as command:
        yield command


def servers(needs: Needs) -> list[int]:
    """Return the ids of the processes that run a program of the servers' prefixes."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink().is_relative_to(needs.directory):
                found.append(int(link.parent.name))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


def test_servers_end_with_their_owner(needs: Needs) -> None:
    with subprocess.Popen(["sleep", "600"]) as owner:
        started = needs.call("start", NEEDS_OWNER=str(owner.pid))
        assert started.returncode == 0, started.stderr
        assert "running" in needs("status")
        owner.kill()
    eventually(lambda: not servers(needs))


def test_an_owner_that_is_gone_already(needs: Needs) -> None:
    with subprocess.Popen(["true"]) as owner:
        pass
    needs.call("start", NEEDS_OWNER=str(owner.pid))
    eventually(lambda: not servers(needs))


def test_a_server_ends_with_its_supervisor(needs: Needs) -> None:
    needs("start")
    supervisor = needs.record("redis").supervisor()
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: not servers(needs))
    assert "stopped" in needs("status")
    needs("start")
    assert "running" in needs("status")


def test_a_server_that_ends_by_itself(needs: Needs) -> None:
    needs("start")
    (server,) = set(servers(needs)) - {needs.record("redis").supervisor()}
    os.kill(server, signal.SIGKILL)
    eventually(lambda: not servers(needs))
    assert needs.record("redis").tail().endswith("redis ended with status -9")
