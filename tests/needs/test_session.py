"""Servers come back at their address, with their data."""

import subprocess
from collections.abc import Iterator

import pytest
from needed import Needs, needing

pytestmark = pytest.mark.builds


@pytest.fixture
def needs() -> Iterator[Needs]:
    with needing("redis") as command:
        yield command


def redis(needs: Needs, *command: str) -> str:
    """Send Redis a command."""
    client = needs.prefixes["redis"] / "bin/redis-cli"
    url = needs.variables()["CACHE_URL"]
    options = ["--no-auth-warning", "-u", url]
    return subprocess.run(
        [client, *options, *command], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_data_and_address_are_kept(needs: Needs, end: str) -> None:
    needs("start")
    before = needs.variables()
    redis(needs, "set", "colour", "blue")
    needs(end)
    assert needs.variables() == {}
    needs("start")
    assert needs.variables() == before
    assert redis(needs, "get", "colour") == "blue"


def test_starting_and_ending_twice(needs: Needs) -> None:
    needs("start")
    keeper = needs.record("redis").keeper()
    needs("start")
    assert needs.record("redis").keeper() == keeper
    needs("stop")
    needs("stop")
    needs("kill")


def test_several_start_it_at_once(needs: Needs) -> None:
    command = [str(needs.program), "start"]
    calls = [subprocess.Popen(command, env=needs.environment) for _ in range(3)]
    assert [call.wait() for call in calls] == [0, 0, 0]


def test_a_server_that_does_not_start(needs: Needs) -> None:
    needs("start")
    needs("stop")
    (base,) = (needs.directory / "redis/data/appendonlydir").glob("*.base.*")
    base.write_bytes(b"REDIS0000 no such thing")
    done = needs.call("start")
    assert done.returncode == 1
    log = needs.directory / "redis/log"
    assert done.stderr.startswith(f"error: redis did not start. Its log, {log}, ends like this:\n")
    assert done.stderr.endswith("redis ended with status 1\n")
