"""Ports that are free, each for one purpose."""

import socket

from needs import ports
from needs.server import HOST


def test_each_purpose_has_a_port_of_its_own() -> None:
    picked = ports.pick(["main", "epmd", "distribution"])
    assert set(picked) == {"main", "epmd", "distribution"}
    assert len(set(picked.values())) == 3
    assert set(picked.values()) <= set(ports.PORTS)


def test_a_port_that_a_program_listens_on_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert not ports.is_free(port)
    assert ports.is_free(port)
