"""The control files of a server: its address, its password, its log, its supervisor."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from needs.errors import NeedsError
from needs.record import TAIL, Record
from needs.server import HOST
from needs.servers.rabbitmq import RabbitMQ
from toolchain import ROOT

PREFIX = Path("/prefix")

SUPERVISOR = """
import sys
from pathlib import Path
from needs.record import Record

try:
    with Record(Path(sys.argv[1])).supervised() as supervision:
        print("active", flush=True)
        for line in sys.stdin:
            supervision.retire()
            print("retired", flush=True)
except BlockingIOError:
    print("busy")
"""


@pytest.fixture
def record(tmp_path: Path) -> Record:
    (tmp_path / "rabbitmq").mkdir(mode=0o700)
    return Record(tmp_path / "rabbitmq")


class Supervisor:
    """A process that holds the locks of a record."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip()

    def retire(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("retire\n")
        self.process.stdin.flush()
        assert self.line() == "retired"


@contextmanager
def supervising(record: Record) -> Iterator[Supervisor]:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(record.path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "nix")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Supervisor(process)
        finally:
            process.kill()


def test_ports_and_a_password_are_picked_once(record: Record) -> None:
    place = record.make_place(PREFIX, RabbitMQ)
    assert set(place.ports) == {"main", "epmd", "distribution"}
    assert len(place.secret) == 32
    assert place.directory == record.path / "home"
    assert record.was_started()
    assert record.make_place(PREFIX, RabbitMQ) == place == record.place(PREFIX)
    assert (record.path / "address.json").stat().st_mode & 0o777 == 0o600


def test_nothing_is_known_before_the_first_start(record: Record) -> None:
    for missing in (record, Record(record.path / "none")):
        with pytest.raises(FileNotFoundError):
            missing.place(PREFIX)
        assert not missing.was_started()
        assert missing.tail() == "(no log)"
        assert not missing.is_supervised()
        assert missing.supervisor() is None
        assert missing.signal(signal.SIGTERM) is None


def test_a_port_that_another_program_has_taken(record: Record) -> None:
    port = record.make_place(PREFIX, RabbitMQ).ports["main"]
    with socket.create_server((HOST, port)), pytest.raises(NeedsError) as raised:
        record.make_place(PREFIX, RabbitMQ)
    assert str(raised.value) == (
        f"rabbitmq: another program listens on port {port}, which rabbitmq was given at its first "
        f"start. End that program, or remove {record.path}: the server then starts anew, without "
        "its data."
    )


def test_one_supervisor_at_a_time(record: Record) -> None:
    with supervising(record) as first:
        assert first.line() == "active"
        assert record.supervisor() == first.process.pid
        with supervising(record) as second:
            assert second.line() == "busy"
        first.retire()
        assert record.is_supervised()
        assert record.supervisor() is None
        assert record.signal(signal.SIGTERM) is None
    assert not record.is_supervised()


def test_a_signal_reaches_the_supervisor_alone(record: Record) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander, supervising(record) as supervisor:
        assert supervisor.line() == "active"
        (record.path / "lock").write_text(str(bystander.pid))
        assert record.signal(signal.SIGTERM) == supervisor.process.pid
        assert supervisor.process.wait() == -signal.SIGTERM
        assert record.signal(signal.SIGTERM) is None
        assert bystander.poll() is None
        bystander.kill()


def test_the_last_lines_of_the_log(record: Record) -> None:
    with record.open_log() as log:
        log.write("".join(f"{number}\n" for number in range(TAIL + 5)).encode())
    assert record.tail().splitlines() == [str(number) for number in range(5, TAIL + 5)]
    with record.open_log() as log:
        log.write(b"x" * 1_000_000 + b"\n\x1b[2Jend\n")
    assert len(record.tail()) < 100_000
    assert record.tail().endswith("\n\ufffd[2Jend")


def test_an_earlier_versions_directory_is_named() -> None:
    with tempfile.TemporaryDirectory(prefix="needs-test-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        record = Record(Path(name, "redis"))
        (record.path / "data").mkdir(parents=True)
        with pytest.raises(NeedsError) as raised:
            record.make()
    assert str(raised.value) == (
        f"{record.path} was made by an earlier version of needs. Remove it: the server then starts "
        "anew, without its data."
    )


@pytest.mark.parametrize("name", ["log", "lock", "address.json"])
def test_a_link_is_not_followed(name: str, record: Record, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"ports": {}, "secret": "hidden"}')
    (record.path / name).symlink_to(secret)
    uses = {"log": record.tail, "lock": record.is_supervised, "address.json": record.was_started}
    with pytest.raises(NeedsError) as raised:
        uses[name]()
    assert str(raised.value) == (
        f"{record.path / name} cannot be opened: Too many levels of symbolic links; remove it, and "
        "start the server again."
    )
    (record.path / name).unlink()
    (record.path / name).hardlink_to(secret)
    with pytest.raises(NeedsError) as raised:
        uses[name]()
    assert str(raised.value) == (
        f"{record.path / name} is not a file that only you can write; remove it, and start the "
        "server again."
    )


@pytest.mark.parametrize("name", ["log", "lock", "address.json"])
def test_a_fifo_is_not_waited_for(name: str, record: Record) -> None:
    os.mkfifo(record.path / name)
    uses = {"log": record.tail, "lock": record.is_supervised, "address.json": record.was_started}
    with pytest.raises(NeedsError) as raised:
        uses[name]()
    assert str(raised.value) == (
        f"{record.path / name} is not a file that only you can write; remove it, and start the "
        "server again."
    )


def test_a_log_that_is_a_fifo(record: Record) -> None:
    os.mkfifo(record.log)
    with pytest.raises(NeedsError, match=r"/log cannot be opened: No such device or address; "):
        record.open_log()


def test_what_is_written_follows_no_link(record: Record, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("content")
    for name in ("log", "address.json.new"):
        (record.path / name).symlink_to(victim)
    with pytest.raises(NeedsError):
        record.open_log()
    with pytest.raises(NeedsError):
        record.make_place(PREFIX, RabbitMQ)
    assert victim.read_text() == "content"
