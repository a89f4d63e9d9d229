"""Lists of tokens, and the log, page by page."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

User = Callable[..., FlaskClient]


def answer(response: TestResponse) -> Any:
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    return response.get_json()


def issue(client: FlaskClient, *permissions: str, **more: Any) -> str:
    body = {"permissions": permissions or ["shop/read"], **more}
    id_: str = answer(client.post("/tokens", json=body))["result"]["id"]
    return id_


def ids(client: FlaskClient, query: str = "") -> list[str]:
    return [token["id"] for token in answer(client.get(f"/tokens{query}"))["result"]]


def test_a_user_sees_the_tokens_of_their_own(user: User) -> None:
    alice, bob = user("tokens/grant/*", name="alice"), user("tokens/grant/*", name="bob")
    one, two, three = issue(alice), issue(bob), issue(alice)
    assert ids(alice) == ids(alice, "?of=alice") == [three, one]
    response = alice.get("/tokens?of=bob")
    assert response.status_code == 403
    assert response.get_json()["detail"] == "This needs the permission tokens/read."
    reader = user("tokens/read", name="carol")
    assert ids(reader) == [three, two, one]
    assert ids(reader, "?of=bob") == [two]
    assert ids(reader, "?of=nobody") == []
    shown = answer(reader.get(f"/tokens/{two}"))["result"]
    assert shown == answer(reader.get("/tokens?of=bob"))["result"][0]
    assert (shown["status"], shown["user"], "token" in shown) == ("valid", "bob", False)


def test_a_list_by_type_and_status(admin: FlaskClient) -> None:
    one, two, three = (
        issue(admin),
        issue(admin, typ="usr"),
        issue(admin, typ="prm", name="builder"),
    )
    assert ids(admin, "?typ=usr") == [two]
    assert ids(admin, "?typ=prm") == [three]
    admin.delete(f"/tokens/{two}")
    assert ids(admin) == [three, one]
    assert ids(admin, "?ended=true") == [three, two, one]


def test_pages(admin: FlaskClient) -> None:
    expected = [issue(admin) for _ in range(5)][::-1]
    found, path = [], "/tokens?limit=2&ended=true"
    sizes = []
    while path:
        response = admin.get(path)
        page = answer(response)
        found += [token["id"] for token in page["result"]]
        sizes.append(len(page["result"]))
        link = response.headers.get("Link", "")
        assert bool(link) == (page["next"] is not None)
        path = link.removeprefix("<").partition(">")[0]
        if path:
            assert f"cursor={page['next']}" in path
            assert "ended=true" in path
    assert (found, sizes) == (expected, [2, 2, 1])
    issue(admin)
    assert ids(admin, f"?limit=2&cursor={page_cursor(admin)}") == expected[1:3]


def page_cursor(client: FlaskClient) -> int:
    cursor: int = answer(client.get("/tokens?limit=2"))["next"]
    return cursor


def test_the_log(user: User, admin: FlaskClient) -> None:
    alice = user("tokens/grant/*", name="alice")
    parent = answer(
        admin.post("/tokens", json={"permissions": ["tokens/grant/*"], "typ": "prm", "name": "x"})
    )["result"]
    client = user()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {parent['token']}"
    child, other = issue(client), issue(alice)
    admin.delete(f"/tokens/{parent['id']}")
    reader = user("tokens/log/read", name="carol")
    events = answer(reader.get("/log"))["result"]
    assert [tuple(event[key] for key in KEYS) for event in events][2:] == [
        ("alice", "issue", other, "tmp", "alice", None),
        ("service:x", "issue", child, "tmp", "service:x", parent["id"]),
        ("admin", "issue", parent["id"], "prm", "service:x", None),
    ]
    assert {tuple(event[key] for key in KEYS) for event in events[:2]} == {
        ("admin", "revoke", parent["id"], "prm", "service:x", None),
        ("admin", "revoke", child, "tmp", "service:x", parent["id"]),
    }
    of_child = answer(reader.get(f"/log?token={child}"))["result"]
    assert [event["action"] for event in of_child] == ["revoke", "issue"]
    page = answer(reader.get("/log?limit=2"))
    assert page["result"] == events[:2]
    assert answer(reader.get(f"/log?limit=9&cursor={page['next']}"))["result"] == events[2:]
    response = alice.get("/log")
    assert response.status_code == 403
    assert response.get_json()["detail"] == "This needs the permission tokens/log/read."


KEYS = ("who", "action", "token", "typ", "user", "with")


@pytest.mark.parametrize(
    "path",
    [
        "/tokens?limit=0",
        "/tokens?limit=101",
        "/tokens?cursor=-1",
        "/tokens?cursor=2147483648",
        "/tokens?typ=xyz",
        "/tokens?ended=perhaps",
        "/tokens?of=",
        "/log?limit=0",
        "/log?token=x",
        "/tokens/x",
        "/tokens/query",
    ],
)
def test_a_wrong_question(admin: FlaskClient, path: str) -> None:
    response = admin.get(path)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
