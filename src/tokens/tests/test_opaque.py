"""Permanent tokens for services, and personal ones for people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backend_common import App
from backend_common.auth import opaque
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from tokens.models import Token
from werkzeug.test import TestResponse

Bearer = Callable[[str], FlaskClient]
User = Callable[..., FlaskClient]

PERMANENT = {"typ": "prm", "name": "builder", "permissions": ["shop/*"]}
PERSONAL = {"typ": "usr", "permissions": ["shop/*"]}


def result(response: TestResponse) -> Any:
    assert response.status_code == 200, response.text
    return response.get_json()["result"]


def status(client: FlaskClient, token: str) -> str:
    said: str = result(client.post("/tokens/query", json={"token": token}))["status"]
    return said


def test_a_permanent_token(admin: FlaskClient, client: FlaskClient) -> None:
    admin_token = admin.post("/tokens", json={**PERMANENT, "expires": in_(days=9)})
    assert admin_token.status_code == 400, "it would outlive the hour of the caller's token"
    issued = result(admin.post("/tokens", json={**PERMANENT, "metadata": {"why": "builds"}}))
    token = issued.pop("token")
    assert token.startswith("sat_prm_")
    assert (issued["user"], issued["issued_by"]) == ("service:builder", "admin")
    said = result(client.post("/tokens/query", json={"token": token}))
    assert said == {"status": "valid", **issued}
    assert said["metadata"] == {"why": "builds"}


def in_(**time: int) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


def test_an_operator_issues_tokens_that_last(app: App, bearer: Bearer) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["tokens", "issue", "builder", "tokens/*"])
    assert done.stderr.startswith("This is token ")
    assert done.stderr.endswith("; it is shown this once:\n")
    root = bearer(done.stdout.strip())
    assert result(root.post("/tokens", json=PERMANENT))["expires"] is None
    personal = result(root.post("/tokens", json=PERSONAL))
    assert personal["user"] == "service:builder"
    year = datetime.fromisoformat(personal["expires"]) - datetime.now(UTC)
    assert timedelta(days=365) < year <= timedelta(days=366)
    late = root.post("/tokens", json={**PERSONAL, "expires": in_(days=400)})
    assert late.get_json()["detail"] == (
        "body/expires: must be later than now, and at most 366 days, 0:00:00 from now"
    )
    assert result(root.post("/tokens", json={**PERMANENT, "expires": in_(days=4000)}))


def test_only_its_hash_is_stored(admin: FlaskClient, db_session: Session) -> None:
    token = result(admin.post("/tokens", json=PERSONAL))["token"]
    rows = str(db_session.execute(text("SELECT * FROM tokens")).all())
    assert "admin" in rows
    assert token not in rows
    assert token.removeprefix("sat_usr_") not in rows
    (stored,) = db_session.scalars(select(Token))
    assert stored.digest is not None
    assert len(stored.digest) == 64


@pytest.mark.parametrize("body", [PERMANENT, PERSONAL])
def test_it_is_revoked_at_once(
    admin: FlaskClient, bearer: Bearer, client: FlaskClient, body: dict[str, Any]
) -> None:
    issued = result(admin.post("/tokens", json={**body, "permissions": ["tokens/grant/*"]}))
    token = bearer(issued["token"])
    assert token.get("/tokens").status_code == 200
    assert admin.delete(f"/tokens/{issued['id']}").status_code == 204
    response = token.get("/tokens")
    assert response.status_code == 401
    assert "it has been revoked" in response.text
    assert status(client, issued["token"]) == "revoked"


def test_each_type_needs_a_permission_of_its_own(user: User) -> None:
    for what, body in (("prm/builder", PERMANENT), ("usr", PERSONAL)):
        client = user("tokens/grant/*", "tokens/issue/prm", "tokens/issue/prm/other")
        response = client.post("/tokens", json=body)
        assert response.status_code == 403
        assert response.get_json()["detail"].endswith(f" and tokens/issue/{what}.")
        client = user("tokens/grant/*", f"tokens/issue/{what}")
        assert client.post("/tokens", json=body).status_code == 200


def test_nobody_speaks_for_another_service(user: User) -> None:
    client = user("tokens/grant/*", "tokens/issue/prm/builder")
    assert client.post("/tokens", json=PERMANENT).status_code == 200
    assert client.post("/tokens", json={**PERMANENT, "name": "deployer"}).status_code == 403
    body = {"typ": "prm", "permissions": ["shop/*"]}
    response = user("tokens/grant/*", "tokens/issue/prm").post("/tokens", json=body)
    assert response.status_code == 400
    assert response.get_json()["detail"] == (
        "body/name: a permanent token needs the name of the service it is for"
    )


def test_a_token_for_other_services_is_of_no_use_here(admin: FlaskClient, bearer: Bearer) -> None:
    token = result(admin.post("/tokens", json=PERSONAL))["token"]
    response = bearer(token).get("/tokens")
    assert response.status_code == 401
    assert "it is for other services, by its permissions" in response.text


def test_an_expired_one(admin: FlaskClient, bearer: Bearer, db_session: Session) -> None:
    issued = result(admin.post("/tokens", json={**PERSONAL, "permissions": ["tokens/read"]}))
    stored = db_session.scalars(select(Token)).one()
    stored.expires = datetime.now(UTC) - timedelta(seconds=1)
    db_session.commit()
    assert "it has expired" in bearer(issued["token"]).get("/tokens").text
    assert status(admin, issued["token"]) == "expired"


def test_what_is_no_token(client: FlaskClient, bearer: Bearer) -> None:
    garbage = "sat_prm_" + "0" * 46
    assert status(client, garbage) == "invalid"
    assert "its checksum is wrong" in bearer(garbage).get("/tokens").text


def test_an_unknown_token(client: FlaskClient, bearer: Bearer) -> None:
    token = opaque.make("prm")
    assert status(client, token) == "invalid"
    assert "it is unknown" in bearer(token).get("/tokens").text


def test_the_tokens_of_the_library_are_not_kept_here(app: App, bearer: Bearer) -> None:
    response = bearer("sat_unknown").get("/tokens")
    assert "The token is invalid: this service has no API tokens." in response.text
    result = app.test_cli_runner().invoke(args=["auth", "list"])
    assert result.output == (
        "Error: 'tokens' keeps its tokens in a table of its own: use `flask tokens` in place of "
        "`flask auth`\n"
    )
