"""Requests at the same time: none loses a change, and none is answered with 500."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient

AtOnce = Callable[..., list[int]]
Push = Callable[..., int]

pytestmark = pytest.mark.own_database

CLOSING = {"status": "closed", "reason": "bustage", "tags": ["infra"]}


@pytest.fixture
def at_once(user: Callable[..., FlaskClient]) -> AtOnce:
    """Make requests at the same time, each in its thread; return their statuses, sorted."""

    def run(*requests: tuple[str, str, Any]) -> list[int]:
        barrier = Barrier(len(requests))
        statuses: list[int] = []

        def make(method: str, path: str, body: Any) -> None:
            client = user("treestatus/*")
            barrier.wait()
            statuses.append(client.open(path, method=method, json=body).status_code)

        threads = [Thread(target=make, args=request) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(statuses)

    return run


def test_a_tree_is_made_once_by_requests_at_the_same_time(
    at_once: AtOnce,
) -> None:
    statuses = at_once(*[("PUT", "/trees/autoland", {"status": "open"})] * 8)
    assert statuses == [201] + [409] * 7


def test_a_tree_is_deleted_once_by_requests_at_the_same_time(
    autoland: str, at_once: AtOnce
) -> None:
    assert at_once(*[("DELETE", f"/trees/{autoland}", None)] * 8) == [204] + [404] * 7


def test_changes_at_the_same_time_wait_for_each_other(
    client: FlaskClient, autoland: str, at_once: AtOnce
) -> None:
    client.put("/trees/try", json={"status": "open"})
    orders = [autoland, "try"], ["try", autoland]
    requests = [("PATCH", "/trees", {"trees": names, **CLOSING}) for names in orders * 4]
    assert at_once(*requests) == [204] * 8
    assert len(client.get("/trees/try/logs?all=1").get_json()["result"]) == 9


def test_a_tree_changes_while_it_is_deleted(autoland: str, at_once: AtOnce) -> None:
    change = ("PATCH", "/trees", {"trees": [autoland], **CLOSING})
    *rest, last = at_once(*[change] * 7, ("DELETE", f"/trees/{autoland}", None))
    assert {*rest, last} <= {204, 404}


@pytest.mark.parametrize("time", range(10))
def test_a_tree_is_made_while_it_is_deleted(at_once: AtOnce, time: int) -> None:  # noqa: ARG001
    making = ("PUT", "/trees/try", {"status": "open"})
    deleting = ("DELETE", "/trees/try", None)
    assert set(at_once(*[making, deleting] * 4)) <= {201, 204, 404, 409}


def test_a_change_is_restored_once(
    client: FlaskClient, autoland: str, push: Push, at_once: AtOnce
) -> None:
    number = push(autoland)
    statuses = at_once(
        *[("POST", f"/stack/{number}/restore", None), ("DELETE", f"/stack/{number}", None)] * 4
    )
    assert statuses == [204] + [404] * 7
    assert len(client.get(f"/trees/{autoland}/logs").get_json()["result"]) in (2, 3)


def test_everything_at_the_same_time(
    client: FlaskClient, autoland: str, push: Push, at_once: AtOnce
) -> None:
    client.put("/trees/try", json={"status": "open"})
    number = push(autoland, "try")
    entry = client.get("/trees/try/logs").get_json()["result"][0]["id"]
    both = ["try", autoland]
    statuses = at_once(
        ("PATCH", "/trees", {"trees": both, **CLOSING, "remember": True}),
        ("PATCH", "/trees", {"trees": both[::-1], "reason": "why"}),
        ("PATCH", "/trees", {"trees": both, "message_of_the_day": "Hello."}),
        ("PATCH", f"/stack/{number}", {"reason": "bug 1", "tags": ["tests"]}),
        ("POST", f"/stack/{number}/restore", None),
        ("PATCH", f"/log/{entry}", {"reason": "bug 2"}),
        ("DELETE", "/trees2", {"trees": both}),
        ("DELETE", "/trees/try", None),
    )
    assert set(statuses) <= {204, 404}


def test_one_of_two_who_have_read_the_same_loses(
    client: FlaskClient, autoland: str, user: Callable[..., FlaskClient]
) -> None:
    etag = client.get("/trees").headers["ETag"]
    barrier = Barrier(8)
    statuses: list[int] = []

    def change(number: int) -> None:
        other = user("treestatus/*")
        body = {"trees": [autoland], "reason": str(number)}
        barrier.wait()
        statuses.append(other.patch("/trees", json=body, headers={"If-Match": etag}).status_code)

    threads = [Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204] + [412] * 7
