"""PostgreSQL survives a kill, and knows the time zones of the platform."""

import os
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from needed import Needs, needing
from needs import user
from needs.directories import make_home

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


def test_two_clusters_differ(needs: Needs) -> None:
    with needing("postgresql") as other:
        other("start")
        text = "SELECT system_identifier FROM pg_control_system()"
        assert query(needs, text) != query(other, text)


def test_a_copied_cluster_is_whole(needs: Needs) -> None:
    # Pages that say they are newer than the log could not be written.
    for text in ("VACUUM FULL", "CHECKPOINT", "CREATE DATABASE copied TEMPLATE template0"):
        query(needs, text)
    checker = needs.prefixes["postgresql"] / "bin/pg_amcheck"
    address = urlsplit(needs.variables()["DATABASE_URL"])
    variables = {
        "PGHOST": str(address.hostname),
        "PGPORT": str(address.port),
        "PGUSER": str(address.username),
        "PGPASSWORD": str(address.password),
    }
    options = ["--all", "--install-missing", "--heapallindexed", "--no-strict-names"]
    done = subprocess.run(
        [checker, *options], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_cluster_is_half_made() -> None:
    with needing("postgresql") as other:
        (other.directory / "postgresql").mkdir(mode=0o711)
        make_home(other.directory / "postgresql/home")
        left = other.directory / "postgresql/home/data.new/base"
        left.mkdir(parents=True)
        for path in (left, left.parent):
            os.chown(path, *user.ids())
        other("start")
        assert query(other, "SELECT 1") == "1"
        assert not left.parent.exists()


def test_the_settings_are_those_of_initdb(needs: Needs) -> None:
    for name, value in {
        "max_connections": "100",
        "shared_buffers": "128MB",
        "max_wal_size": "1GB",
        "default_text_search_config": "pg_catalog.english",
        "lc_messages": "C",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
    }.items():
        assert query(needs, f"SHOW {name}") == value, name
