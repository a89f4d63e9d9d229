from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

CLOSING = {"status": "closed", "reason": "bustage", "tags": ["infra"]}


def detail(response: TestResponse, status: int) -> str:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    return str(response.get_json()["detail"])


def test_there_are_no_trees_at_first(client: FlaskClient) -> None:
    assert client.get("/trees").get_json() == {"result": {}}


def test_making_a_tree(client: FlaskClient) -> None:
    tree = {
        "tree": "autoland",
        "status": "approval required",
        "reason": "release",
        "tags": ["soft freeze"],
        "message_of_the_day": "Hello.",
    }
    response = client.put("/trees/autoland", json=tree)
    assert response.status_code == 201
    made = response.get_json()["result"]
    assert {name: made[name] for name in tree} == tree
    assert made["who"] == "alice"
    assert client.get("/trees/autoland").get_json() == {"result": made}
    assert client.get("/trees").get_json() == {"result": {"autoland": made}}
    assert client.get("/trees2").get_json() == {"result": [made]}
    assert client.get("/v0/trees?format=json").get_json() == {"autoland": made}
    assert client.get("/v0/trees/autoland?format=json").get_json() == made


def test_a_tree_is_made_once(client: FlaskClient, autoland: str) -> None:
    response = client.put(f"/trees/{autoland}", json={"status": "open"})
    assert detail(response, 409) == "There is a tree autoland already. PATCH /trees changes it."


def test_the_names_in_body_and_path_must_be_the_same(client: FlaskClient) -> None:
    response = client.put("/trees/autoland", json={"tree": "other", "status": "open"})
    assert detail(response, 400) == "The tree in the body is not the tree in the path."


def test_closing_and_opening_trees(client: FlaskClient, autoland: str) -> None:
    client.put("/trees/try", json={"status": "open"})
    response = client.patch("/trees", json={"trees": [autoland, "try"], **CLOSING})
    assert (response.status_code, response.data) == (204, b"")
    for tree in client.get("/trees").get_json()["result"].values():
        assert CLOSING.items() <= tree.items()
    client.patch("/trees", json={"trees": ["try"], "status": "open", "reason": ""})
    tree = client.get("/trees/try").get_json()["result"]
    assert (tree["status"], tree["reason"], tree["tags"]) == ("open", "", [])
    assert client.get(f"/trees/{autoland}").get_json()["result"]["status"] == "closed"


def test_closing_needs_a_reason_or_tags(client: FlaskClient, autoland: str) -> None:
    message = "Closing a tree needs a reason or tags: say why it is closed."
    closing = {"status": "closed", "tags": []}
    assert detail(client.patch("/trees", json={"trees": [autoland], **closing}), 400) == message
    assert detail(client.put("/trees/try", json=closing), 400) == message
    assert client.get(f"/trees/{autoland}").get_json()["result"]["status"] == "open"


def test_all_trees_change_or_none(client: FlaskClient, autoland: str) -> None:
    response = client.patch("/trees", json={"trees": [autoland, "y", "x"], **CLOSING})
    assert detail(response, 404) == "There is no tree x, y. GET /trees lists the trees."
    assert client.get(f"/trees/{autoland}").get_json()["result"]["status"] == "open"


def test_the_log(client: FlaskClient, autoland: str) -> None:
    client.patch("/trees", json={"trees": [autoland], **CLOSING})
    latest, first = client.get(f"/trees/{autoland}/logs").get_json()["result"]
    age = datetime.now(UTC) - datetime.fromisoformat(latest.pop("when"))
    assert timedelta() <= age < timedelta(hours=1)
    assert latest == {"id": first["id"] + 1, "tree": autoland, "who": "alice", **CLOSING}
    assert (first["status"], first["reason"], first["tags"]) == ("open", "", [])


def test_the_log_names_the_user_of_each_change(
    client: FlaskClient, user: Callable[..., FlaskClient], autoland: str
) -> None:
    bob = user("treestatus/trees/update", name="bob")
    assert bob.patch("/trees", json={"trees": [autoland], **CLOSING}).status_code == 204
    changes = client.get(f"/trees/{autoland}/logs").get_json()["result"]
    assert [change["who"] for change in changes] == ["bob", "alice"]


WRITES = {
    "create": ("PUT", "/trees/try", {"status": "open"}),
    "update": ("PATCH", "/trees", {"trees": ["autoland"], "reason": "why not"}),
    "delete": ("DELETE", "/trees/autoland", None),
}


@pytest.mark.parametrize("action", WRITES)
def test_each_change_needs_a_permission_of_its_own(
    app: App, user: Callable[..., FlaskClient], autoland: str, action: str
) -> None:
    method, path, body = WRITES[action]
    nobody = app.test_client()
    assert detail(nobody.open(path, method=method, json=body), 401).startswith("This needs cred")
    others = [f"treestatus/trees/{other}" for other in WRITES if other != action]
    client = user("treestatus/trees", "treestatus/tree/*", "tokens/*", *others)
    response = client.open(path, method=method, json=body)
    assert detail(response, 403) == f"This needs the permission treestatus/trees/{action}."
    logs = nobody.get(f"/trees/{autoland}/logs").get_json()["result"]
    assert [log["reason"] for log in logs] == [""]
    client = user(f"treestatus/trees/{action}")
    assert client.open(path, method=method, json=body).status_code in (201, 204)


def test_everybody_may_read(app: App, autoland: str) -> None:
    client = app.test_client()
    for path in ("/", "/trees", f"/trees/{autoland}", f"/trees/{autoland}/logs"):
        assert client.get(path).status_code == 200


def test_a_message_of_the_day_is_not_a_change_of_status(client: FlaskClient, autoland: str) -> None:
    client.patch("/trees", json={"trees": [autoland], "message_of_the_day": "Hello."})
    assert client.get(f"/trees/{autoland}").get_json()["result"]["message_of_the_day"] == "Hello."
    assert len(client.get(f"/trees/{autoland}/logs").get_json()["result"]) == 1


def test_the_log_is_short_unless_all_of_it_is_asked_for(client: FlaskClient, autoland: str) -> None:
    for number in range(6):
        client.patch("/trees", json={"trees": [autoland], "reason": str(number)})
    short = client.get(f"/trees/{autoland}/logs").get_json()["result"]
    assert [change["reason"] for change in short] == ["5", "4", "3", "2", "1"]
    assert len(client.get(f"/trees/{autoland}/logs?all=1").get_json()["result"]) == 7


def test_deleting_a_tree_deletes_its_log(client: FlaskClient, autoland: str) -> None:
    assert client.delete(f"/trees/{autoland}").status_code == 204
    client.put(f"/trees/{autoland}", json={"status": "open"})
    assert len(client.get(f"/trees/{autoland}/logs").get_json()["result"]) == 1


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("get", "/logs"), ("delete", "")])
def test_a_tree_that_is_not_there(client: FlaskClient, method: str, path: str) -> None:
    response = getattr(client, method)(f"/trees/try{path}")
    assert detail(response, 404) == "There is no tree try. GET /trees lists the trees."


@pytest.mark.parametrize(
    "body",
    [
        {"trees": ["autoland"], "status": "ajar"},
        {"trees": ["autoland"], "remember": True},
        {"trees": ["autoland"], "reason": "\0"},
        {"trees": ["autoland"], "tags": [""]},
        {"trees": ["autoland"]},
        {"trees": [], "reason": "none"},
        {"status": "open"},
        [],
    ],
)
def test_a_wrong_change(client: FlaskClient, autoland: str, body: Any) -> None:
    assert detail(client.patch("/trees", json=body), 400).startswith("body")
    assert len(client.get(f"/trees/{autoland}/logs").get_json()["result"]) == 1


@pytest.mark.parametrize("name", ["%00", "a%20b", "-a", "a" * 65, "a%0A", "%FF"])
def test_a_wrong_name(client: FlaskClient, name: str) -> None:
    assert detail(client.get(f"/trees/{name}"), 400).startswith("path parameter 'tree': ")


@pytest.mark.own_database(migrated=False)
def test_a_database_without_its_schema(client: FlaskClient) -> None:
    assert detail(client.get("/trees"), 503) == (
        "The database schema is not up to date: "
        "the operator must run: flask --app treestatus.flask db upgrade"
    )
