import pytest
from flask.testing import FlaskClient


@pytest.fixture
def autoland(client: FlaskClient) -> str:
    """The tree ``autoland``, which is open."""
    assert client.put("/trees/autoland", json={"status": "open"}).status_code == 201
    return "autoland"
