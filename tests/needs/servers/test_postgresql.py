"""PostgreSQL survives a kill, and knows the time zones of the platform."""

import subprocess
from collections.abc import Iterator

import pytest
from needed import Needs, needing

pytestmark = pytest.mark.builds


@pytest.fixture(scope="module")
def needs() -> Iterator[Needs]:
    with needing("postgresql") as command:
        command("start")
        yield command


def query(needs: Needs, text: str) -> str:
    """Return what PostgreSQL answers."""
    psql = needs.prefixes["postgresql"] / "bin/psql"
    url = needs.variables()["DATABASE_URL"]
    return subprocess.run(
        [psql, url, "--no-psqlrc", "-tAc", text], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def test_a_killed_server_comes_back_with_its_data(needs: Needs) -> None:
    url = needs.variables()["DATABASE_URL"]
    query(needs, "CREATE TABLE things AS SELECT 42 AS number")
    needs("kill")
    needs("start")
    assert needs.variables()["DATABASE_URL"] == url
    assert query(needs, "SELECT number FROM things") == "42"


def test_time_zones_are_known(needs: Needs) -> None:
    summer = "SELECT TIMESTAMPTZ '2024-07-01 12:00 Europe/Paris' AT TIME ZONE 'UTC'"
    assert query(needs, summer) == "2024-07-01 10:00:00"
    assert query(needs, "SHOW timezone") == "UTC"


def test_a_password_is_asked_for(needs: Needs) -> None:
    url = needs.variables()["DATABASE_URL"]
    secret = needs.record("postgresql").place(needs.prefixes["postgresql"]).secret
    psql = needs.prefixes["postgresql"] / "bin/psql"
    done = subprocess.run(
        [psql, url.replace(secret, "guessed"), "-c", "SELECT 1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "password authentication failed" in done.stderr
