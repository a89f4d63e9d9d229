"""The pages for people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backend_common import App
from flask.testing import FlaskClient
from treestatus.links import linked
from treestatus.pages import ago, person

from treestatus import pages

FORM = {"trees": ["autoland"], "status": "closed", "reason": "bustage", "tags": "infra, tests,"}


def test_the_page_has_the_trees(client: FlaskClient) -> None:
    body = {"status": "closed", "reason": "<script>", "tags": ["infra", "tests"]}
    client.put("/trees/autoland", json={**body, "message_of_the_day": "Hello & welcome"})
    page = client.get("/").text
    assert "1 of 1 trees is closed" in page
    assert ">autoland</label></h2>" in page
    assert '<span class="badge closed">' in page
    assert '<p class="reason">&lt;script&gt;</p>' in page
    assert "<li>infra</li><li>tests</li>" in page
    assert "Hello &amp; welcome" in page
    assert "by alice" in page


def test_the_page_without_trees(client: FlaskClient) -> None:
    assert "There are no trees yet" in client.get("/").text


def test_what_stops_people_comes_first(client: FlaskClient) -> None:
    client.put("/trees/a", json={"status": "open"})
    client.put("/trees/b", json={"status": "approval required"})
    client.put("/trees/c", json={"status": "closed", "reason": "x"})
    page = client.get("/").text
    places = [page.index(f'id="tree-{name}"') for name in "cba"]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?q=AUTO", ["autoland"]),
        ("?q=bustage+tests", ["autoland"]),
        ("?q=hello", ["try"]),
        ("?status=open", ["try"]),
        ("?q=auto&status=open", []),
        ("?q=%00", []),
        ("", ["autoland", "try"]),
    ],
)
def test_filters(client: FlaskClient, query: str, shown: list[str]) -> None:
    closing = {"status": "closed", "reason": "Bustage", "tags": ["tests"]}
    client.put("/trees/autoland", json=closing)
    client.put("/trees/try", json={"status": "open", "message_of_the_day": "Hello."})
    page = client.get(f"/{query}").text
    assert [name for name in ("autoland", "try") if f'id="tree-{name}"' in page] == shown
    assert ("No tree matches." in page) == (not shown)


def test_a_reader_sees_no_forms(app: App, autoland: str, push: Callable[..., int]) -> None:
    push(autoland)
    page = app.test_client().get("/").text
    assert autoland in page
    assert "checkbox" not in page
    assert 'action="/change"' in page  # around the list, without a button
    assert "Restore" not in page


def test_changing_trees(client: FlaskClient, autoland: str) -> None:
    response = client.post("/change", data=FORM)
    assert (response.status_code, response.location) == (303, "/")
    tree = client.get(f"/trees/{autoland}").get_json()["result"]
    assert (tree["status"], tree["reason"]) == ("closed", "bustage")
    assert (tree["tags"], tree["who"]) == (["infra", "tests"], "alice")
    page = client.get("/").text
    assert "Changes that can be restored" in page
    assert "Restore</button>" in page


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"trees": []}, "Select at least one tree to change."),
        ({"trees": ["gone"]}, "There is no tree gone. GET /trees lists the trees."),
        (
            {"status": "ajar"},
            "Choose what the trees become: open, closed, or approval required.",
        ),
        (
            {"reason": "", "tags": ""},
            "Closing a tree needs a reason or tags: say why it is closed.",
        ),
        ({"reason": "x" * 1001}, "The reason is too long: it has at most 1000 characters."),
        ({"tags": "x" * 51}, "There are at most 20 tags of 50 characters each."),
        ({"tags": ",".join(["x"] * 21)}, "There are at most 20 tags of 50 characters each."),
    ],
)
def test_a_wrong_form(
    client: FlaskClient, autoland: str, fields: dict[str, Any], error: str
) -> None:
    response = client.post("/change", data={**FORM, **fields})
    assert response.status_code in (400, 404)
    assert f'<p class="error" role="alert">{error}</p>' in response.text
    assert client.get(f"/trees/{autoland}").get_json()["result"]["status"] == "open"
    for kept in ({**FORM, **fields}["tags"], {**FORM, **fields}["reason"]):
        assert f'value="{kept}"' in response.text, "nobody types it again"


def test_restoring_and_discarding(
    client: FlaskClient, autoland: str, push: Callable[..., int]
) -> None:
    first, second = push(autoland), push(autoland, reason="again")
    page = client.get("/").text
    assert page.count("Changed again since: autoland. Restoring wins over that.") == 1
    assert client.post(f"/discard/{second}").status_code == 303
    assert client.post(f"/restore/{first}").status_code == 303
    assert client.get(f"/trees/{autoland}").get_json()["result"]["status"] == "open"
    again = client.post(f"/restore/{first}")
    assert again.status_code == 404
    assert f"There is no change {first} on the stack." in again.text


@pytest.mark.parametrize("path", ["/change", "/restore/1", "/discard/1"])
def test_a_form_needs_the_permission(
    app: App, user: Callable[..., FlaskClient], autoland: str, path: str
) -> None:
    for client, status in ((app.test_client(), 401), (user("treestatus/trees/delete"), 403)):
        response = client.post(path, data=FORM)
        assert response.status_code == status
        assert 'role="alert">This needs' in response.text
    assert app.test_client().get(f"/trees/{autoland}").get_json()["result"]["status"] == "open"


def test_the_history(client: FlaskClient, autoland: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treestatus.pages.SHOWN", 2)
    for number in range(2):
        client.patch("/trees", json={"trees": [autoland], "reason": f"reason {number}"})
    page = client.get(f"/history/{autoland}").text
    assert page.index("reason 1") < page.index("reason 0")
    older = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert "reason" not in client.get(older).text.partition("<ol")[2].replace('class="reason', "")
    assert client.get("/history/gone").status_code == 404


def test_forms_have_the_bounds_of_the_api(client: FlaskClient) -> None:
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    assert schemas["Text"]["maxLength"] == pages.LONGEST
    assert schemas["Tags"]["maxItems"] == pages.TAGS
    assert schemas["Tags"]["items"]["maxLength"] == pages.LONGEST_TAG
    assert sorted(schemas["Status"]["enum"]) == sorted(pages.STATUSES)


def test_pages_load_nothing_from_elsewhere(client: FlaskClient, autoland: str) -> None:
    for path in ("/", f"/history/{autoland}"):
        page = client.get(path)
        for attribute in ("src=", 'rel="stylesheet" href=', 'rel="icon"'):
            assert attribute in page.text
        assert "style=" not in page.text
        assert "onclick" not in page.text
        for part in page.text.split('"'):
            if part.startswith("/static/"):
                assert client.get(part, buffered=True).status_code == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://a.example/b?c=d&e.", "see {https://a.example/b?c=d&amp;e}."),
        ("(http://a.example/)", "({http://a.example/})"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('https://a.example/"onclick="x', "{https://a.example/}&#34;onclick=&#34;x"),
        ("https://", "https://"),
    ],
)
def test_links(text: str, expected: str) -> None:
    found = str(linked(text))
    for part in expected.split("{")[1:]:
        url = part.partition("}")[0]
        link = f'<a href="{url}" rel="noopener noreferrer">{url}</a>'
        expected = expected.replace("{" + url + "}", link)
    assert found == expected


def test_bugs_are_links() -> None:
    link = "https://bugzilla.mozilla.org/show_bug.cgi?id=12"
    assert f'<a href="{link}" rel="noopener noreferrer">bug 12</a>,' in linked("by bug 12, too")
    assert "<a" not in linked("debug 12, bug 1234567890")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (86399, "23 hours ago"),
        (86400 * 2, "2 days ago"),
    ],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    now = datetime.now(UTC)
    assert ago(now - timedelta(seconds=seconds), now) == words


def test_people_have_no_issuer() -> None:
    assert person("https://login.example.org/#alice") == "alice"
    assert person("alice") == "alice"
    assert person("odd#") == "odd#"
