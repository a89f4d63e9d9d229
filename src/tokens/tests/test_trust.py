"""Whether other services take the tokens that this one issues."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, create_app
from flask.testing import FlaskClient
from werkzeug.serving import make_server


@pytest.fixture
def address(app: App) -> Iterator[str]:
    """The URL where the service is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def shop(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskClient:
    """A client of another service, which trusts this one."""
    (tmp_path / "settings.py").touch()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    entry = {"keys": f"{address}/.well-known/jwks.json", "permissions": ["shop/*"]}
    trusting = {"AUTH_ISSUERS": {"tokens": entry}}
    app = create_app("shop", extensions=["auth"], config=trusting)

    @app.get("/orders")
    @app.auth.require_permissions(["shop/orders/read"])
    def orders() -> str:
        return app.auth.current_user.name

    return app.test_client()


def bearer(client: FlaskClient, *permissions: str) -> dict[str, str]:
    result: dict[str, Any] = client.post("/tokens", json={"permissions": permissions}).get_json()
    return {"Authorization": f"Bearer {result['result']['token']}"}


def test_a_token_allows_what_it_says(client: FlaskClient, shop: FlaskClient) -> None:
    response = shop.get("/orders", headers=bearer(client, "shop/orders/*", "treestatus/*"))
    assert (response.status_code, response.text) == (200, "tokens#anonymous")
    assert shop.get("/orders", headers=bearer(client, "shop/refunds")).status_code == 403


def test_a_token_for_other_services(client: FlaskClient, shop: FlaskClient) -> None:
    response = shop.get("/orders", headers=bearer(client, "treestatus/*"))
    assert response.status_code == 401
    assert "its claim aud is missing or wrong" in response.headers["WWW-Authenticate"]
