from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from shop_api import Json, operation, problem, serve

Service = Callable[..., Path]

THING = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "secret": {"type": "string", "writeOnly": True},
        "when": {"type": "string", "format": "date-time"},
    },
}
RESPONSES: Json = {
    "200": {"description": "It.", "content": {"application/json": {"schema": THING}}},
    "201": {
        "description": "It.",
        "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
    },
    "204": {"description": "Nothing."},
    "4XX": {"description": "No."},
}


def answering(service: Service, result: str, responses: Json, **config: Any) -> FlaskClient:
    functions = (
        "import datetime, decimal, http, uuid, flask\n"
        "from connexion import NoContent\n"
        "from connexion.lifecycle import ConnexionResponse\n"
        f"def answer():\n    return {result}\n"
    )
    paths = {"/": {"get": {**operation("answer"), "responses": responses}}}
    return serve(service, functions, paths, config).test_client()


@pytest.mark.parametrize(
    ("result", "status", "media_type", "text"),
    [
        ("{'id': 1}", 200, "application/json", '{"id":1}\n'),
        ("{'id': 1}, http.HTTPStatus.OK, {'X-More': 'a'}", 200, "application/json", '{"id":1}\n'),
        ("None", 204, None, ""),
        ("NoContent, 201, {'Location': '/1'}", 201, None, ""),
        ("'no', 404, {'Content-Type': 'text/plain'}", 404, "text/plain", "no"),
        ("flask.jsonify(id=1)", 200, "application/json", '{"id":1}\n'),
        ("flask.jsonify(id=1), 200", 200, "application/json", '{"id":1}\n'),
        ("ConnexionResponse(404, 'text/plain', body='no')", 404, "text/plain", "no"),
        (
            "{'id': 1, 'when': datetime.datetime(2030, 1, 31, tzinfo=datetime.UTC)}",
            200,
            "application/json",
            '{"id":1,"when":"2030-01-31T00:00:00+00:00"}\n',
        ),
    ],
)
def test_what_a_function_may_return(
    service: Service, result: str, status: int, media_type: str | None, text: str
) -> None:
    response = answering(service, result, RESPONSES).get("/")
    assert (response.status_code, response.mimetype or None, response.text) == (
        status,
        media_type,
        text,
    )


@pytest.mark.parametrize(
    ("result", "media_type"),
    [("[1]", "application/json"), ("'a'", "text/plain"), ("b'a'", "image/png")],
)
def test_the_type_follows_the_data(service: Service, result: str, media_type: str) -> None:
    content: Json = {"application/json": {}, "image/png": {}}
    content |= {"text/plain": {}} if media_type == "text/plain" else {}
    responses = {"200": {"description": "It.", "content": content}}
    assert answering(service, result, responses).get("/").mimetype == media_type


@pytest.mark.parametrize(
    ("result", "mistake"),
    [
        ("{}", "body: 'id' is a required property"),
        ("{'id': 'x'}", "body/id: 'x' is not of type 'integer'"),
        ("{'id': 1, 'secret': 'x'}", "body/secret: it is write-only, and must not be in a respo"),
        ("{}, 202", "the document has no response with the status 202"),
        ("{}, 201", "the header Location is missing"),
        ("flask.Response('a', 200, mimetype='text/plain')", "its type is text/plain, not applicat"),
    ],
)
def test_a_response_is_validated_but_in_production(
    service: Service, result: str, mistake: str
) -> None:
    response = answering(service, result, RESPONSES).get("/")
    assert response.status_code == 500
    assert f"The response is not what the document says: {mistake}" in problem(response)["detail"]
    for config in ({"APP_CHANNEL": "production"}, {"API_VALIDATE_RESPONSES": False}):
        assert answering(service, result, RESPONSES, **config).get("/").status_code < 300


def test_an_error_need_not_be_described(service: Service) -> None:
    client = answering(service, "flask.abort(409, 'Taken.')", {"200": RESPONSES["200"]})
    assert problem(client.get("/")) == {"detail": "Taken."}


def test_a_type_that_the_client_does_not_accept(service: Service) -> None:
    client = answering(service, "{'id': 1}", RESPONSES)
    for accepted in ("*/*", "application/json", "application/*", "text/html, */*;q=0.1", ""):
        assert client.get("/", headers={"Accept": accepted}).status_code == 200
    response = client.get("/", headers={"Accept": "text/html, application/json;q=0"})
    assert response.status_code == 406
    assert problem(response) == {"detail": "This is available as application/json"}


def test_swagger(service: Service) -> None:
    functions = "def answer():\n    return {'id': 'x'}\n"
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    responses = {"200": {"description": "It.", "schema": schema}}
    paths = {"/": {"get": {**operation("answer"), "responses": responses}}}
    client = serve(service, functions, paths, swagger="2.0").test_client()
    assert "'x' is not of type 'integer'" in problem(client.get("/"))["detail"]


def test_a_file(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"png")
    functions = f"import flask\ndef answer():\n    return flask.send_file({str(file)!r})\n"
    responses = {"200": {"description": "It.", "schema": {"type": "file"}}}
    get = {**operation("answer"), "responses": responses, "produces": ["image/png"]}
    client = serve(service, functions, {"/": {"get": get}}, swagger="2.0").test_client()
    with client.get("/") as response:
        assert (response.status_code, response.data) == (200, b"png")


def test_an_async_function(service: Service) -> None:
    functions = "async def answer():\n    return {'id': 1}\n"
    app = serve(service, functions, {"/": {"get": operation("answer")}})
    assert app.test_client().get("/").get_json() == {"id": 1}


def test_what_is_write_only_is_not_required_in_a_response(service: Service) -> None:
    schema = {**THING, "required": ["id", "secret"]}
    responses = {"200": {"description": "It.", "content": {"application/json": {"schema": schema}}}}
    assert answering(service, "{'id': 1}", responses).get("/").status_code == 200
