from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OKPKey
from werkzeug.test import TestResponse

Issue = Callable[..., dict[str, Any]]
Query = Callable[[str], dict[str, Any]]
Sign = Callable[..., str]

PERMISSIONS = ["treestatus/trees/update", "treestatus/*"]


def in_future(hours: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)


def detail(response: TestResponse, status: int = 400) -> str:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    return str(response.get_json()["detail"])


@pytest.fixture
def issue(client: FlaskClient) -> Issue:
    def post(**body: Any) -> Any:
        response = client.post("/tokens", json={"permissions": PERMISSIONS, **body})
        assert response.status_code == 200
        return response.get_json()["result"]

    return post


@pytest.fixture
def query(client: FlaskClient) -> Query:
    def post(token: str) -> Any:
        response = client.post("/tokens/query", json={"token": token})
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        return response.get_json()["result"]

    return post


@pytest.fixture
def sign(app: App) -> Sign:
    """Sign claims with the service's own key, whatever they are."""
    return lambda **claims: app.auth.keys.sign(claims)


def test_a_token_says_what_was_asked_for(issue: Issue, query: Query) -> None:
    expires = in_future(hours=2).isoformat()
    issued = issue(expires=expires, metadata={"task": 7})
    said = {
        "typ": "tmp",
        "user": "anonymous",
        "permissions": PERMISSIONS,
        "expires": expires,
        "metadata": {"task": 7},
    }
    token = issued.pop("token")
    assert said.items() <= issued.items()
    assert (issued["revoked"], issued["parent"], issued["issued_by"]) == (None, None, "anonymous")
    assert query(token) == {"status": "valid", **issued}


def test_a_token_lives_for_an_hour(issue: Issue) -> None:
    expires = datetime.fromisoformat(issue()["expires"])
    assert timedelta(minutes=30) < expires - datetime.now(UTC) <= timedelta(hours=1)


def test_a_token_is_not_stored_on_its_way(client: FlaskClient) -> None:
    response = client.post("/tokens", json={"permissions": PERMISSIONS})
    assert response.headers["Cache-Control"] == "no-store"


def test_an_expired_token(query: Query, sign: Sign) -> None:
    token = sign(iss="tokens", sub="me", exp=1, permissions=["a"], metadata={})
    said = {
        "status": "expired",
        "typ": "tmp",
        "user": "me",
        "permissions": ["a"],
        "expires": "1970-01-01T00:00:01+00:00",
        "metadata": {},
    }
    assert said.items() <= query(token).items()


def test_a_token_that_lacks_something(query: Query, sign: Sign) -> None:
    assert query(sign(sub="me")) == {"status": "invalid"}
    assert query(sign(exp=2**33)) == {"status": "invalid"}
    assert query(sign(sub="me", exp=2**33)) == {"status": "invalid"}
    assert query(sign(sub="me", exp=2**99, permissions=["a"])) == {"status": "invalid"}


def test_a_token_that_was_tampered_with(issue: Issue, query: Query) -> None:
    head, claims, signature = issue()["token"].split(".")
    assert query(f"{head}.{claims[:-2]}AA.{signature}") == {"status": "invalid"}
    assert query(f"{head}.{claims}.") == {"status": "invalid"}


def test_a_token_without_a_signature_or_of_another_key(
    query: Query,
) -> None:
    claims = {"iss": "tokens", "exp": 2**33, "permissions": ["a"], "metadata": {}}
    other = OKPKey.generate_key("Ed25519")
    assert query(jwt.encode({"alg": "Ed25519"}, claims, other, ["Ed25519"])) == {
        "status": "invalid"
    }
    assert query("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0b2tlbnMifQ.") == {"status": "invalid"}


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "\0", "." * 90_000])
def test_what_is_no_token(query: Query, token: str) -> None:
    assert query(token) == {"status": "invalid"}


@pytest.mark.parametrize(
    "expires", ["tomorrow", "2030-01-31", "2030-01-31T12:00:00", "0001-01-01T00:00:00+23:59x"]
)
def test_an_expiry_that_is_no_instant(client: FlaskClient, expires: str) -> None:
    body = {"permissions": PERMISSIONS, "expires": expires}
    assert "body/expires: " in detail(client.post("/tokens", json=body))


def test_a_leap_second(client: FlaskClient) -> None:
    body = {"permissions": PERMISSIONS, "expires": "2016-12-31T23:59:60Z"}
    assert detail(client.post("/tokens", json=body)) == (
        "body/expires: must be a date and a time with a time zone (RFC 3339), "
        "such as 2030-01-31T12:00:00Z"
    )


@pytest.mark.parametrize(
    "expires",
    [
        "2001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        (datetime.now(UTC) + timedelta(days=3)).isoformat(),
    ],
)
def test_an_expiry_that_is_past_or_too_far_away(client: FlaskClient, expires: str) -> None:
    response = client.post("/tokens", json={"permissions": PERMISSIONS, "expires": expires})
    assert detail(response) == (
        "body/expires: must be later than now, and at most 1 day, 0:00:00 from now"
    )


def test_a_token_is_issued_to_whom_may_grant_it(user: Callable[..., FlaskClient]) -> None:
    body = {"permissions": ["treestatus/trees/update", "treestatus/trees/*"]}
    admin = user("tokens/grant/treestatus/*", name="alice")
    assert admin.post("/tokens", json=body).get_json()["result"]["user"] == "alice"
    assert detail(user("tokens/grant/treestatus/trees/update").post("/tokens", json=body), 403) == (
        "This needs the permission tokens/grant/treestatus/trees/update and "
        "tokens/grant/treestatus/trees/*."
    )


def test_a_token_does_not_outlive_the_token_of_its_caller(app: App, query: Query) -> None:
    end = in_future(hours=0) + timedelta(minutes=5)
    token = app.auth.sign("alice", ["tokens/grant/shop/*"], end)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    body: dict[str, Any] = {"permissions": ["shop/read"]}
    issued = client.post("/tokens", json=body).get_json()["result"]
    assert issued["expires"] == query(issued["token"])["expires"] == end.isoformat()
    assert client.post("/tokens", json={**body, "expires": end.isoformat()}).status_code == 200
    late = (end + timedelta(seconds=1)).isoformat()
    assert detail(client.post("/tokens", json={**body, "expires": late})) == (
        "body/expires: must be later than now, and not after the end of the caller's token, "
        f"{end.isoformat()}"
    )


def test_production_issues_nothing_to_nobody(make_app: Callable[..., App], tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    app = make_app({"APP_CHANNEL": "production", "AUTH_KEY_FILES": [str(key)]})
    response = app.test_client().post("/tokens", json={"permissions": PERMISSIONS})
    assert detail(response, 401).startswith("This needs credentials")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"permissions": []},
        {"permissions": ["a", "a"]},
        {"permissions": ["*"]},
        {"permissions": ["a b"]},
        {"permissions": ["a"], "typ": "prm"},
        {"permissions": ["a"], "typ": "prm", "name": "a b"},
        {"permissions": ["a"], "typ": "usr", "name": "a"},
        {"permissions": ["a"], "name": "a"},
        {"permissions": ["a"], "typ": "xyz"},
        {"permissions": ["a"], "user": "me"},
        {"permissions": ["a"], "metadata": []},
    ],
)
def test_a_wrong_request(client: FlaskClient, body: Any) -> None:
    assert detail(client.post("/tokens", json=body)).startswith("body")


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    ["\0", 10**400, 1e308, -0.0, None, nested(10), {"": ""}, "\U0001f600"],
)
@pytest.mark.parametrize("typ", ["tmp", "usr"])
def test_odd_metadata(issue: Issue, query: Query, typ: str, value: Any) -> None:
    metadata = {"odd": value, str(value)[:20]: 1}
    issued = issue(metadata=metadata, typ=typ)
    assert issued["metadata"] == metadata
    assert query(issued["token"])["metadata"] == metadata


@pytest.mark.parametrize("depth", [40, 300, 600, 900, 1200, 2300])
def test_deep_metadata(client: FlaskClient, query: Query, depth: int) -> None:
    text = '{"permissions": ["a"], "metadata": {"deep": ' + "[" * depth + "]" * depth + "}}"
    response = client.post("/tokens", data=text, content_type="application/json")
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert query(response.get_json()["result"]["token"])["status"] == "valid"
