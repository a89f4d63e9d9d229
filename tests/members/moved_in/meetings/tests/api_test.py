import socket
from urllib.parse import urlsplit


def test_database(app):
    address = urlsplit(app.config["DATABASE_URI"])
    socket.create_connection((address.hostname, address.port), timeout=60).close()


def test_index(app):
    assert app.test_client().get("/").get_json() == {"title": "meetings"}
