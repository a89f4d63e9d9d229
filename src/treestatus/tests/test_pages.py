from flask.testing import FlaskClient


def test_the_page_has_the_trees(client: FlaskClient) -> None:
    body = {"status": "closed", "reason": "<script>", "tags": ["infra", "tests"]}
    client.put("/trees/autoland", json=body)
    page = client.get("/").text
    assert "<th>autoland</th>" in page
    assert "<td>closed</td>" in page
    assert "<td>&lt;script&gt;</td>" in page
    assert "<td>infra, tests</td>" in page


def test_the_page_without_trees(client: FlaskClient) -> None:
    assert "There are no trees yet." in client.get("/").text
