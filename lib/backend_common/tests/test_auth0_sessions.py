"""Where login sessions are kept."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from backend_common import App, create_app
from backend_common.auth0 import sessions
from flask.testing import FlaskClient
from provider import CLIENT, Provider, providing

Service = Callable[..., Path]
Make = Callable[..., App]

MANY = [f"shop/resource-{number}-of-many/read" for number in range(200)]

needs_db = pytest.mark.skipif(not find_spec("flask_sqlalchemy"), reason="needs the extra db too")
needs_cache = pytest.mark.skipif(not find_spec("flask_caching"), reason="needs the extra cache too")

TABLE = """
CREATE TABLE auth0_sessions (
    digest VARCHAR(64) NOT NULL,
    record JSON NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (digest)
)
CREATE INDEX ix_auth0_sessions_until ON auth0_sessions (until)
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def make(service: Service, provider: Provider) -> Iterator[Make]:
    service()
    made: list[App] = []

    def make_app(*extensions: str, **config: Any) -> App:
        usual = {
            "AUTH0_ISSUER": provider.issuer,
            "AUTH0_CLIENT_ID": CLIENT,
            "AUTH0_CLIENT_SECRET": "hidden",
            "SECRET_KEY": "0123456789abcdef0123456789abcdef",
        }
        app = create_app("shop", extensions=["auth0", *extensions], config={**usual, **config})

        @app.get("/me")
        def me() -> dict[str, Any]:
            session = app.auth0.session()
            return session._asdict() if session else {}

        if "db" in app.loaded:
            made.append(app)
            with app.app_context():
                sessions.TABLE.of(app.db).create(app.db.engine, checkfirst=True)
        return app

    yield make_app
    for app in made:
        with app.app_context():
            sessions.TABLE.of(app.db).drop(app.db.engine, checkfirst=True)
            app.db.engine.dispose()


@pytest.fixture(
    params=[
        pytest.param("db", marks=needs_db),
        pytest.param("postgresql", marks=needs_db),
        pytest.param("cache", marks=needs_cache),
        pytest.param("redis", marks=needs_cache),
    ]
)
def on_server(
    request: pytest.FixtureRequest, make: Make, given: Mapping[str, str]
) -> Callable[..., App]:
    """Make an application that keeps sessions on the server."""
    kind = request.param
    variables = {"postgresql": "DATABASE_URL", "redis": "CACHE_URL"}
    config: dict[str, Any] = {}
    if variable := variables.get(kind):
        if variable not in given:
            pytest.skip(f"{variable} does not say where a server is: run this in nix-shell")
        config[variable] = given[variable]
        if kind == "redis":
            config["CACHE_PREFIX"] = f"test-{uuid4().hex}:"
    extension = "db" if kind in ("db", "postgresql") else "cache"
    return lambda **more: make(extension, **config, **more)


def log_in(client: FlaskClient, provider: Provider, **options: Any) -> None:
    asked = client.get("/auth0/login", **options).location
    assert asked
    response = client.get(provider.log_in(asked))
    assert response.status_code == 302, response.text


def name(client: FlaskClient) -> str | None:
    found: str | None = client.get("/me").get_json().get("name")
    return found


def copy_of(client: FlaskClient) -> FlaskClient:
    """Return a browser with a copy of the session's cookie."""
    cookie = client.get_cookie("session")
    assert cookie
    other = client.application.test_client()
    other.set_cookie("session", cookie.value)
    return other


def test_logging_out_ends_the_session_everywhere(
    on_server: Callable[..., App], provider: Provider
) -> None:
    client = on_server().test_client()
    log_in(client, provider)
    other = copy_of(client)
    assert name(client) == name(other) == "alice"
    client.get("/auth0/logout")
    assert name(client) is None
    assert name(other) is None


def test_many_permissions(on_server: Callable[..., App], provider: Provider) -> None:
    client = on_server(AUTH0_PERMISSIONS={"sub": {"*": MANY}}).test_client()
    log_in(client, provider)
    assert client.get("/me").get_json()["permissions"] == sorted(MANY)
    cookie = client.get_cookie("session")
    assert cookie
    assert len(cookie.value) < 300
    assert "alice" not in cookie.decoded_value


def test_each_login_has_a_new_session(on_server: Callable[..., App], provider: Provider) -> None:
    client = on_server().test_client()
    log_in(client, provider)
    before = copy_of(client)
    log_in(client, provider)
    assert name(client) == "alice"
    assert name(before) is None, "it was of the browser before the login"


def test_users_have_sessions_of_their_own(
    on_server: Callable[..., App], provider: Provider
) -> None:
    app = on_server()
    alice, bob = app.test_client(), app.test_client()
    log_in(alice, provider)
    provider.claims = provider.user_info = {"sub": "bob"}
    log_in(bob, provider)
    assert (name(alice), name(bob)) == ("alice", "bob")
    bob.get("/auth0/logout")
    assert (name(alice), name(bob)) == ("alice", None)


def test_a_session_ends_by_itself(
    on_server: Callable[..., App], provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = on_server().test_client()
    log_in(client, provider)
    later = time.time() + 8 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert name(client) is None


def test_the_provider_is_told_whom_to_log_out(
    on_server: Callable[..., App], provider: Provider
) -> None:
    client = on_server().test_client()
    provider.claims = {"long": "x" * 3000}
    log_in(client, provider)
    location = client.get("/auth0/logout").location
    assert location
    assert location.startswith(f"{provider.issuer}logout?")
    assert "id_token_hint=ey" in location


@pytest.mark.parametrize("content", ["name", "id"])
def test_only_sessions_of_the_server_count(on_server: Callable[..., App], content: str) -> None:
    """A cookie from before the sessions were on the server cannot be ended there."""
    client = on_server().test_client()
    old = {"name": "alice", "permissions": ["shop/*"], "until": 2**40}
    with client.session_transaction() as session:
        session["user"] = old if content == "name" else {"id": "guessed"}
    assert client.get("/me").get_json() == {}


@needs_db
def test_the_database_has_no_ids(make: Make, provider: Provider, tmp_path: Path) -> None:
    app = make("db")
    client = app.test_client()
    log_in(client, provider)
    with client.session_transaction() as session:
        id_ = session["user"]["id"]
    stored = b"".join(file.read_bytes() for file in (tmp_path / "state").glob("shop.db*"))
    assert b"alice" in stored
    assert id_.encode() not in stored


@needs_db
def test_ended_sessions_are_removed(make: Make, provider: Provider) -> None:
    app = make("db")
    log_in(app.test_client(), provider)
    with app.app_context():
        table = sessions.TABLE.of(app.db)
        past = datetime.fromtimestamp(1, UTC)
        app.db.session.execute(table.update().values(until=past))
        app.db.session.commit()
    log_in(app.test_client(), provider)
    with app.app_context():
        assert len(app.db.session.execute(table.select()).all()) == 1


@needs_db
@needs_cache
def test_the_database_comes_before_the_cache(make: Make, provider: Provider) -> None:
    app = make("db", "cache")
    client = app.test_client()
    log_in(client, provider)
    app.cache.clear()
    assert name(client) == "alice"


@needs_cache
def test_a_cache_in_memory_keeps_no_sessions_in_production(make: Make) -> None:
    app = make("cache", APP_CHANNEL="production")
    assert isinstance(sessions.choose(app), sessions.InCookie)
    shared = make("cache", APP_CHANNEL="production", CACHE_URL="redis://127.0.0.1:1/0")
    assert isinstance(sessions.choose(shared), sessions.OnServer)
    assert isinstance(sessions.choose(make("cache")), sessions.OnServer)


@needs_cache
def test_a_cache_that_is_away(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    client = make("cache", CACHE_URL="redis://127.0.0.1:1/0").test_client()
    asked = client.get("/auth0/login").location or ""
    response = client.get(provider.log_in(asked))
    assert response.status_code == 503
    assert "The service cannot keep your session." in response.text
    assert (
        "alice cannot log in: the cache does not keep the session: does Redis answer?"
        in caplog.messages
    )
    with client.session_transaction() as session:
        session["user"] = {"id": "x"}
    assert client.get("/auth0/logout").status_code == 302
    assert (
        "a session may go on until it expires: the cache had no session to end: it was over, or "
        "Redis does not answer" in caplog.messages
    )


@needs_cache
def test_a_cache_that_goes_away_and_comes_back(
    make: Make, provider: Provider, given: Mapping[str, str]
) -> None:
    if not shutil.which("needs") or "CACHE_URL" not in given:
        pytest.skip("needs the command needs, which freezes servers: run this in nix-shell")
    prefix = f"test-{uuid4().hex}:"
    config = {"CACHE_URL": given["CACHE_URL"], "CACHE_PREFIX": prefix, "CACHE_PAUSE": 0.01}
    client = make("cache", **config).test_client()
    log_in(client, provider)
    subprocess.run(["needs", "freeze", "redis"], check=True)
    try:
        assert name(client) is None
    finally:
        subprocess.run(["needs", "thaw", "redis"], check=True)


# In a cookie.


def test_many_permissions_do_not_fit_into_a_cookie(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    client = make(AUTH0_PERMISSIONS={"sub": {"*": MANY}}).test_client()
    response = client.get(provider.log_in(client.get("/auth0/login").location or ""))
    if response.status_code == 302:  # they compress well
        cookie = client.get_cookie("session")
        assert cookie
        assert len(cookie.value) <= sessions.LARGEST_COOKIE
    random = [f"shop/{uuid4().hex}" for _ in range(200)]
    client = make(AUTH0_PERMISSIONS={"sub": {"*": random}}).test_client()
    response = client.get(provider.log_in(client.get("/auth0/login").location or ""))
    assert response.status_code == 503
    assert "The service cannot keep your session." in response.text
    message = caplog.messages[-1]
    assert message.startswith("alice cannot log in: the session does not fit into a cookie (")
    assert message.endswith(
        "characters with 200 permissions): load the extension db, or cache with CACHE_URL, which "
        "keep sessions on the server"
    )
    assert client.get("/me").get_json() == {}


def test_a_long_id_token_is_left_out_of_a_cookie(make: Make, provider: Provider) -> None:
    client = make().test_client()
    provider.claims = {"long": "".join(uuid4().hex for _ in range(120))}
    log_in(client, provider)
    assert name(client) == "alice"
    assert "id_token_hint" not in (client.get("/auth0/logout").location or "")


def test_a_short_id_token_is_kept_in_a_cookie(make: Make, provider: Provider) -> None:
    client = make().test_client()
    log_in(client, provider)
    assert "id_token_hint=ey" in (client.get("/auth0/logout").location or "")


def test_fields_of_another_release(make: Make) -> None:
    client = make().test_client()
    with client.session_transaction() as session:
        session["user"] = {"name": "alice", "permissions": [], "until": 2**40, "more": 1}
    assert client.get("/me").get_json() == {}


@needs_db
def test_the_table_stays_what_existing_deployments_have(make: Make) -> None:
    from table_definition import definition  # noqa: PLC0415  it imports SQLAlchemy

    assert definition(sessions.TABLE.of(make("db").db)) == TABLE.strip()
