"""What many trees and long texts may cost."""

import pytest
from backend_common import App
from flask.testing import FlaskClient
from sqlalchemy import func, select
from treestatus.models import Entry, Tags, Text


def test_one_change_of_many_trees_stores_its_texts_once(app: App, client: FlaskClient) -> None:
    trees = [f"tree-{number}" for number in range(20)]
    for tree in trees:
        client.put(f"/trees/{tree}", json={"status": "open"})

    def count() -> list[int]:
        with app.app_context():
            counts = [select(func.count()).select_from(model) for model in (Text, Tags, Entry)]
            return [app.db.session.scalar(each) or 0 for each in counts]

    texts, tags, entries = count()
    body = {"status": "closed", "reason": "x" * 1000, "tags": ["y" * 50] * 20}
    texts_too = {"trees": trees, "message_of_the_day": "z" * 1000, "remember": True}
    assert client.patch("/trees", json={**body, **texts_too}).status_code == 204
    assert count() == [texts + 2, tags + 1, entries + 20]


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "x" * 1001},
        {"message_of_the_day": "x" * 1001},
        {"tags": ["x"] * 21},
        {"tags": ["x" * 51]},
    ],
)
def test_texts_are_bounded(client: FlaskClient, autoland: str, body: dict[str, object]) -> None:
    assert client.patch("/trees", json={"trees": [autoland], **body}).status_code == 400
    assert client.put("/trees/try", json={"status": "open", **body}).status_code == 400


def test_trees_are_bounded(
    client: FlaskClient, autoland: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treestatus.trees.MOST", 1)
    response = client.put("/trees/try", json={"status": "open"})
    assert response.status_code == 409
    detail = response.get_json()["detail"]
    assert detail == "There are 1 trees, the most that there may be. Delete some first."
    assert list(client.get("/trees").get_json()["result"]) == [autoland]
