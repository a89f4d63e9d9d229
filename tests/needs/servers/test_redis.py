"""Redis answers those who have its password."""

import socket
from urllib.parse import urlsplit

import pytest
from needed import needing

pytestmark = pytest.mark.builds


def test_a_password_is_asked_for() -> None:
    with needing("redis") as needs:
        needs("start")
        address = urlsplit(needs.variables()["CACHE_URL"])
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(b"PING\r\n")
            assert connection.recv(100) == b"-NOAUTH Authentication required.\r\n"
