import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from backend_common import create_app
from backend_common.api import DocumentError
from flask.testing import FlaskClient
from shop_api import Json, body, operation, parameter, problem, serve

Service = Callable[..., Path]

ECHO = "def echo(body):\n    return [body]\n"


def posting(service: Service, schema: Any, **more: Any) -> FlaskClient:
    paths = {"/": {"post": operation("echo", requestBody=body("application/json", schema))}}
    return serve(service, ECHO, paths, openapi="3.1.0", **more).test_client()


@pytest.mark.parametrize(
    ("schema", "good", "bad", "detail"),
    [
        (
            {"type": ["string", "null"]},
            ["a", None],
            1,
            "body: 1 is not of type 'string', 'null'",
        ),
        (
            {"exclusiveMinimum": 0},
            [1],
            0,
            "body: 0 is less than or equal to the minimum of 0",
        ),
        ({"const": 1}, [1], 2, "body: 1 was expected"),
        ({"type": "integer", "examples": [5]}, [1], "x", "body: 'x' is not of type 'integer'"),
        (
            {"prefixItems": [{"type": "integer"}], "items": False},
            [[1]],
            ["x"],
            "body/0: 'x' is not of type 'integer'",
        ),
        (
            {"$ref": "#/components/schemas/Name", "maxLength": 2},  # a neighbour counts
            ["ab"],
            "abc",
            "body: 'abc' is too long",
        ),
        (
            {"$ref": "#/components/schemas/Tree"},
            [{"children": [{"children": []}]}],
            {"children": [{"children": 5}]},
            "body/children/0/children: 5 is not of type 'array'",
        ),
        (
            {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
            [{}, {"a": 1, "b": 2}],
            {"a": 1},
            "body: 'b' is a required property",
        ),
        (
            {"properties": {"a": {}}, "unevaluatedProperties": False},
            [{"a": 1}],
            {"b": 1},
            "body: Unevaluated properties are not allowed ('b' was unexpected)",
        ),
    ],
)
def test_bodies_are_json_schema_2020_12(
    service: Service, schema: Json, good: list[Any], bad: Any, detail: str
) -> None:
    tree = {
        "type": "object",
        "properties": {
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
        },
    }
    components = {"schemas": {"Name": {"type": "string"}, "Tree": tree}}
    client = posting(service, schema, components=components)
    for value in good:
        response = client.post("/", data=json.dumps(value), content_type="application/json")
        assert response.get_json() == [value]
    assert problem(client.post("/", json=bad))["detail"] == detail


def test_references_to_all_else_are_followed(service: Service) -> None:
    components = {
        "parameters": {
            "Count": parameter("count", "query", {"$ref": "#/components/schemas/Count"})
        },
        "schemas": {"Count": {"type": ["integer", "null"], "exclusiveMinimum": 0, "default": 3}},
        "requestBodies": {"It": body("application/json", {"type": "integer"})},
        "headers": {"More": {"required": True, "schema": {"type": "string"}}},
        "responses": {
            "It": {
                "description": "It.",
                "headers": {"X-More": {"$ref": "#/components/headers/More"}},
                "content": {"application/json": {"schema": {"maxItems": 2}}},
            }
        },
        "pathItems": {
            "It": {
                "parameters": [{"$ref": "#/components/parameters/Count"}],
                "post": {
                    "operationId": "shop.api.post",
                    "requestBody": {"$ref": "#/components/requestBodies/It"},
                    "responses": {"200": {"$ref": "#/components/responses/It"}},
                },
            }
        },
    }
    functions = "def post(body, count):\n    return [body, count], 200, {'X-More': 'a'}\n"
    paths = {"/": {"$ref": "#/components/pathItems/It"}}
    app = serve(service, functions, paths, openapi="3.1.1", components=components)
    client = app.test_client()
    assert client.post("/", json=1).get_json() == [1, 3]
    assert client.post("/?count=5", json=1).get_json() == [1, 5]
    assert client.post("/?count=null", json=1).get_json() == [1, None]
    assert "minimum of 0" in problem(client.post("/?count=0", json=1))["detail"]


def test_references_to_other_files(service: Service) -> None:
    files = {
        "shop/more/schemas.yml": "Id: {type: integer, maximum: 9}\n"
        "Thing: {type: object, properties: {id: {$ref: '#/Id'}}}\n",
    }
    service(files)
    client = posting(service, {"$ref": "more/schemas.yml#/Thing"})
    assert client.post("/", json={"id": 9}).status_code == 200
    assert problem(client.post("/", json={"id": 10}))["errors"][0]["pointer"] == "#/id"


def test_uploads_and_forms(service: Service) -> None:
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"contentMediaType": "image/png"},
            "count": {"type": ["integer", "null"]},
        },
    }
    functions = "def echo(body, file):\n    return [body, file.filename]\n"
    content = body("multipart/form-data", schema)
    paths = {"/": {"post": operation("echo", requestBody=content)}}
    client = serve(service, functions, paths, openapi="3.1.0").test_client()
    with Path(__file__).open("rb") as file:
        response = client.post("/", data={"file": (file, "a.png"), "count": "3"})
    assert response.get_json() == [{"count": 3}, "a.png"]
    response = client.post("/", data={"count": "3"}, content_type="multipart/form-data")
    assert problem(response)["detail"] == "body: 'file' is a required property"


def test_responses_are_validated(service: Service) -> None:
    functions = "def get():\n    return {'a': 1}\n"
    schema = {"properties": {"a": {"const": 2}}}
    responses = {"200": {"description": "It.", "content": {"application/json": {"schema": schema}}}}
    paths = {"/": {"get": {**operation("get"), "responses": responses}}}
    client = serve(service, functions, paths, openapi="3.1.0").test_client()
    assert "body/a: 2 was expected" in problem(client.get("/"))["detail"]


def test_security_schemes_and_webhooks(service: Service) -> None:
    functions = (
        "def get(user):\n    return user\n\n"
        "def check(token):\n    return {'sub': token} if token == 'good' else None\n"
    )
    components = {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.check"}
        }
    }
    app = serve(
        service,
        functions,
        {"/": {"get": operation("get")}},
        openapi="3.1.0",
        components=components,
        security=[{"bearer": []}],
        webhooks={"sold": {"post": {"responses": {"200": {"description": "Thanks."}}}}},
    )
    client = app.test_client()
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"Authorization": "Bearer good"}).get_json() == "good"
    document = client.get("/openapi.json").get_json()
    assert (document["openapi"], "webhooks" in document) == ("3.1.0", True)


def test_another_base_path(service: Service) -> None:
    posting(service, {}, servers=[{"url": "/v1"}])
    app = create_app("shop", extensions=["api"])
    app.api.register("api.yml")
    app.api.register("api.yml", base_path="/v2")
    client = app.test_client()
    assert [client.post(f"/{it}/", json=1).status_code for it in ("v1", "v2", "v3")] == [
        200,
        200,
        404,
    ]


@pytest.mark.parametrize(
    ("schema", "more", "reason"),
    [
        ({"type": "text"}, {}, "is not valid under any of the given schemas (at #/paths/~1/post/"),
        (
            {"exclusiveMinimum": True},
            {},
            "True is not of type 'number' (at "
            "#/paths/~1/post/requestBody/content/application~1json/schema/exclusiveMinimum)",
        ),
        ({"pattern": "("}, {}, "the pattern '(' has a ( without a ): write \\( for the character"),
        ({"$ref": "#/components/schemas/No"}, {}, "#/components/schemas/No leads nowhere"),
        ({"$ref": "https://a.example/b"}, {}, "https://a.example/b leads nowhere"),
        ({}, {"jsonSchemaDialect": "urn:mine"}, "schemas in the dialect urn:mine are not supp"),
        ({}, {"info": {"title": "Shop"}}, "'version' is a required property (at #/info)"),
        ({}, {"openapi": "3.2.0"}, 'openapi: "3.1.x" (at #)'),
    ],
)
def test_what_cannot_be_served(service: Service, schema: Any, more: Json, reason: str) -> None:
    paths = {"/": {"post": operation("echo", requestBody=body("application/json", schema))}}
    with pytest.raises(DocumentError) as error:
        serve(service, ECHO, paths, **{"openapi": "3.1.0", **more})
    assert reason in str(error.value)


def test_a_reference_that_leads_to_itself(service: Service) -> None:
    components = {"responses": {"It": {"$ref": "#/components/responses/It"}}}
    responses = {"200": {"$ref": "#/components/responses/It"}}
    paths = {"/": {"get": {**operation("echo"), "responses": responses}}}
    with pytest.raises(DocumentError, match="leads to itself"):
        serve(service, "def echo():\n    pass\n", paths, openapi="3.1.0", components=components)


def test_yaml_with_numbers_for_keys(service: Service) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/": {"get": {"operationId": "shop.api.get", "responses": {200: {"description": "."}}}}
        },
    }
    service({"shop/api.yml": yaml.safe_dump(document), "shop/api.py": "def get():\n    return 1\n"})
    app = create_app("shop", extensions=["api"])
    app.api.register("api.yml")
    assert app.test_client().get("/").get_json() == 1
