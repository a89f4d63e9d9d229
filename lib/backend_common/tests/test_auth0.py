import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from backend_common import App, SettingError, create_app
from backend_common.auth0.grants import permissions
from browser import Browser
from flask.testing import FlaskClient
from werkzeug.http import parse_cookie

Service = Callable[..., Path]
Make = Callable[..., App]

NOBODY_THERE = "http://127.0.0.1:1/"
SECRET_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(*extensions: str, **config: Any) -> App:
        usual = {
            "AUTH0_ISSUER": NOBODY_THERE,
            "AUTH0_CLIENT_ID": "shop",
            "AUTH0_CLIENT_SECRET": "hidden",
            "SECRET_KEY": SECRET_KEY,
        }
        app = create_app("shop", extensions=["auth0", *extensions], config={**usual, **config})

        @app.route("/me", methods=["GET", "POST"])
        def me() -> dict[str, Any]:
            session = app.auth0.session()
            return session._asdict() if session else {}

        return app

    return make_app


def log_in(client: FlaskClient, name: str = "me", until: float = 2**40) -> None:
    """Do what a login does to the session."""
    with client.session_transaction() as session:
        session["user"] = {"name": name, "permissions": ["shop/*"], "until": until}


# With a real provider.


@pytest.fixture
def issuer(given: Mapping[str, str]) -> str:
    if "AUTH0_ISSUER" not in given:
        pytest.skip("AUTH0_ISSUER does not say where a provider is: run this in nix-shell")
    return given["AUTH0_ISSUER"]


@pytest.fixture
def real(make: Make, given: Mapping[str, str], issuer: str) -> Make:
    """Make the application, a client of the provider's."""
    keys = ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET")
    settings = {"AUTH0_ISSUER": issuer, **{key: given[key] for key in keys}}
    return lambda *extensions, **config: make(*extensions, **{**settings, **config})


@pytest.fixture
def browser(given: Mapping[str, str], issuer: str) -> Browser:
    keys = ("AUTH0_CLIENT_ID", "AUTH0_TEST_USER", "AUTH0_TEST_PASSWORD")
    return Browser(issuer, *(given[key] for key in keys))


def test_logging_in_and_out(real: Make, browser: Browser) -> None:
    client = real(AUTH0_PERMISSIONS={"sub": {"*": ["shop/orders/read"]}}).test_client()
    asked = client.get("/auth0/login?next=/me?a=b").location
    assert asked
    query = parse_qs(urlsplit(asked).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()

    back = browser.log_in(asked)
    assert back.startswith("http://localhost/auth0/callback?")
    assert client.get(back).location == "/me?a=b"
    me = client.get("/me").get_json()
    assert me["name"]
    assert me["permissions"] == ["shop/orders/read"]

    leaving = client.get("/auth0/logout").location
    assert leaving
    assert parse_qs(urlsplit(leaving).query)["post_logout_redirect_uri"] == ["http://localhost/"]
    assert "prompt=end_session" in browser.follow(leaving)
    assert client.get("/me").get_json() == {}


def test_a_callback_works_where_it_began(real: Make, browser: Browser) -> None:
    app = real()
    client = app.test_client()
    back = browser.log_in(client.get("/auth0/login").location or "")
    stranger = app.test_client().get(back)
    assert stranger.status_code == 400
    assert (
        "This login has expired, or did not begin here. Begin again at /auth0/login."
        in stranger.text
    )
    assert client.get(back).status_code == 302


@pytest.mark.parametrize("code", ["", "&code=", "&code=&error=", "&error=x"])
def test_a_callback_without_the_code(real: Make, code: str) -> None:
    client = real().test_client()
    asked = client.get("/auth0/login").location or ""
    state = parse_qs(urlsplit(asked).query)["state"][0]
    response = client.get(f"/auth0/callback?state={state}{code}")
    assert response.status_code == 400
    assert "This login has expired, or did not begin here." in response.text


def test_a_session_is_a_new_one_after_a_login(real: Make, browser: Browser) -> None:
    client = real().test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.get(browser.log_in(client.get("/auth0/login").location or ""))
    with client.session_transaction() as session:
        assert set(session) == {"user"}


def test_a_claim_that_the_provider_does_not_tell(real: Make, browser: Browser) -> None:
    client = real(AUTH0_NAME="nickname").test_client()
    response = client.get(browser.log_in(client.get("/auth0/login").location or ""))
    assert response.status_code == 400
    assert "The provider does not tell your nickname, which is needed here." in response.text


def test_a_wrong_secret(real: Make, browser: Browser) -> None:
    client = real(AUTH0_CLIENT_SECRET="wrong").test_client()
    response = client.get(browser.log_in(client.get("/auth0/login").location or ""))
    assert response.status_code == 503


def test_a_session_is_good_for_auth(real: Make, browser: Browser) -> None:
    pytest.importorskip("backend_common.auth", reason="needs the extra auth too")
    app = real("auth", AUTH0_PERMISSIONS={"sub": {"*": ["shop/orders/*"]}})

    @app.get("/orders")
    @app.auth.require_permissions(["shop/orders/read"])
    def orders() -> str:
        return app.auth.current_user.method or ""

    client = app.test_client()
    assert client.get("/orders").status_code == 401
    client.get(browser.log_in(client.get("/auth0/login").location or ""))
    assert client.get("/orders").text == "session"
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get("/orders", headers=wrong).status_code == 401


def test_a_provider_that_goes_and_comes_back(real: Make, browser: Browser) -> None:
    if not shutil.which("needs"):
        pytest.skip("needs the command needs, which stops servers: run this in nix-shell")
    app = real(HEARTBEAT_CACHE=0)
    client = app.test_client()
    begun = browser.log_in(client.get("/auth0/login").location or "")
    subprocess.run(["needs", "stop", "oidc"], check=True)
    try:
        assert client.get(begun).status_code == 503
        assert client.get("/auth0/login").status_code == 503
        assert client.get("/__heartbeat__").status_code == 500
        assert client.get("/me").status_code == 200
    finally:
        subprocess.run(["needs", "start", "oidc"], check=True)
    assert client.get("/__heartbeat__").status_code == 200
    assert client.get(browser.log_in(client.get("/auth0/login").location or "")).status_code == 302
    assert client.get("/me").get_json()["name"]


# Without one, or with one that is up to no good.


def test_a_provider_that_is_down(make: Make) -> None:
    client = make().test_client()
    for path in ("/auth0/login", "/auth0/callback?code=a&state=b"):
        response = client.get(path)
        assert response.status_code == 503
        assert "The login provider does not answer. Try again later." in response.text
    assert client.get("/me").status_code == 200
    log_in(client)
    response = client.get("/auth0/logout")
    assert response.location == "http://localhost/"
    assert client.get("/me").get_json() == {}


def test_a_provider_that_hangs(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        port = server.getsockname()[1]
        app = make(AUTH0_ISSUER=f"http://127.0.0.1:{port}/", AUTH0_TIMEOUT=0.1)
        assert app.test_client().get("/auth0/login").status_code == 503


@pytest.fixture
def answering() -> Iterator[Callable[[Any], str]]:
    """Start a provider whose every answer is one document; return its URL."""
    document: Any = None

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()

    def answer(with_document: Any) -> str:
        nonlocal document
        document = with_document
        return f"http://127.0.0.1:{server.server_port}/"

    yield answer
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("document", [None, [], {}, "x", {"issuer": "https://else.example.org/"}])
def test_a_provider_that_is_none(
    make: Make, answering: Callable[[Any], str], document: Any
) -> None:
    app = make(AUTH0_ISSUER=answering(document))
    assert app.test_client().get("/auth0/login").status_code == 503
    assert app.test_client().get("/__heartbeat__").status_code == 500


def test_who_does_not_let_the_provider(make: Make, answering: Callable[[Any], str]) -> None:
    issuer = answering(None)
    app = make(AUTH0_ISSUER=answering({"issuer": issuer}))
    response = app.test_client().get("/auth0/callback?error=access_denied&state=x")
    assert response.status_code == 400
    assert "You did not let the provider log you in. Begin again at /auth0/login." in response.text


@pytest.mark.parametrize(
    "query", ["", "code=a", "state=b", "code=a&state=b", "error=x&error_description=<b>"]
)
def test_a_callback_that_nobody_began(
    make: Make, answering: Callable[[Any], str], query: str
) -> None:
    issuer = answering(None)
    app = make(AUTH0_ISSUER=answering({"issuer": issuer}))
    response = app.test_client().get(f"/auth0/callback?{query}")
    assert response.status_code == 400
    assert "This login has expired, or did not begin here." in response.text
    assert "<b>" not in response.text


@pytest.mark.parametrize(
    "where",
    ["https://e.example", "//e.example", "/\\e.example", "e", "", "/\t/e.example", "javascript:x"],
)
def test_a_login_does_not_end_on_another_site(make: Make, where: str) -> None:
    response = make().test_client().get("/auth0/login", query_string={"next": where})
    assert response.status_code == 400
    assert "next: must be a path of this site, such as /orders" in response.text


# Sessions.


def test_a_session_ends(make: Make) -> None:
    client = make().test_client()
    log_in(client)
    assert client.get("/me").get_json()["name"] == "me"
    log_in(client, until=1)
    assert client.get("/me").get_json() == {}


def test_pages_of_other_origins_cannot_use_a_session(make: Make) -> None:
    client = make().test_client()
    log_in(client)
    assert client.post("/me").get_json()["name"] == "me"
    own = {"Origin": "http://localhost"}
    assert client.post("/me", headers=own).get_json()["name"] == "me"
    for origin in ("https://e.example", "null", "https://localhost", "http://localhost.e.example"):
        assert client.post("/me", headers={"Origin": origin}).get_json() == {}
    other = {"Sec-Fetch-Site": "cross-site"}  # without Origin, and beside one that is ours
    assert client.post("/me", headers=other).get_json() == {}
    assert client.post("/me", headers={**other, **own}).get_json() == {}
    assert client.get("/me", headers=other).get_json()["name"] == "me", "a link leads here"
    same = {"Sec-Fetch-Site": "same-origin", **own}
    assert client.post("/me", headers=same).get_json()["name"] == "me"


def test_a_session_that_was_tampered_with(make: Make) -> None:
    client = make().test_client()
    log_in(client)
    cookie = client.get_cookie("session")
    assert cookie
    other = make(SECRET_KEY="another-key-another-key-another-key").test_client()
    other.set_cookie("session", cookie.value)
    assert other.get("/me").get_json() == {}


@pytest.mark.parametrize("testing", [False, True])
def test_the_cookie_of_production(make: Make, testing: bool) -> None:
    client = make(APP_CHANNEL="production", TESTING=testing).test_client()
    with client.session_transaction(base_url="https://localhost") as session:
        session["user"] = {"name": "me", "permissions": [], "until": 2**40}
    response = client.get("/auth0/logout", base_url="https://localhost")
    attributes = parse_cookie(response.headers["Set-Cookie"])
    assert {"Secure", "HttpOnly"} <= set(attributes)
    assert attributes["SameSite"] == "Lax"


def test_two_apps_share_no_session(make: Make) -> None:
    one = make(SECRET_KEY=None).test_client()
    log_in(one)
    cookie = one.get_cookie("session")
    assert cookie
    two = make(SECRET_KEY=None).test_client()
    two.set_cookie("session", cookie.value)
    assert two.get("/me").get_json() == {}


# What claims are worth.

GRANTS = {
    "groups": {"sheriffs": ["trees/*"], "all": ["shop/orders/read"]},
    "email": {"me@example.org": ["admin"]},
    "sub": {"*": ["known"]},
}


@pytest.mark.parametrize(
    ("claims", "granted"),
    [
        ({}, []),
        ({"sub": "x"}, ["known"]),
        ({"sub": ""}, []),
        ({"sub": 7}, []),
        ({"groups": ["all", "sheriffs", "none", 7, None]}, ["shop/orders/read", "trees/*"]),
        ({"groups": "sheriffs"}, ["trees/*"]),
        ({"groups": "sheriffs all"}, []),
        ({"groups": {"sheriffs": 1}}, []),
        ({"email": "me@example.org", "email_verified": True}, ["admin"]),
        ({"email": "me@example.org", "email_verified": "true"}, []),
        ({"email": "me@example.org"}, []),
    ],
)
def test_what_claims_are_worth(claims: dict[str, Any], granted: list[str]) -> None:
    assert permissions(claims, GRANTS) == granted


# Settings.


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("AUTH0_ISSUER", ""),
        ("AUTH0_ISSUER", "http://hidden.example.org/"),
        ("AUTH0_ISSUER", "hidden"),
        ("AUTH0_CLIENT_ID", ""),
        ("AUTH0_CLIENT_SECRET", ""),
        ("AUTH0_SCOPE", "profile hidden"),
        ("AUTH0_PERMISSIONS", {"sub": ["hidden"]}),
        ("AUTH0_PERMISSIONS", {"sub": {"*": "hidden"}}),
        ("AUTH0_PERMISSIONS", []),
        ("AUTH0_NAME", ""),
        ("AUTH0_TIMEOUT", 0),
        ("AUTH0_SESSION_LIFETIME", 0),
        ("AUTH0_SESSION_LIFETIME", True),
        ("AUTH0_SESSION_LIFETIME", 1.5),
        ("AUTH0_TIMEOUT", True),
        ("AUTH0_TIMEOUT", float("inf")),
        ("AUTH0_ISSUER", "https://"),
        ("AUTH0_PERMISSIONS", {"sub": {"*": ["hidden", ""]}}),
        ("AUTH0_PERMISSIONS", {"sub": {"*": [7]}}),
        ("SECRET_KEY", "x" * 31),
        ("SECRET_KEY", b"x" * 31),
        ("SECRET_KEY", ["x"] * 32),
        ("SECRET_KEY", "hidden"),
        ("SESSION_COOKIE_SAMESITE", "None"),
    ],
)
def test_a_wrong_setting(make: Make, key: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong") as error:
        make(**{key: value})
    assert "hidden" not in str(error.value)


def test_production_needs_a_key_that_lasts(make: Make) -> None:
    with pytest.raises(SettingError) as error:
        make(APP_CHANNEL="production", SECRET_KEY=None)
    assert str(error.value).startswith(
        "the setting SECRET_KEY of 'shop' is missing: expected 32 random characters or more, "
        "the same for all workers; make them with: openssl rand -hex 32; "
    )
