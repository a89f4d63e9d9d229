"""The logs of trees: their pages, corrections of them, and what is pruned."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient
from sqlalchemy import select, update
from treestatus.models import Change, Entry, Tags, Text


def logs(client: FlaskClient, query: str = "", tree: str = "autoland") -> list[dict[str, Any]]:
    return list(client.get(f"/trees/{tree}/logs{query}").get_json()["result"])


@pytest.fixture
def ten(client: FlaskClient, autoland: str) -> list[int]:
    """The ids of ten entries, the latest first."""
    for number in range(9):
        client.patch("/trees", json={"trees": [autoland], "reason": str(number)})
    return [each["id"] for each in logs(client, "?all=1")]


def test_pages(client: FlaskClient, ten: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treestatus.api.PAGE", 4)
    url: str | None = "/trees/autoland/logs?all=1"
    found = []
    while url:
        response = client.get(url)
        found.append([each["id"] for each in response.get_json()["result"]])
        link = response.headers.get("Link", "")
        url = link.partition("<")[2].partition(">")[0] or None
    assert found == [ten[:4], ten[4:8], ten[8:]]


def test_the_page_of_the_latest_leads_on(client: FlaskClient, ten: list[int]) -> None:
    link = client.get("/trees/autoland/logs").headers["Link"]
    assert link == f'</trees/autoland/logs?all=0&before={ten[4]}>; rel="next"'
    assert [each["id"] for each in logs(client, f"?before={ten[4]}")] == ten[5:]


def test_correcting_the_latest_entry(client: FlaskClient, ten: list[int]) -> None:
    response = client.patch(f"/log/{ten[0]}", json={"reason": "bug 1"})
    assert response.status_code == 204
    tree = client.get("/trees/autoland").get_json()["result"]
    assert (tree["reason"], tree["who"], tree["log_id"]) == ("bug 1", "alice", ten[0])


def test_correcting_an_older_entry(client: FlaskClient, ten: list[int]) -> None:
    assert client.patch(f"/log/{ten[1]}", json={"tags": ["infra"]}).status_code == 204
    latest, corrected, *_ = logs(client)
    assert (corrected["reason"], corrected["tags"], latest["tags"]) == ("7", ["infra"], [])
    assert client.get("/trees/autoland").get_json()["result"]["reason"] == "8"


def test_a_correction_is_of_one_tree(client: FlaskClient, autoland: str) -> None:
    client.put("/trees/try", json={"status": "open"})
    client.patch("/trees", json={"trees": [autoland, "try"], "reason": "shared"})
    client.patch(f"/log/{logs(client)[0]['id']}", json={"reason": "its own"})
    assert client.get("/trees/try").get_json()["result"]["reason"] == "shared"


def test_an_entry_that_is_not_there(client: FlaskClient) -> None:
    response = client.patch("/log/7", json={"reason": "x"})
    assert response.status_code == 404
    detail = response.get_json()["detail"]
    assert detail == "There is no entry 7. GET /trees/NAME/logs lists those of a tree."


def test_the_permission(app: App, user: Callable[..., FlaskClient], ten: list[int]) -> None:
    path = f"/log/{ten[0]}"
    assert app.test_client().patch(path, json={}).status_code == 401
    response = user("treestatus/stack/*").patch(path, json={})
    assert response.get_json()["detail"] == "This needs the permission treestatus/trees/update."
    assert user("treestatus/trees/update").patch(path, json={}).status_code == 204


def age(app: App, days: int) -> None:
    """Make all that there is older."""
    then = datetime.now(UTC) - timedelta(days=days)
    with app.app_context():
        for model in (Entry, Change):
            app.db.session.execute(update(model).values(when=then))
        app.db.session.commit()


def prune(app: App, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=["treestatus", "prune", *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.own_database
@pytest.mark.usefixtures("ten")
def test_pruning(app: App, client: FlaskClient) -> None:
    before = client.get("/trees/autoland").get_json()
    assert prune(app) == "deleted 0 entries that are older than 400 days\n"
    age(app, days=30)
    client.patch("/trees", json={"trees": ["autoland"], "tags": ["new"]})
    assert prune(app, "--days", "20") == "deleted 10 entries that are older than 20 days\n"
    after = client.get("/trees/autoland").get_json()
    assert (after["result"]["reason"], after["result"]["tags"]) == ("8", ["new"])
    assert before["result"]["reason"] == "8"
    with app.app_context():
        assert set(app.db.session.scalars(select(Text.text))) == {"8", ""}
        assert app.db.session.scalars(select(Tags.tags)).all() == [["new"]]


@pytest.mark.own_database
def test_the_latest_entry_stays(app: App, client: FlaskClient, ten: list[int]) -> None:
    age(app, days=30)
    prune(app, "--days", "20")
    assert [each["id"] for each in logs(client)] == ten[:1]


@pytest.mark.own_database
@pytest.mark.usefixtures("ten")
def test_what_the_stack_needs_stays(
    app: App, client: FlaskClient, push: Callable[..., int]
) -> None:
    age(app, days=30)
    number = push("autoland")
    push("autoland", reason="again")
    assert prune(app, "--days", "20") == "deleted 9 entries that are older than 20 days\n"
    assert client.post(f"/stack/{number}/restore").status_code == 204
    assert client.get("/trees/autoland").get_json()["result"]["reason"] == "8"


@pytest.mark.own_database
def test_old_changes_on_the_stack_are_pruned(
    app: App, client: FlaskClient, autoland: str, push: Callable[..., int]
) -> None:
    push(autoland)
    age(app, days=30)
    assert prune(app, "--days", "20") == "deleted 1 entries that are older than 20 days\n"
    assert client.get("/stack").get_json() == {"result": []}


@pytest.mark.own_database
def test_pruning_in_batches(
    app: App, client: FlaskClient, ten: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treestatus.pruning.BATCH", 3)
    age(app, days=30)
    assert prune(app, "--days", "20") == "deleted 9 entries that are older than 20 days\n"
    assert [each["id"] for each in logs(client)] == ten[:1]
