"""Bounds: what is signed can be sent, and nobody fills the database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tokens.issuer import LARGEST
from tokens.models import Event, Token

User = Callable[..., FlaskClient]
HEADER = 8190  # bytes of a header that gunicorn and Apache read, and a bit less than nginx does


def largest(key: str, name: str) -> dict[str, Any]:
    """Return a body whose user, permissions, services and metadata have just LARGEST bytes."""
    permissions = [f"{key}{number}/{'x' * 60}" for number in range(20)]
    services = sorted({each.partition("/")[0] for each in permissions})
    said = [name, permissions, services, {"m": ""}]
    rest = len(json.dumps(said, separators=(",", ":")))
    return {"permissions": permissions, "metadata": {"m": "x" * (LARGEST - rest)}}


@pytest.mark.parametrize("typ", ["tmp", "usr"])
def test_the_largest_token(user: User, typ: str) -> None:
    name = "é" * 255  # in JSON, six bytes each
    client = user("tokens/*", name=name)
    body = {**largest("service", name), "typ": typ}
    response = client.post("/tokens", json=body)
    assert response.status_code == 200, response.text
    token = response.get_json()["result"]["token"]
    assert len(token) <= 7168
    assert len(f"Authorization: Bearer {token}\r\n") <= HEADER
    body["metadata"]["m"] += "x"
    response = client.post("/tokens", json=body)
    assert response.status_code == 400
    assert response.get_json()["detail"] == (
        "body: a token would have 5001 bytes of user, permissions, their services and metadata, "
        "and may have 5000, so that it can be sent in a header: leave some out"
    )


def test_the_largest_token_is_accepted(user: User, app: App) -> None:
    body = largest("tokens/grant/a", "admin")
    client = user("tokens/*", name="admin")
    token = client.post("/tokens", json=body).get_json()["result"]["token"]
    response = app.test_client().get("/tokens", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200


@pytest.fixture
def app_config() -> dict[str, Any]:
    return {"TOKENS_PER_USER": 3}


def test_a_user_has_so_many_tokens(user: User, db_session: Session) -> None:
    alice, bob = user("tokens/*", name="alice"), user("tokens/*", name="bob")
    body = {"permissions": ["shop/read"]}
    personal = {**body, "typ": "usr"}
    ids = [
        alice.post("/tokens", json=each).get_json()["result"]["id"]
        for each in (body, personal, personal)
    ]
    response = alice.post("/tokens", json=body)
    assert response.status_code == 429
    assert response.get_json()["detail"] == (
        "alice has issued 3 tokens that have not ended: revoke permanent and personal ones, or "
        "wait until temporary ones expire."
    )
    assert bob.post("/tokens", json=body).status_code == 200
    alice.delete(f"/tokens/{ids[0]}")
    assert alice.post("/tokens", json=body).status_code == 429, "it is in the list until it expires"
    alice.delete(f"/tokens/{ids[1]}")
    assert alice.post("/tokens", json=body).status_code == 200
    past = datetime.now(UTC) - timedelta(seconds=1)
    db_session.execute(update(Token).values(expires=past))
    db_session.commit()
    assert alice.post("/tokens", json=body).status_code == 200


def test_pruning(user: User, app: App, db_session: Session) -> None:
    client = user("tokens/*", name="alice")
    ids = [
        client.post("/tokens", json={"permissions": ["a"], "typ": typ}).get_json()["result"]["id"]
        for typ in ("tmp", "tmp", "usr")
    ]
    for id_ in ids[1:]:
        client.delete(f"/tokens/{id_}")
    old = datetime.now(UTC) - timedelta(days=8)
    db_session.execute(update(Token).where(Token.id.in_(ids[1:])).values(revoked=old))
    db_session.execute(update(Event).where(Event.action == "revoke").values(when=old))
    db_session.commit()
    prune = ["tokens", "prune", "--days"]
    runner = app.test_cli_runner()
    assert runner.invoke(args=[*prune, "9"]).output == (
        "deleted 0 tokens and 0 entries of the log\n"
    )
    # The revoked temporary one has not expired: it is in the list.
    assert runner.invoke(args=[*prune, "7"]).output == (
        "deleted 1 tokens and 2 entries of the log\n"
    )
    assert set(db_session.scalars(select(Token.id))) == set(ids[:2])
    db_session.execute(update(Token).values(expires=old))
    db_session.commit()
    assert runner.invoke(args=[*prune, "7"]).output.startswith("deleted 2 tokens")
