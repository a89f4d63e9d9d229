"""Logging in in development, without a provider."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from backend_common import App, SettingError, create_app
from flask.testing import FlaskClient

Make = Callable[..., App]

USERS: Mapping[str, Any] = {"sheriff": {"groups": ["sheriffs"]}, "<b>reader</b> & co": {}}
LOST = "This login has expired, or did not begin here. Begin again at /auth0/login."


@pytest.fixture
def make(service: Callable[..., Path]) -> Make:
    service()

    def make_app(*extensions: str, **config: Any) -> App:
        usual = {
            "AUTH0_DEVELOPMENT_USERS": USERS,
            "AUTH0_PERMISSIONS": {"groups": {"sheriffs": ["shop/*"]}},
        }
        app = create_app("shop", extensions=["auth0", *extensions], config={**usual, **config})

        @app.route("/me")
        def me() -> dict[str, Any]:
            session = app.auth0.session()
            return session._asdict() if session else {}

        return app

    return make_app


def begin(client: FlaskClient) -> str:
    """Begin a login; return its state."""
    page = client.get("/auth0/login?next=/me").location or ""
    return urlsplit(page).query


def choose(client: FlaskClient, name: str) -> Any:
    return client.get(f"/auth0/callback?{begin(client)}&user={name}")


def test_the_page_says_what_it_is(make: Make) -> None:
    client = make().test_client()
    page = client.get("/auth0/login", follow_redirects=True)
    assert page.status_code == 200
    assert "This page is for development" in page.text
    assert "Production refuses it" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_names_and_states_are_escaped(make: Make) -> None:
    page = make().test_client().get('/auth0/development?state="><script>').text
    assert "&lt;b&gt;reader&lt;/b&gt; &amp; co</a>" in page
    assert "<script>" not in page
    assert "<b>" not in page


def test_choosing_a_user(make: Make) -> None:
    client = make().test_client()
    assert choose(client, "sheriff").location == "/me"
    session = client.get("/me").get_json()
    assert session == {"name": "sheriff", "permissions": ["shop/*"], "issuer": "development"}
    assert client.get("/auth0/logout").location == "http://localhost/"
    assert client.get("/me").get_json() == {}


def test_the_page_has_the_link(make: Make) -> None:
    client = make().test_client()
    page = client.get(f"/auth0/development?{begin(client)}").text
    link = page.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    assert client.get(link).location == "/me"
    assert client.get("/me").get_json()["name"] == "sheriff"


@pytest.mark.parametrize("name", ["", "nobody"])
def test_somebody_else(make: Make, name: str) -> None:
    client = make().test_client()
    response = choose(client, name)
    assert response.status_code == 400
    assert LOST in response.text
    assert client.get("/me").get_json() == {}


def test_a_link_of_another_browser(make: Make) -> None:
    app = make()
    state = begin(app.test_client())
    response = app.test_client().get(f"/auth0/callback?{state}&user=sheriff")
    assert response.status_code == 400
    assert LOST in response.text


def test_auth_knows_the_user(make: Make) -> None:
    app = make("auth")

    @app.route("/close")
    @app.auth.require_permissions(["shop/close"])
    def close() -> str:
        return str(app.auth.current_user.name)

    client = app.test_client()
    assert client.get("/close").status_code == 401
    choose(client, "sheriff")
    assert client.get("/close").text == "development#sheriff"


def test_the_claim_that_is_the_name(make: Make) -> None:
    users = {"sheriff": {"email": "sheriff@example.org", "email_verified": True}}
    client = make(AUTH0_NAME="email", AUTH0_DEVELOPMENT_USERS=users).test_client()
    choose(client, "sheriff")
    assert client.get("/me").get_json()["name"] == "sheriff@example.org"


def test_the_heartbeat_is_green(make: Make) -> None:
    assert make().test_client().get("/__heartbeat__").status_code == 200


def test_production_refuses_it(make: Make) -> None:
    with pytest.raises(SettingError, match="the setting AUTH0_ISSUER of 'shop' is missing"):
        make(APP_CHANNEL="production")


def test_a_provider_comes_first(make: Make) -> None:
    provider = {
        "AUTH0_ISSUER": "http://127.0.0.1:1/",
        "AUTH0_CLIENT_ID": "shop",
        "AUTH0_CLIENT_SECRET": "hidden",
    }
    client = make(**provider).test_client()
    assert client.get("/auth0/development").status_code == 404
    assert client.get("/auth0/login").status_code == 503
    with pytest.raises(SettingError, match="the setting AUTH0_CLIENT_ID of 'shop' is missing"):
        make(AUTH0_ISSUER="http://127.0.0.1:1/")


def test_nobody_to_choose(make: Make) -> None:
    with pytest.raises(SettingError, match="the setting AUTH0_ISSUER of 'shop' is missing"):
        make(AUTH0_DEVELOPMENT_USERS={})


@pytest.mark.parametrize("users", [{"sheriff": []}, {"": {}}, []])
def test_wrong_users(make: Make, users: Any) -> None:
    with pytest.raises(SettingError, match=r"AUTH0_DEVELOPMENT_USERS of 'shop' is wrong: expected"):
        make(AUTH0_DEVELOPMENT_USERS=users)
