"""What is kept of a server: its address, its password, its keeper."""

import os
import socket
from pathlib import Path

import pytest
from needs.errors import NeedsError
from needs.record import PORTS, TAIL, Record
from needs.server import HOST
from needs.servers.rabbitmq import RabbitMQ

PREFIX = Path("/prefix")


@pytest.fixture
def record(tmp_path: Path) -> Record:
    (tmp_path / "rabbitmq").mkdir()
    return Record(tmp_path / "rabbitmq")


def test_ports_and_a_password_are_picked_once(record: Record) -> None:
    place = record.make_place(PREFIX, RabbitMQ)
    assert set(place.ports) == {"main", "epmd", "distribution"}
    assert len(set(place.ports.values())) == 3
    assert all(port in PORTS for port in place.ports.values())
    assert len(place.secret) == 32
    assert record.make_place(PREFIX, RabbitMQ) == place == record.place(PREFIX)


def test_nothing_is_known_before_the_first_start(record: Record) -> None:
    with pytest.raises(FileNotFoundError):
        record.place(PREFIX)
    assert record.tail() == "(no log)"
    assert not record.is_kept()
    assert record.keeper() is None


def test_a_port_that_another_program_has_taken(record: Record) -> None:
    port = record.make_place(PREFIX, RabbitMQ).ports["main"]
    with socket.create_server((HOST, port)), pytest.raises(NeedsError) as raised:
        record.make_place(PREFIX, RabbitMQ)
    assert str(raised.value) == (
        f"rabbitmq: another program listens on port {port}, which rabbitmq was given at its first "
        f"start. End that program, or remove {record.path}: the server then starts anew, without "
        "its data."
    )


def test_one_keeper_at_a_time(record: Record) -> None:
    with record.kept():
        assert record.keeper() == os.getpid()
        with pytest.raises(BlockingIOError), record.kept():
            pass
        record.retire()
        assert record.is_kept()
        assert record.keeper() is None
    assert not record.is_kept()


def test_the_last_lines_of_the_log(record: Record) -> None:
    record.log.write_text("".join(f"{number}\n" for number in range(TAIL + 5)))
    assert record.tail().splitlines() == [str(number) for number in range(5, TAIL + 5)]
