"""RabbitMQ keeps to loopback and to its own ports, and leaves no process behind."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from needed import Needs, needing
from needs.servers.rabbitmq import RabbitMQ

pytestmark = pytest.mark.builds

# As /proc/net/tcp has them.
LISTEN = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}


@pytest.fixture(scope="module")
def needs() -> Iterator[Needs]:
    with needing("rabbitmq") as command:
        command("start")
        yield command


def server(needs: Needs) -> RabbitMQ:
    """Return the server as the program sees it."""
    return RabbitMQ(needs.record("rabbitmq").place(needs.prefixes["rabbitmq"]))


def test_a_killed_server_comes_back_at_its_address(needs: Needs) -> None:
    before = needs.variables()
    needs("kill")
    needs("start")
    assert needs.variables() == before
    assert server(needs).answers()


def test_the_address_is_an_amqp_uri(needs: Needs) -> None:
    address = urlsplit(needs.variables()["PULSE_URL"])
    assert (address.scheme, address.hostname) == ("amqp", "127.0.0.1")
    assert unquote(address.path[1:]) == "/"


def test_it_listens_on_loopback_alone(needs: Needs) -> None:
    listening = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == LISTEN:
                address, port = local.split(":")
                listening[int(port, 16)] = address
    ports = server(needs).place.ports.values()
    assert {listening[port] for port in ports} <= LOOPBACK
