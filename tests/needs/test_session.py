"""Servers come back at their address, with their data."""

import fcntl
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import other_user
import pytest
from needed import Needs, needing
from other_user import AS_ROOT, OTHER

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
    supervisor = needs.record("redis").supervisor()
    needs("start")
    assert needs.record("redis").supervisor() == supervisor
    needs("stop")
    needs("stop")
    needs("kill")


@pytest.mark.parametrize("end", ["thaw", "stop", "kill"])
def test_a_frozen_server_says_nothing_and_comes_back(needs: Needs, end: str) -> None:
    needs("start")
    redis(needs, "set", "colour", "blue")
    port = urlsplit(needs.variables()["CACHE_URL"]).port
    needs("freeze")
    with socket.create_connection(("127.0.0.1", port), timeout=0.5) as connection:
        connection.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            connection.recv(100)
        needs(end)
        needs("start")
        if end == "thaw":
            assert connection.recv(100)
    assert redis(needs, "get", "colour") == "blue"


def test_several_start_it_at_once(needs: Needs) -> None:
    command = [str(needs.program), "start"]
    calls = [subprocess.Popen(command, env=needs.environment) for _ in range(3)]
    assert [call.wait() for call in calls] == [0, 0, 0]


def test_a_server_that_does_not_start(needs: Needs) -> None:
    needs("start")
    needs("stop")
    (base,) = (needs.directory / "redis/home/data/appendonlydir").glob("*.base.*")
    base.write_bytes(b"REDIS0000 no such thing")
    done = needs.call("start")
    assert done.returncode == 1
    log = needs.directory / "redis/log"
    assert done.stderr.startswith(f"error: redis did not start. Its log, {log}, ends like this:\n")
    assert done.stderr.endswith("redis ended with status 1\n")


NOBODY = 65534


@AS_ROOT
@pytest.mark.parametrize("user", [NOBODY, OTHER])
def test_other_users_cannot_change_the_control_files(user: int, needs: Needs) -> None:
    needs("start")
    record = needs.record("redis")
    supervisor = record.supervisor()
    code = f"""
path = Path({str(record.path)!r})
attempts = {{
    name: [
        lambda file: os.open(file, os.O_RDONLY),
        lambda file: os.open(file, os.O_WRONLY),
        lambda file: os.truncate(file, 0),
        lambda file: file.unlink(),
        lambda file: file.rename(path / "stolen"),
    ]
    for name in ("lock", "log", "address.json")
}}
attempts["home"] = [lambda file: file.rename(path / "stolen"), lambda file: file.rmdir()]
attempts["new"] = [lambda file: file.symlink_to("/etc/passwd"), lambda file: file.mkdir()]
attempts["."] = [lambda file: os.listdir(file), lambda file: file.chmod(0o777)]
for name, calls in attempts.items():
    for call in calls:
        try:
            call(path / name)
        except PermissionError:
            continue
        except OSError as error:
            raise SystemExit(f"{{name}}: {{error}}")
        raise SystemExit(f"{{name}} is not safe")
os.kill({supervisor}, 9)
"""
    done = other_user.run(code, user)
    assert "PermissionError: [Errno 1]" in done.stderr, done.stderr
    assert "running" in needs("status")
    needs("stop")


@AS_ROOT
def test_the_server_runs_as_its_user_and_its_supervisor_as_root(needs: Needs) -> None:
    needs("start")
    supervisor = needs.record("redis").supervisor()
    assert Path(f"/proc/{supervisor}").stat().st_uid == 0
    (server,) = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    identity = Path(f"/proc/{server}/status").read_text()
    assert f"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}" in identity
    files = {link.readlink().name for link in Path(f"/proc/{server}/fd").iterdir()}
    assert "lock" not in files


@AS_ROOT
@pytest.mark.parametrize("name", ["redis.conf", "data"])
def test_a_link_in_the_home_leads_the_server_alone(name: str, needs: Needs) -> None:
    needs("start")
    needs("stop")
    home = needs.directory / "redis/home"
    with tempfile.TemporaryDirectory() as roots:
        victim = Path(roots, "victim")
        victim.write_text("content")
        target = victim if name == "redis.conf" else Path(roots)
        code = (
            f"home = Path({str(home)!r})\n(home / {name!r}).rename(home / 'old')\n"
            f"(home / {name!r}).symlink_to({str(target)!r})"
        )
        assert other_user.run(code, NOBODY).returncode == 0
        done = needs.call("start")
        assert done.returncode == 1
        assert "Permission denied" in done.stderr or "user cannot enter it" in done.stderr
        assert victim.read_text() == "content"
        assert list(Path(roots).iterdir()) == [victim]


@AS_ROOT
@pytest.mark.parametrize("action", ["start", "stop", "kill", "status", "variables"])
def test_roots_needs_believes_nothing_that_another_user_wrote(action: str, needs: Needs) -> None:
    # A directory as an attacker would have it, and as an earlier version left it.
    path = needs.directory / "redis"
    path.mkdir()
    with (
        tempfile.NamedTemporaryFile("w") as secret,
        subprocess.Popen(["sleep", "600"]) as victim,
        (path / "lock").open("w") as lock,
    ):
        secret.write("root's secret")
        secret.flush()
        lock.write(str(victim.pid))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        fcntl.lockf(lock, fcntl.LOCK_EX)
        for name in ("log", "address.json"):
            (path / name).symlink_to(secret.name)
        os.chown(path, NOBODY, NOBODY)
        done = needs.call(action)
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: {path} belongs to the user nobody, who could have ")
        assert "secret" not in done.stdout + done.stderr
        assert victim.poll() is None
        victim.kill()
        # What the message says to do.
        subprocess.run(["rm", "-r", path], check=True)
    needs("start")


def test_a_directory_that_others_can_write(needs: Needs) -> None:
    needs.directory.chmod(0o777)
    try:
        done = needs.call("start")
    finally:
        needs.directory.chmod(0o711)
    assert done.returncode == 1
    assert done.stderr == (
        f"error: other users can write to {needs.directory} (mode 0777), and so have needs signal "
        f"any process and read any file. Run `chmod go-w {needs.directory}`, or set "
        "NEEDS_DIRECTORY to another place.\n"
    )
