"""Tokens that are revoked with the one that issued them, and the users that may revoke them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session
from tokens.models import Token
from werkzeug.test import TestResponse

Bearer = Callable[[str], FlaskClient]
User = Callable[..., FlaskClient]

GRANTING = ["tokens/grant/*", "tokens/issue/*"]


def result(response: TestResponse) -> Any:
    assert response.status_code == 200, response.text
    return response.get_json()["result"]


def issue(client: FlaskClient, *permissions: str, **more: Any) -> Any:
    body = {"permissions": permissions or GRANTING, **more}
    return result(client.post("/tokens", json=body))


def status(client: FlaskClient, token: str) -> str:
    said: str = result(client.post("/tokens/query", json={"token": token}))["status"]
    return said


def listed(app: App) -> dict[str, Any]:
    """Return the claims of the signed list."""
    response = app.test_client().get("/revoked")
    assert (response.status_code, response.content_type) == (200, "application/jwt")
    assert response.headers["Cache-Control"] == "no-store"
    keys = KeySet.import_key_set(app.auth.public_keys())
    decoded = jwt.decode(response.text, keys, ["Ed25519"])
    assert decoded.header["typ"] == "revoked+jwt"
    return decoded.claims


def test_a_temporary_token_is_revoked(app: App, admin: FlaskClient, bearer: Bearer) -> None:
    issued = issue(admin)
    assert listed(app)["revoked"] == []
    assert admin.delete(f"/tokens/{issued['id']}").status_code == 204
    assert status(admin, issued["token"]) == "revoked"
    said = listed(app)
    assert said["revoked"] == [issued["id"]]
    assert said["iss"] == "tokens"
    assert said["exp"] - said["iat"] == 60
    response = bearer(issued["token"]).get("/tokens")
    assert response.status_code == 401
    assert "it has been revoked" in response.text


def test_the_list_has_tokens_that_some_service_may_accept(
    app: App, admin: FlaskClient, db_session: Session
) -> None:
    issued = issue(admin)
    other = issue(admin, typ="usr")
    for each in (issued, other):
        admin.delete(f"/tokens/{each['id']}")
    stored = db_session.scalars(select(Token).where(Token.id == issued["id"])).one()
    for seconds, there in ((299, True), (301, False)):  # the greatest AUTH_LEEWAY is 300
        stored.expires = datetime.now(UTC) - timedelta(seconds=seconds)
        db_session.commit()
        assert listed(app)["revoked"] == ([issued["id"]] if there else [])


def test_a_token_takes_along_what_was_issued_with_it(
    app: App, admin: FlaskClient, bearer: Bearer
) -> None:
    root = issue(admin, typ="prm", name="root")
    child = issue(bearer(root["token"]), typ="usr")
    grandchild = issue(bearer(child["token"]))
    last = issue(bearer(grandchild["token"]), "shop/read")
    other = issue(admin)
    assert [each["parent"] for each in (root, child, grandchild, last)] == [
        None,
        root["id"],
        child["id"],
        grandchild["id"],
    ]
    assert admin.delete(f"/tokens/{root['id']}").status_code == 204
    for each in (root, child, grandchild, last):
        assert status(admin, each["token"]) == "revoked"
    assert status(admin, other["token"]) == "valid"
    assert sorted(listed(app)["revoked"]) == sorted([grandchild["id"], last["id"]])
    assert bearer(last["token"]).get("/tokens").status_code == 401


def test_no_token_renews_itself(app: App, bearer: Bearer) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
    token = app.auth.sign("alice", GRANTING, end)
    for typ in ("tmp", "usr", "tmp"):
        issued = issue(bearer(token), typ=typ)
        assert issued["expires"] == end.isoformat()
        token = issued["token"]
    issued = issue(bearer(token), typ="prm", name="builder")
    assert issued["expires"] == end.isoformat()
    late = (end + timedelta(seconds=1)).isoformat()
    for typ in ("tmp", "usr"):
        body = {"permissions": ["a"], "typ": typ, "expires": late}
        response = bearer(token).post("/tokens", json=body)
        assert response.get_json()["detail"] == (
            "body/expires: must be later than now, and not after the end of the caller's token, "
            f"{end.isoformat()}"
        )


def test_no_token_outranks_the_one_that_issued_it(user: User, bearer: Bearer) -> None:
    child = issue(user("tokens/grant/tokens/grant/shop/*"), "tokens/grant/shop/*")
    response = bearer(child["token"]).post("/tokens", json={"permissions": ["other/read"]})
    assert response.status_code == 403
    assert issue(bearer(child["token"]), "shop/read")
    response = bearer(child["token"]).post("/tokens", json={"permissions": ["shop/a", "tokens/*"]})
    assert response.status_code == 403


def test_a_chain_of_tokens_is_short(admin: FlaskClient, bearer: Bearer) -> None:
    token = issue(admin)["token"]
    for _ in range(10):
        token = issue(bearer(token))["token"]
    response = bearer(token).post("/tokens", json={"permissions": ["a"]})
    assert response.status_code == 403
    assert response.get_json()["detail"] == (
        "The token of the caller has 10 tokens above it, each of which issued the next, and so "
        "issues none: use one of those above it."
    )


def test_who_may_revoke_a_token(user: User) -> None:
    alice = user("tokens/grant/*", name="alice")
    bob = user("tokens/grant/*", name="bob")
    reader = user("tokens/read", name="carol")
    sheriff = user("tokens/read", "tokens/revoke", name="dan")
    issued = issue(alice, "shop/read")
    path = f"/tokens/{issued['id']}"
    assert bob.delete(path).status_code == bob.get(path).status_code == 404
    assert bob.get(path).get_json()["detail"] == (
        f"There is no token {issued['id']} that you may read about. GET /tokens lists them."
    )
    response = reader.delete(path)
    assert response.status_code == 403
    assert response.get_json()["detail"] == "This needs the permission tokens/revoke."
    assert sheriff.delete(path).status_code == 204
    assert alice.delete(path).status_code == 204, "to revoke it again changes nothing"
    assert result(alice.get(path))["status"] == "revoked"
    assert alice.delete("/tokens/" + "0" * 32).status_code == 404


def test_nobody_revokes_anything(app: App, make_app: Callable[..., App]) -> None:
    app = make_app({"AUTH_DEVELOPMENT_PERMISSIONS": []})
    client = app.test_client()
    for method, path in (("GET", "/tokens"), ("GET", "/log"), ("DELETE", "/tokens/" + "0" * 32)):
        assert client.open(path, method=method).status_code == 401


@pytest.mark.own_database
def test_no_token_escapes_the_revocation_of_the_one_that_issues_it(
    admin: FlaskClient, bearer: Bearer
) -> None:
    for _ in range(5):
        parent = issue(admin)
        barrier = Barrier(5)
        children: list[str] = []
        statuses: list[int] = []

        def issue_some(token: str, barrier: Barrier, children: list[str]) -> None:
            client = bearer(token)
            barrier.wait()
            for _ in range(3):
                response = client.post("/tokens", json={"permissions": ["shop/read"]})
                assert response.status_code in (200, 401), response.text
                if response.status_code == 200:
                    children.append(response.get_json()["result"]["token"])

        def revoke(id_: str, barrier: Barrier, statuses: list[int]) -> None:
            barrier.wait()
            statuses.append(admin.delete(f"/tokens/{id_}").status_code)

        threads = [
            Thread(target=issue_some, args=(parent["token"], barrier, children)) for _ in range(4)
        ]
        threads.append(Thread(target=revoke, args=(parent["id"], barrier, statuses)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [204]
        assert [status(admin, child) for child in children] == ["revoked"] * len(children)
