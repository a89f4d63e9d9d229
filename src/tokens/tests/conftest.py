from collections.abc import Callable
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient

Bearer = Callable[[str], FlaskClient]


@pytest.fixture
def app_config() -> dict[str, Any]:
    """A server takes its time to answer many at once where the tests run under emulation."""
    return {"TOKENS_LONGEST_LIFE": 86400, "DATABASE_CONNECT_TIMEOUT": 60}


@pytest.fixture
def bearer(app: App) -> Bearer:
    """Make a client that sends a token."""

    def make(token: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return make


@pytest.fixture
def admin(user: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of an operator, who may do everything with tokens."""
    return user("tokens/*", name="admin")
