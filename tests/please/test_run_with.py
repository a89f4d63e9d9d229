"""./please run --with: a service on servers that live as long as it does."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from needed import eventually
from needs.record import Record
from service import Service
from toolchain import ROOT, build, environment, evaluate

pytestmark = pytest.mark.builds


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory for servers; they have ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="needs-test-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def command(*arguments: str) -> list[str]:
    """Return a command of please."""
    return [str(build("please_cli") / "bin/please"), *arguments]


def test_a_service_works_with_its_servers(directory: Path) -> None:
    variables = environment() | {"PLEASE_ROOT": str(ROOT), "NEEDS_DIRECTORY": str(directory)}
    with subprocess.Popen(
        command("run", "treestatus", "--with", "postgresql", "--port", "0"),
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert Service(process).request("GET", "/trees") is not None
            variables_of_it = Path(f"/proc/{process.pid}/environ").read_text().split("\0")
            assert "APP_CHANNEL=development" in variables_of_it
            assert Record(directory / "postgresql").is_supervised()
        finally:
            # As hard as it can be: nobody is left to stop the server.
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
    eventually(lambda: not Record(directory / "postgresql").is_supervised())


def test_an_unknown_server_is_named() -> None:
    done = subprocess.run(
        command("run", "treestatus", "--with", "redis, mysql"),
        env=environment() | {"PLEASE_ROOT": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    known = evaluate("(import ./. { }).toolchain.needs.names")
    assert done.returncode == 1
    assert done.stderr == (f"error: no server 'mysql' to run with; there are: {', '.join(known)}\n")


def test_a_server_that_does_not_start(directory: Path) -> None:
    (directory / "redis").write_text("not a directory")
    done = subprocess.run(
        command("run", "treestatus", "--with", "redis"),
        env=environment() | {"PLEASE_ROOT": str(ROOT), "NEEDS_DIRECTORY": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"error: {directory}/redis is not a directory; remove it, or set NEEDS_DIRECTORY" in (
        done.stderr
    )
