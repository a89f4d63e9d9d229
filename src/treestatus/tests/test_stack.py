"""Changes that are remembered, restored and discarded."""

from collections.abc import Callable
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient

Push = Callable[..., int]


@pytest.fixture(autouse=True)
def trees(client: FlaskClient) -> None:
    for name in ("autoland", "try"):
        client.put(f"/trees/{name}", json={"status": "open", "message_of_the_day": "Hello."})


def status(client: FlaskClient, tree: str) -> str:
    return str(client.get(f"/trees/{tree}").get_json()["result"]["status"])


def stack(client: FlaskClient) -> list[dict[str, Any]]:
    return list(client.get("/stack").get_json()["result"])


def test_the_stack_is_empty_at_first(client: FlaskClient) -> None:
    client.patch("/trees", json={"trees": ["try"], "status": "closed", "reason": "x", "tags": []})
    assert stack(client) == []


def test_what_the_stack_has(client: FlaskClient, push: Push) -> None:
    number = push("try", "autoland")
    (change,) = stack(client)
    assert (change["id"], change["who"], change["status"]) == (number, "alice", "closed")
    assert change["reason"] == "bustage"
    assert [each["tree"] for each in change["trees"]] == ["autoland", "try"]
    last_state = change["trees"][0]["last_state"]
    latest, first = client.get("/trees/autoland/logs").get_json()["result"]
    assert last_state == {
        "status": "open",
        "reason": "",
        "tags": [],
        "log_id": first["id"],
        "current_status": "closed",
        "current_reason": "bustage",
        "current_tags": ["infra"],
        "current_log_id": latest["id"],
    }
    assert not change["trees"][0]["changed_since"]


@pytest.mark.parametrize("missing", ["status", "reason", "tags"])
def test_what_is_remembered_is_told_whole(client: FlaskClient, missing: str) -> None:
    body = {"status": "closed", "reason": "bustage", "tags": ["infra"]}
    del body[missing]
    response = client.patch("/trees", json={"trees": ["try"], "remember": True, **body})
    assert response.status_code == 400
    detail = response.get_json()["detail"]
    assert detail == "A change that is remembered needs a status, a reason and tags."
    assert status(client, "try") == "open"


RESTORING = [
    ("POST", "/stack/{}/restore"),
    ("DELETE", "/stack/{}?revert=1"),
    ("DELETE", "/stack2/restore/{}"),
]
DISCARDING = [
    ("DELETE", "/stack/{}"),
    ("DELETE", "/stack/{}?revert=0"),
    ("DELETE", "/stack2/discard/{}"),
]


@pytest.mark.parametrize(("method", "path"), RESTORING)
def test_restoring(client: FlaskClient, push: Push, method: str, path: str) -> None:
    number = push("autoland", "try")
    assert client.open(path.format(number), method=method).status_code == 204
    assert (status(client, "autoland"), status(client, "try"), stack(client)) == (
        "open",
        "open",
        [],
    )
    latest = client.get("/trees/try/logs").get_json()["result"][0]
    assert (latest["status"], latest["reason"], latest["tags"]) == ("open", "", [])
    assert client.get("/trees/try").get_json()["result"]["message_of_the_day"] == "Hello."


@pytest.mark.parametrize(("method", "path"), DISCARDING)
def test_discarding(client: FlaskClient, push: Push, method: str, path: str) -> None:
    number = push("autoland", "try")
    assert client.open(path.format(number), method=method).status_code == 204
    assert (status(client, "autoland"), stack(client)) == ("closed", [])
    assert len(client.get("/trees/try/logs").get_json()["result"]) == 2


@pytest.mark.parametrize(("method", "path"), [*RESTORING, *DISCARDING])
def test_a_change_that_is_not_there(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path.format(7), method=method)
    assert response.status_code == 404
    detail = response.get_json()["detail"]
    assert detail == "There is no change 7 on the stack. GET /stack lists those there are."


def test_restoring_wins_over_what_happened_since(client: FlaskClient, push: Push) -> None:
    number = push("autoland", "try")
    client.patch("/trees", json={"trees": ["try"], "status": "approval required"})
    (change,) = stack(client)
    assert [each["changed_since"] for each in change["trees"]] == [False, True]
    client.post(f"/stack/{number}/restore")
    assert status(client, "try") == "open"
    statuses = [each["status"] for each in client.get("/trees/try/logs").get_json()["result"]]
    assert statuses == ["open", "approval required", "closed", "open"]


def test_restoring_one_change_of_two(client: FlaskClient, push: Push) -> None:
    first = push("try")
    second = push("try", reason="again", status="approval required")
    client.post(f"/stack/{first}/restore")
    assert [each["id"] for each in stack(client)] == [second]
    client.post(f"/stack/{second}/restore")
    assert (status(client, "try"), stack(client)) == ("closed", [])


def test_a_tree_that_is_deleted_stays_away(client: FlaskClient, push: Push) -> None:
    number = push("autoland", "try")
    client.delete("/trees/try")
    assert [each["tree"] for each in stack(client)[0]["trees"]] == ["autoland"]
    client.post(f"/stack/{number}/restore")
    assert client.get("/trees/try").status_code == 404
    assert status(client, "autoland") == "open"


def test_a_change_without_trees_is_off_the_stack(client: FlaskClient, push: Push) -> None:
    push("try")
    client.delete("/trees2", json={"trees": ["try"]})
    assert stack(client) == []


def test_correcting_a_change(client: FlaskClient, push: Push) -> None:
    number = push("autoland", "try")
    response = client.patch(f"/stack/{number}", json={"reason": "bug 1", "tags": ["tests"]})
    assert response.status_code == 204
    (change,) = stack(client)
    assert change["reason"] == "bug 1"
    assert change["trees"][1]["last_state"]["current_tags"] == ["tests"]
    assert client.get("/trees/try").get_json()["result"]["reason"] == "bug 1"
    assert client.get("/trees/autoland/logs").get_json()["result"][0]["tags"] == ["tests"]
    client.post(f"/stack/{number}/restore")
    assert client.get("/trees/try").get_json()["result"]["reason"] == ""
    assert client.patch(f"/stack/{number}", json={}).status_code == 404


@pytest.mark.parametrize(("method", "path"), [*RESTORING, *DISCARDING, ("PATCH", "/stack/{}")])
def test_the_permission(
    app: App, user: Callable[..., FlaskClient], push: Push, method: str, path: str
) -> None:
    path = path.format(push("try"))
    assert app.test_client().open(path, method=method, json={}).status_code == 401
    response = user("treestatus/trees/*").open(path, method=method, json={})
    assert response.status_code == 403
    assert response.get_json()["detail"] == "This needs the permission treestatus/stack/revert."
    response = user("treestatus/stack/revert").open(path, method=method, json={})
    assert response.status_code == 204


def test_pages_of_the_stack(client: FlaskClient, push: Push) -> None:
    numbers = [push("try", reason=str(number)) for number in range(27)]
    first = client.get("/stack")
    assert [each["id"] for each in first.get_json()["result"]] == numbers[:1:-1]
    assert first.headers["Link"] == f'</stack?before={numbers[2]}>; rel="next"'
    second = client.get(f"/stack?before={numbers[2]}")
    assert [each["id"] for each in second.get_json()["result"]] == [numbers[1], numbers[0]]
    assert "Link" not in second.headers


def test_a_page_of_the_stack_is_bounded_by_its_trees(
    client: FlaskClient, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treestatus.stack.PAGE_TREES", 3)
    first, second = push("autoland", "try"), push("autoland", "try")
    page = client.get("/stack")
    assert [each["id"] for each in page.get_json()["result"]] == [second]
    assert page.headers["Link"] == f'</stack?before={second}>; rel="next"'
    (rest,) = client.get(f"/stack?before={second}").get_json()["result"]
    assert rest["id"] == first
