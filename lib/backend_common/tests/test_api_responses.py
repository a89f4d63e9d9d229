from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common.api import DocumentError
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
    ("result", "error"),
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
    service: Service, result: str, error: str
) -> None:
    response = answering(service, result, RESPONSES).get("/")
    assert response.status_code == 500
    assert f"The response is not what the document says: {error}" in problem(response)["detail"]
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


@pytest.mark.parametrize(
    ("result", "media_type"),
    [
        ("flask.send_file(io.BytesIO(b'x'), 'image/png')", "image/png"),
        ("flask.Response('a,b', mimetype='text/csv')", "text/csv"),
        ("flask.Response('{', mimetype='application/json')", "application/json"),
        ("b'x'", "application/octet-stream"),
        ("'x'", "text/plain"),
    ],
)
def test_a_file_is_of_any_type_where_the_document_names_none(
    service: Service, result: str, media_type: str
) -> None:
    functions = f"import io, flask\ndef answer():\n    return {result}\n"
    responses = {"200": {"description": "It.", "schema": {"type": "file"}}}
    paths = {"/": {"get": {**operation("answer"), "responses": responses}}}
    client = serve(service, functions, paths, swagger="2.0").test_client()
    with client.get("/", headers={"Accept": f"{media_type}, */*;q=0.1"}) as response:
        assert (response.status_code, response.mimetype) == (200, media_type)


def test_an_async_function(service: Service) -> None:
    functions = "async def answer():\n    return {'id': 1}\n"
    app = serve(service, functions, {"/": {"get": operation("answer")}})
    assert app.test_client().get("/").get_json() == {"id": 1}


def test_what_is_write_only_is_not_required_in_a_response(service: Service) -> None:
    schema = {**THING, "required": ["id", "secret"]}
    responses = {"200": {"description": "It.", "content": {"application/json": {"schema": schema}}}}
    assert answering(service, "{'id': 1}", responses).get("/").status_code == 200


JSON = "application/json"


def content(*media_types: str, schema: Any = None) -> Json:
    """Responses with one definition, for these media types."""
    each = {"schema": schema} if schema is not None else {}
    return {"200": {"description": "It.", "content": dict.fromkeys(media_types, each)}}


@pytest.mark.parametrize("offered", ["application/json; charset=utf-8", "application/*", "*/*"])
def test_media_types_are_compared_as_such(service: Service, offered: str) -> None:
    responses = content(offered, schema={"type": "object", "required": ["id"]})
    client = answering(service, "{'id': 1}", responses)
    for accepted in (JSON, "application/*", "application/json;charset=UTF-8", "*/*;q=0.1"):
        response = client.get("/", headers={"Accept": accepted})
        assert (response.status_code, response.mimetype) == (200, JSON)
    assert client.get("/", headers={"Accept": "*/*;q=0"}).status_code == 406


@pytest.mark.parametrize(
    ("offered", "sent"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
        ("text/csv; header=present", "text/csv; header=present"),
        (JSON, JSON),
        ("application/json; version=1", "application/json; version=1"),
        ("application/xml", "application/xml; charset=utf-8"),
    ],
)
def test_text_has_its_charset_once(service: Service, offered: str, sent: str) -> None:
    response = answering(service, "'a,b'", content(offered)).get("/")
    assert response.headers["Content-Type"] == sent


@pytest.mark.parametrize("offered", ["application/json; charset=utf-8", "application/*", "*/*"])
def test_what_any_media_type_describes_is_validated(service: Service, offered: str) -> None:
    client = answering(service, "{}", content(offered, schema={"required": ["id"]}))
    assert "body: 'id' is a required property" in problem(client.get("/"))["detail"]


@pytest.mark.parametrize(
    ("result", "accepted", "media_type"),
    [
        ("'a'", None, "text/plain"),
        ("'a'", "application/json", "application/json"),
        ("'a'", "application/json;q=0.5, text/plain;q=0.4", "application/json"),
        ("'a'", "text/csv, text/*;q=0.1", "text/csv"),
        ("{}", "text/plain, application/json;q=0.1", "application/json"),
        ("{}", "application/vnd.shop+json, application/json;q=0.5", "application/vnd.shop+json"),
        ("{}", "application/*", "application/json"),
        ("b'a'", "*/*", "text/plain"),
    ],
)
def test_the_client_chooses_the_representation(
    service: Service, result: str, accepted: str | None, media_type: str
) -> None:
    responses = content("text/csv", "text/plain", JSON, "application/vnd.shop+json")
    if result == "b'a'":
        responses = content("text/plain", JSON)
    headers = {"Accept": accepted} if accepted else {}
    response = answering(service, result, responses).get("/", headers=headers)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.headers.get("Vary") == (None if result == "b'a'" else "Accept")
    if media_type.endswith("json"):
        assert response.get_json() == {"'a'": "a", "{}": {}}[result]


@pytest.mark.parametrize(
    ("schema", "result", "error"),
    [
        ({"type": "string", "maxLength": 3}, "'abcd'", "body: 'abcd' is too long"),
        ({"type": "integer"}, "'x'", "body: 'x' is not of type 'integer'"),
        ({"type": "integer"}, "'5'", None),
        ({"type": "string", "format": "date"}, "'x'", "body: 'x' is not a 'date'"),
    ],
)
def test_text_is_validated(service: Service, schema: Json, result: str, error: str | None) -> None:
    response = answering(service, result, content("text/plain", schema=schema)).get("/")
    if error:
        assert error in problem(response)["detail"]
    else:
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("result", "error"),
    [
        ("flask.Response('[1', mimetype='application/json')", "the body is not JSON: Expecting"),
        ("flask.Response('', mimetype='application/json')", "the body is not JSON: Expecting"),
        ("None, 200", "it has no body, which is application/json"),
        ("flask.Response('1', content_type='json')", "its type is application/octet-stream, not"),
        ("flask.Response(iter('1'), mimetype='text/csv')", "its type is text/csv, not applicat"),
        ("flask.Response('[' * 200 + ']' * 200, mimetype='application/json')", "too deeply"),
        ("'a', 200, {'X-Count': 'x'}", "the header X-Count: 'x' is not of type 'integer'"),
        ("'a', 200, {'X-Days': '2024-01-01, x'}", "the header X-Days/1: 'x' is not a 'date'"),
    ],
)
def test_validation_is_never_silently_off(service: Service, result: str, error: str) -> None:
    responses = content(JSON, schema={"minLength": 1})
    days = {"type": "array", "items": {"type": "string", "format": "date"}}
    responses["200"]["headers"] = {
        "X-Count": {"schema": {"type": "integer"}},
        "X-Days": {"schema": days},
        "Content-Type": {"schema": {"type": "integer"}},  # which the specification ignores
    }
    detail = problem(answering(service, result, responses).get("/"))["detail"]
    assert f"The response is not what the document says: {error}" in detail or error in detail


@pytest.mark.parametrize(
    ("result", "method", "status"),
    [
        ("1", "HEAD", 200),
        ("None, 200", "HEAD", 200),
        ("None, 304", "GET", 304),
        ("flask.Response(iter('x'), mimetype='application/json')", "GET", 200),  # a stream
    ],
)
def test_what_has_no_body_to_look_at(
    service: Service, result: str, method: str, status: int
) -> None:
    responses = content(JSON, schema={"type": "integer"})
    responses["304"] = {"description": "Nothing new.", **responses["200"]}
    client = answering(service, result, responses)
    assert client.open("/", method=method).status_code == status


@pytest.mark.parametrize("channel", ["production", "development"])
@pytest.mark.parametrize(
    "result",
    [
        "{'a': float('nan')}",
        "[float('inf')]",
        "float('-inf'), 200, {'Content-Type': 'application/json'}",
        "flask.Response('{\"a\": NaN}', mimetype='application/json')",
        "flask.Response('[-Infinity]', mimetype='application/problem+json')",
    ],
)
def test_what_goes_out_is_json(
    service: Service, caplog: pytest.LogCaptureFixture, result: str, channel: str
) -> None:
    responses = content(JSON, "application/problem+json")
    client = answering(service, result, responses, APP_CHANNEL=channel)
    response = client.get("/")
    assert response.status_code == 500
    assert "NaN" not in response.text
    assert "Infinity" not in response.text
    assert "The response of shop.api.answer is not JSON: " in caplog.text


def test_text_about_no_numbers_goes_out(service: Service) -> None:
    response = answering(service, "{'a': 'NaN and Infinity'}", content(JSON)).get("/")
    assert response.get_json() == {"a": "NaN and Infinity"}


def test_jsonify_writes_json_alone(service: Service) -> None:
    client = answering(service, "flask.jsonify(a=float('nan'))", content(JSON))
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get("/").status_code == 500


def test_the_log_names_the_operation(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    answering(service, "{'id': 'x'}", RESPONSES).get("/")
    assert "The response of shop.api.answer is not what the document says: body/id" in caplog.text


def generating(service: Service, content: Json, call: str) -> FlaskClient:
    functions = (
        "def answer():\n    yield 'a,'\n    yield 'b'\n\n\n"
        "class Callable:\n    def __call__(self):\n        yield 'a'\n\n\ncalled = Callable()\n\n\n"
        "def listed():\n    return iter(['a,', 'b'])\n"
    )
    responses = {"200": {"description": "It.", "content": content}, "404": {"description": "No."}}
    paths = {"/": {"get": {**operation(call), "responses": responses}}}
    return serve(service, functions, paths).test_client()


LIST: Json = {"schema": {"type": "array"}}


@pytest.mark.parametrize(
    "content",
    [{}, {"application/json": LIST}, {"application/hal+json": {}}, {"application/json; a=b": {}}],
)
@pytest.mark.parametrize("call", ["answer", "called"])
def test_a_generator_cannot_become_json(service: Service, call: str, content: Json) -> None:
    with pytest.raises(DocumentError) as error:
        generating(service, content, call)
    assert "is a generator, which cannot become JSON: return a list, or describe a response " in (
        str(error.value)
    )
    assert "(at #/paths/~1/get)" in str(error.value)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ({"text/csv": {}}, "text/csv"),
        ({"application/json": LIST, "text/csv": {}}, "text/csv"),
        ({"text/*": {}, "application/x-ndjson": {}}, "application/x-ndjson"),
        ({"*/*": {}}, "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("call", ["answer", "listed"])
def test_pieces_are_sent_as_what_is_not_json(
    service: Service, call: str, content: Json, media_type: str
) -> None:
    answer = generating(service, content, call).get("/")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, media_type, "a,b")
