import json
import sys
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError, create_app
from backend_common.api import place, quiet
from backend_common.api.document import DocumentError
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]

DOCUMENT = """
openapi: "3.0.3"
info: {title: Shop, version: "1"}
servers: [{url: /v1}]
paths:
  /things/{count}:
    get:
      operationId: shop.api.get_things
      parameters:
        - {name: count, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: all, in: query, schema: {type: integer, default: 0}}
        - {name: sortOrder, in: query, schema: {type: string, enum: [up, down]}}
      responses: {"200": {description: Things.}}
  /things:
    post:
      operationId: shop.api.post_thing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, maxLength: 10}
                sizes: {type: array, items: {type: integer}}
      responses: {"201": {description: The thing.}}
  /fail:
    get:
      operationId: shop.api.fail
      parameters:
        - {name: how, in: query, required: true, schema: {type: string}}
      responses: {"200": {description: It does not.}}
"""
FUNCTIONS = """
import flask
from connexion.exceptions import Forbidden, ProblemException


def get_things(count, all_, sort_order=None):
    return {"count": count, "all": all_, "sort_order": sort_order}


def post_thing(body):
    return body, 201


def fail(how):
    if how == "abort":
        flask.abort(404, "No such thing.")
    if how == "response":
        flask.abort(flask.Response("as it is", 418))
    if how == "forbidden":
        raise Forbidden
    if how == "problem":
        raise ProblemException(
            status=402,
            title="Pay",
            detail="Too poor.",
            type="urn:pay",
            instance="urn:bill:7",
            headers={"Retry-After": "60"},
            ext={"price": 5},
        )
    if how == "unnamed":
        raise ProblemException(status=499)
    raise ValueError(how)
"""


@pytest.fixture
def make(service: Service) -> Make:
    service({"shop/api.yml": DOCUMENT, "shop/api.py": FUNCTIONS})
    return lambda **config: create_app("shop", extensions=["api"], config=config)


@pytest.fixture
def client(make: Make) -> FlaskClient:
    app = make()
    app.api.register("api.yml")
    return app.test_client()


def problem(response: TestResponse) -> str:
    """The problem in *response*, without what every problem has."""
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body.pop("status") == response.status_code
    assert body.pop("type") == "about:blank"
    assert body.pop("title")
    assert body.keys() <= {"detail", "errors"}
    return str(body.pop("detail"))


def test_parameters_arrive_converted_and_with_pythonic_names(client: FlaskClient) -> None:
    response = client.get("/v1/things/3?sortOrder=up")
    assert response.get_json() == {"count": 3, "all": 0, "sort_order": "up"}


def test_a_body_arrives(client: FlaskClient) -> None:
    response = client.post("/v1/things", json={"name": "ä", "sizes": [1]})
    assert (response.status_code, response.get_json()) == (201, {"name": "ä", "sizes": [1]})


def test_a_body_without_a_type_is_not_json(client: FlaskClient) -> None:
    """A page of another site can send one, as of a Blob without a type, and is not asked before."""
    response = client.post("/v1/things", data=b'{"name": "a"}')
    assert response.status_code == 415
    expected = "The body has no Content-Type; it must be application/json"
    assert response.get_json()["detail"] == expected


def test_a_chunked_body_arrives(client: FlaskClient) -> None:
    response = client.post(
        "/v1/things",
        input_stream=BytesIO(b'{"name": "a"}'),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.get_json() == {"name": "a"}


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/v1/things/0", "path parameter 'count': 0 is less than the minimum of 1"),
        ("/v1/things/x", "path parameter 'count': 'x' is not of type 'integer'"),
        ("/v1/things/1?all=x", "query parameter 'all': 'x' is not of type 'integer'"),
        (
            "/v1/things/1?sortOrder=x",
            "query parameter 'sortOrder': 'x' is not one of ['up', 'down']",
        ),
        ("/v1/fail", "Missing query parameter 'how'"),
    ],
)
def test_a_wrong_parameter(client: FlaskClient, path: str, detail: str) -> None:
    response = client.get(path)
    assert (response.status_code, problem(response)) == (400, detail)


def test_a_number_of_too_many_digits(client: FlaskClient) -> None:
    response = client.get("/v1/things/" + "9" * 5000)
    assert response.status_code == 400
    assert len(problem(response)) < 300


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{}", "body: 'name' is a required property"),
        (b'{"name": 1}', "body/name: 1 is not of type 'string'"),
        (b'{"name": "a", "sizes": [1, "x"]}', "body/sizes/1: 'x' is not of type 'integer'"),
        (b"", "The body is missing"),
        (b" ", "The body is not JSON in UTF-8: Expecting value: line 1 column 2 (char 1)"),
        (b'{"name": NaN}', "The body is not JSON in UTF-8: NaN is not a JSON number"),
        (
            b'{"name": "\xff"}',
            "The body is not JSON in UTF-8: it has bytes or escapes that are no Unicode text",
        ),
        (
            b'{"name": "\\ud800"}',
            "The body is not JSON in UTF-8: it has bytes or escapes that are no Unicode text",
        ),
        (b"[" * 100_000, "The body is not JSON in UTF-8: it is nested too deeply"),
    ],
)
def test_a_wrong_body(client: FlaskClient, body: Any, detail: str) -> None:
    response = client.post("/v1/things", data=body, content_type="application/json")
    assert (response.status_code, problem(response)) == (400, detail)


def test_a_long_input_is_not_echoed_and_the_place_is_told(client: FlaskClient) -> None:
    response = client.post("/v1/things", json={"name": "x" * 100_000})
    assert response.status_code == 400
    assert problem(response).startswith("body/name: 'xxx")
    assert len(response.data) < 1000


@pytest.mark.parametrize(
    ("content_type", "detail"),
    [
        ("text/plain", "The body is 'text/plain'; it must be application/json"),
        (
            "application/json;charset=latin-1",
            "JSON must be in UTF-8 (RFC 8259, section 8.1)",
        ),
    ],
)
def test_a_wrong_content_type(client: FlaskClient, content_type: str, detail: str) -> None:
    response = client.post("/v1/things", data="{}", content_type=content_type)
    assert (response.status_code, problem(response)) == (415, detail)


def test_a_body_over_the_limit(make: Make) -> None:
    app = make(API_MAX_BODY=10)
    app.api.register("api.yml")
    response = app.test_client().post("/v1/things", json={"name": "abcdef"})
    assert response.status_code == 413
    assert "exceeds the capacity limit" in problem(response)


def test_the_limit_is_a_mebibyte_unless_set(make: Make) -> None:
    assert make().config["MAX_CONTENT_LENGTH"] == 2**20
    with pytest.raises(SettingError, match="API_MAX_BODY of 'shop' is wrong: expected a whole"):
        make(API_MAX_BODY="much")


def test_errors_of_flask_are_problems(client: FlaskClient) -> None:
    assert "not found" in problem(client.get("/nowhere"))
    response = client.delete("/v1/things")
    assert response.status_code == MethodNotAllowed.code
    assert "POST" in response.headers["Allow"]
    problem(response)


def test_errors_of_views_are_problems(client: FlaskClient) -> None:
    assert problem(client.get("/v1/fail?how=abort")) == "No such thing."
    assert client.get("/v1/fail?how=forbidden").status_code == 403
    response = client.get("/v1/fail?how=problem")
    assert response.get_json() == {
        "type": "urn:pay",
        "title": "Pay",
        "status": 402,
        "detail": "Too poor.",
        "instance": "urn:bill:7",
        "price": 5,
    }
    assert response.headers["Retry-After"] == "60"


def test_a_problem_may_have_a_status_without_a_name(client: FlaskClient) -> None:
    response = client.get("/v1/fail?how=unnamed")
    assert response.status_code == 499
    assert response.get_json() == {"type": "about:blank", "title": "Unknown", "status": 499}


def test_a_response_that_was_raised_is_left_alone(client: FlaskClient) -> None:
    response = client.get("/v1/fail?how=response")
    assert (response.status_code, response.text) == (418, "as it is")


def test_an_unexpected_error_is_a_problem_without_its_reason(client: FlaskClient) -> None:
    response = client.get("/v1/fail?how=secret")
    assert response.status_code == 500
    assert "secret" not in problem(response)


def test_hooks_of_flask_run_around_an_operation(make: Make) -> None:
    app = make()
    app.api.register("api.yml")
    app.before_request(lambda: setattr(flask.g, "hooked", "yes"))

    @app.after_request
    def tell(response: flask.Response) -> flask.Response:
        response.headers["X-Hooked"] = flask.g.hooked
        return response

    assert app.test_client().get("/v1/things/0").headers["X-Hooked"] == "yes"


def test_several_documents(make: Make) -> None:
    app = make()
    app.api.register("api.yml")
    app.api.register("api.yml", base_path="/v2")
    client = app.test_client()
    assert client.get("/v1/things/1").status_code == 200
    assert client.get("/v2/things/0").status_code == 400
    assert client.get("/v2/things/2").get_json()["count"] == 2


def test_documents_that_collide(make: Make, service: Service) -> None:
    app = make()
    app.api.register("api.yml")
    with pytest.raises(DocumentError, match=r"another document is under /v1; give register\(\) an"):
        app.api.register("api.yml")
    service({"shop/api.yml": DOCUMENT.replace("shop.api.fail", "shop.api.post_thing")})
    with pytest.raises(DocumentError, match=r"another operation shop\.api\.post_thing under /v2"):
        app.api.register("api.yml", base_path="/v2")
    assert app.test_client().post("/v2/things", json={"name": "a"}).status_code == 404


def test_swagger_2(make: Make, service: Service) -> None:
    document = {
        "swagger": "2.0",
        "info": {"title": "Shop", "version": "1"},
        "basePath": "/old",
        "paths": {
            "/things": {
                "post": {
                    "operationId": "shop.api.post_thing",
                    "consumes": ["application/json"],
                    "parameters": [
                        {
                            "name": "body",
                            "in": "body",
                            "required": True,
                            "schema": {"type": "object", "required": ["name"]},
                        }
                    ],
                    "responses": {"201": {"description": "The thing."}},
                }
            }
        },
    }
    app = make()
    service({"shop/old.json": json.dumps(document), "shop/api.py": FUNCTIONS})
    app.api.register("old.json")
    client = app.test_client()
    assert client.post("/old/things", json={"name": "a"}).status_code == 201
    assert problem(client.post("/old/things", json={})) == "body: 'name' is a required property"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file or directory"),
        ("a: [", "while parsing"),
        ("{}", 'it must begin with swagger: "2.0", openapi: '),
        ('openapi: "3.0.3"\ninfo: {title: Shop}\npaths: {}', "'version' is a required property"),
        (
            DOCUMENT.replace("shop.api.fail", "shop.api.nothing"),
            "module 'shop.api' has no attribute 'nothing'",
        ),
    ],
)
def test_a_document_that_cannot_be_served(
    make: Make, service: Service, text: str | None, reason: str
) -> None:
    app = make()
    if text is not None:
        service({"shop/api.py": FUNCTIONS, "shop/wrong.yml": text})
    with pytest.raises(
        DocumentError, match=r"cannot serve the document .*/shop/wrong\.yml: "
    ) as it:
        app.api.register("wrong.yml")
    assert reason in str(it.value)
    assert str(it.value).endswith("; correct the document")


def test_two_apps_side_by_side(make: Make) -> None:
    one, two = make(), make()
    one.api.register("api.yml")
    assert one.test_client().get("/v1/things/1").status_code == 200
    assert two.test_client().get("/v1/things/1").status_code == 404


def test_nothing_else_is_loaded(make: Make) -> None:
    make()
    assert "a2wsgi" not in sys.modules


@pytest.mark.filterwarnings("ignore:Using `httpx`")
def test_connexion_imports_what_it_lacks_when_it_is_used() -> None:
    client = import_module("connexion").AsyncApp(__name__).test_client()
    assert isinstance(client, import_module("starlette.testclient").TestClient)
    with pytest.raises(import_module("requests").ConnectionError):
        import_module("connexion.json_schema").URLHandler()("http://127.0.0.1:1/")


def test_a_stub_is_no_package() -> None:
    with quiet.put_off("no_such_module", "json"):
        stub, real = import_module("no_such_module"), import_module("json")
        with pytest.raises(AttributeError, match="'no_such_module' has no attribute '__path__'"):
            stub.__path__  # noqa: B018
    assert real is json
    assert "no_such_module" not in sys.modules
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        stub.function()


def test_who_imported_a_stub_has_the_module_once_it_is_over() -> None:
    with quiet.put_off("wave"):
        stub = import_module("wave")
    real = import_module("wave")
    assert stub is not real
    assert stub.Error is real.Error


@pytest.mark.parametrize("schema", [{"type": "string"}, True, {}])
def test_a_schema_that_is_not_in_the_document_has_its_place_at_the_top(schema: Any) -> None:
    given = {"paths": {"/a": [{"type": "integer"}, 1]}}
    assert place.of_schema(given, schema) == "#"
    assert place.of_schema(given, {"type": "integer"}) == "#/paths/~1a/0"


def test_a_long_media_type_is_shortened_in_the_error(client: FlaskClient) -> None:
    response = client.post("/v1/things", data="x", content_type="text/" + "a" * 200)
    detail = f"The body is 'text/{'a' * 94}…'; it must be application/json"
    assert (response.status_code, problem(response)) == (415, detail)
