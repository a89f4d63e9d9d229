"""Sessions are Flask's, with and without a cookie."""

from collections.abc import Callable
from pathlib import Path

import flask
import pytest
from backend_common import App, create_app
from backend_common.core.sessions import Sessions

Service = Callable[..., Path]

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def app(service: Service) -> App:
    service()
    app = create_app("shop", config={"SECRET_KEY": KEY})
    app.add_url_rule("/look", "look", view_func=lambda: flask.session.get("name", "nobody"))
    app.add_url_rule("/none", "none", view_func=lambda: "nothing")

    @app.get("/set/<name>")
    def put(name: str) -> str:
        flask.session["name"] = name
        return name

    @app.get("/clear")
    def clear() -> str:
        flask.session.clear()
        return "cleared"

    return app


def test_a_session_is_kept_until_it_is_cleared(app: App) -> None:
    client = app.test_client()
    assert client.get("/look").text == "nobody"
    client.get("/set/alice")
    assert client.get("/look").text == "alice"
    client.get("/clear")
    assert client.get("/look").text == "nobody"
    assert isinstance(app.session_interface, Sessions)


def test_caches_hear_of_a_session_that_was_looked_at(app: App) -> None:
    client = app.test_client()
    assert client.get("/look").headers["Vary"] == "Cookie"
    assert "Vary" not in client.get("/none").headers


def test_a_forged_session_is_none(app: App) -> None:
    client = app.test_client(use_cookies=False)
    assert client.get("/look", headers={"Cookie": "session=forged"}).text == "nobody"


def test_there_is_none_without_a_key(service: Service) -> None:
    service()
    app = create_app("shop")
    with app.test_request_context(), pytest.raises(RuntimeError, match="secret key"):
        flask.session["name"] = "alice"
