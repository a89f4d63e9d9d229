"""ETags, and requests that depend on them."""

from typing import Any

import pytest
from flask.testing import FlaskClient

CHANGED = (
    "This has changed since it was read, so nothing was done. Read it again, and send its ETag in "
    "If-Match."
)
READS = [
    "/trees",
    "/trees2",
    "/v0/trees",
    "/trees/autoland",
    "/v0/trees/autoland",
    "/trees/autoland/logs",
    "/stack",
]


@pytest.fixture(autouse=True)
def tree(autoland: str) -> str:
    return autoland


def change(client: FlaskClient, **headers: str) -> Any:
    body = {"trees": ["autoland"], "status": "closed", "reason": "x", "tags": [], "remember": True}
    return client.patch("/trees", json=body, headers=headers)


@pytest.mark.parametrize("path", READS)
def test_an_answer_that_has_not_changed(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    headers = {"If-None-Match": first.headers["ETag"]}
    second = client.get(path, headers=headers)
    assert (second.status_code, second.data) == (304, b"")
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Cache-Control"] == "no-cache"
    assert (
        client.get(path, headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'}).status_code
        == 304
    )
    change(client)
    third = client.get(path, headers=headers)
    assert third.status_code == 200
    assert third.headers["ETag"] != first.headers["ETag"]


def test_a_change_of_what_was_read(client: FlaskClient) -> None:
    etag = client.get("/trees").headers["ETag"]
    assert change(client, **{"If-Match": etag}).status_code == 204
    response = change(client, **{"If-Match": etag})
    assert (response.status_code, response.get_json()["detail"]) == (412, CHANGED)
    assert len(client.get("/trees/autoland/logs").get_json()["result"]) == 2
    assert change(client, **{"If-Match": "*"}).status_code == 204


def test_deleting_what_was_read(client: FlaskClient) -> None:
    etag = client.get("/trees/autoland").headers["ETag"]
    change(client)
    response = client.delete("/trees/autoland", headers={"If-Match": etag})
    assert (response.status_code, response.get_json()["detail"]) == (412, CHANGED)
    etag = client.get("/trees/autoland").headers["ETag"]
    assert client.delete("/trees/autoland", headers={"If-Match": etag}).status_code == 204


def test_a_weak_etag_is_no_proof(client: FlaskClient) -> None:
    etag = client.get("/trees/autoland").headers["ETag"]
    response = client.delete("/trees/autoland", headers={"If-Match": f"W/{etag}"})
    assert response.status_code == 412


def test_making_what_must_be_there(client: FlaskClient) -> None:
    response = client.put("/trees/try", json={"status": "open"}, headers={"If-Match": "*"})
    detail = response.get_json()["detail"]
    assert detail == "PUT makes a tree, so that If-Match has nothing to match: leave it out."
    assert (response.status_code, client.get("/trees/try").status_code) == (412, 404)
