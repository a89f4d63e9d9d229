from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def app_config() -> dict[str, Any]:
    """As in production, callers without credentials may change nothing.

    A server takes its time to answer many at once where the tests run under emulation.
    """
    return {"AUTH_DEVELOPMENT_PERMISSIONS": [], "DATABASE_CONNECT_TIMEOUT": 60}


@pytest.fixture
def client(user: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of alice, who may do everything."""
    return user("treestatus/*", name="alice")


@pytest.fixture
def autoland(client: FlaskClient) -> str:
    """The tree ``autoland``, which is open."""
    assert client.put("/trees/autoland", json={"status": "open"}).status_code == 201
    return "autoland"


Push = Callable[..., int]


@pytest.fixture
def push(client: FlaskClient) -> Push:
    """Close trees with a change that is remembered; return its id on the stack."""

    def change(*trees: str, **fields: Any) -> int:
        body = {"trees": trees, "status": "closed", "reason": "bustage", "tags": ["infra"]}
        response = client.patch("/trees", json={**body, "remember": True, **fields})
        assert response.status_code == 204, response.text
        return int(client.get("/stack").get_json()["result"][0]["id"])

    return change
