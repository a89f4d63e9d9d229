from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common.api import DocumentError
from shop_api import operation, parameter, problem, serve

Service = Callable[..., Path]

ECHO = "def echo(value=None):\n    return {'value': value}\n"
INTEGERS = {"type": "array", "items": {"type": "integer"}}
POINT = {
    "type": "object",
    "required": ["x"],
    "properties": {
        "x": {"type": "integer"},
        "y": {"type": "boolean"},
        "z": {"type": "object", "properties": {"deep": {"type": "number"}}},
    },
}


@pytest.mark.parametrize(
    ("more", "query", "value"),
    [
        ({"schema": {"type": "integer"}}, "value=1&value=-2", -2),
        ({"schema": {"type": "number"}}, "value=1e2", 100.0),
        ({"schema": {"type": "boolean"}}, "value=True", True),
        ({"schema": {"type": "string"}}, "value=5", "5"),
        ({"schema": {}}, "value=5", "5"),
        ({"schema": {"type": "integer", "nullable": True}}, "value=null", None),
        ({"schema": {"type": "integer", "default": 7}}, "", 7),
        ({"schema": {"type": "integer"}}, "", None),
        ({"schema": INTEGERS}, "value=1&value=2", [1, 2]),
        ({"schema": INTEGERS, "explode": False}, "value=1,2", [1, 2]),
        ({"schema": INTEGERS, "explode": False, "style": "pipeDelimited"}, "value=1|2", [1, 2]),
        ({"schema": INTEGERS, "explode": False, "style": "spaceDelimited"}, "value=1+2", [1, 2]),
        ({"schema": POINT}, "x=1&y=true&w=3", {"x": 1, "y": True}),
        ({"schema": POINT, "explode": False}, "value=x,1,y,false", {"x": 1, "y": False}),
        (
            {"schema": POINT, "style": "deepObject"},
            "value[x]=1&value[z][deep]=2.5",
            {"x": 1, "z": {"deep": 2.5}},
        ),
        ({"content": {"application/json": {"schema": POINT}}}, 'value={"x":1}', {"x": 1}),
    ],
)
def test_in_the_query(service: Service, more: dict[str, Any], query: str, value: Any) -> None:
    parameters = [{"name": "value", "in": "query", **more}]
    client = serve(service, ECHO, {"/": {"get": operation("echo", parameters=parameters)}})
    assert client.test_client().get(f"/?{query}").get_json() == {"value": value}


@pytest.mark.parametrize(
    ("more", "query", "detail"),
    [
        ({"schema": {"type": "integer"}}, "value=1_0", ": '1_0' is not of type 'integer'"),
        ({"schema": {"type": "number"}}, "value=1e999", ": '1e999' is not of type 'number'"),
        ({"schema": {"type": "number"}}, "value=nan", ": 'nan' is not of type 'number'"),
        ({"schema": INTEGERS}, "value=1&value=x", " at /1: 'x' is not of type 'integer'"),
        (
            {"schema": POINT, "style": "deepObject"},
            "value[x]=1&value[x][y]=1",
            " at /x: an object is not of type 'integer'",
        ),
        (
            {"schema": POINT, "style": "deepObject"},
            "value[y]=true",
            ": 'x' is a required property",
        ),
    ],
)
def test_wrong_in_the_query(
    service: Service, more: dict[str, Any], query: str, detail: str
) -> None:
    parameters = [{"name": "value", "in": "query", **more}]
    app = serve(service, ECHO, {"/": {"get": operation("echo", parameters=parameters)}})
    response = app.test_client().get(f"/?{query}")
    assert (response.status_code, problem(response)) == (
        400,
        {"detail": f"query parameter 'value'{detail}"},
    )


@pytest.mark.parametrize("steps", [1, 2])
def test_what_stands_beside_a_reference_is_not_all(service: Service, steps: int) -> None:
    schemas = {
        "Some1": {"type": "integer", "maximum": 10},
        "Some2": {"$ref": "#/components/schemas/Few"},
        "Few": {"$ref": "#/components/schemas/Some1", "maximum": 100},
    }
    beside = {"maximum": 100} if steps == 1 else {}
    schema = {"$ref": f"#/components/schemas/Some{steps}", **beside}
    paths = {"/": {"get": operation("echo", parameters=[parameter("value", "query", schema)])}}
    app = serve(service, ECHO, paths, openapi="3.1.0", components={"schemas": schemas})
    answers = [app.test_client().get(f"/?value={value}") for value in (10, 50, 500)]
    assert [answer.status_code for answer in answers] == [200, 400, 400]


def test_in_the_path(service: Service) -> None:
    functions = "def get(item_ids, rest):\n    return [item_ids, rest]\n"
    parameters = [
        parameter("item-ids", "path", INTEGERS, required=True),
        parameter("rest", "path", {"type": "string", "format": "path"}, required=True),
    ]
    paths = {"/{item-ids}/{rest}": {"get": operation("get"), "parameters": parameters}}
    app = serve(service, functions, paths)
    assert app.test_client().get("/1,2/a/b").get_json() == [[1, 2], "a/b"]


def test_in_headers_and_cookies(service: Service) -> None:
    functions = "def get(x_depth, theme=None):\n    return [x_depth, theme]\n"
    parameters = [
        parameter("X-Depth", "header", {"type": "integer"}, required=True),
        parameter("theme", "cookie", {"type": "string", "enum": ["dark"]}),
    ]
    app = serve(service, functions, {"/": {"get": operation("get", parameters=parameters)}})
    client = app.test_client(use_cookies=False)
    assert client.get("/", headers={"X-Depth": "5"}).get_json() == [5, None]
    assert problem(client.get("/")) == {"detail": "Missing header parameter 'X-Depth'"}
    headers = {"X-Depth": "5", "Cookie": "theme=light; a:b=c"}
    assert "cookie parameter 'theme'" in problem(client.get("/", headers=headers))["detail"]


@pytest.mark.parametrize(
    ("style", "query"), [("csv", "1,2"), ("ssv", "1%202"), ("tsv", "1%092"), ("pipes", "1|2")]
)
def test_collections_of_swagger(service: Service, style: str, query: str) -> None:
    integers = {"name": "value", "in": "query", "collectionFormat": style, **INTEGERS}
    paths = {"/": {"get": operation("echo", parameters=[integers])}}
    client = serve(service, ECHO, paths, swagger="2.0").test_client()
    assert client.get(f"/?value={query}").get_json() == {"value": [1, 2]}


def test_several_values_of_swagger(service: Service) -> None:
    integers = {"name": "value", "in": "query", "collectionFormat": "multi", **INTEGERS}
    paths = {"/": {"get": operation("echo", parameters=[integers])}}
    client = serve(service, ECHO, paths, swagger="2.0").test_client()
    assert client.get("/?value=1&value=2").get_json() == {"value": [1, 2]}


def test_the_operations_parameter_goes_before_the_paths(service: Service) -> None:
    own = [parameter("value", "query", {"type": "integer"})]
    common = [parameter("value", "query", {"type": "string"})]
    paths = {"/": {"parameters": common, "get": operation("echo", parameters=own)}}
    app = serve(service, ECHO, paths)
    assert app.test_client().get("/?value=1").get_json() == {"value": 1}


def test_a_default_is_not_shared_between_requests(service: Service) -> None:
    functions = "def grow(value):\n    value.append(1)\n    return value\n"
    schema = {**INTEGERS, "default": [0]}
    paths = {"/": {"get": operation("grow", parameters=[parameter("value", "query", schema)])}}
    client = serve(service, functions, paths).test_client()
    assert [client.get("/").get_json() for _ in range(2)] == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("functions", "definition", "reason"),
    [
        (
            ECHO,
            parameter("value", "path", {"type": "string"}, required=True, style="matrix"),
            "path parameter 'value': the style matrix is not supported (at #/paths/~1{value}/get)",
        ),
        (
            "def echo(value, missing):\n    pass\n",
            parameter("value", "path", {"type": "string"}, required=True),
            "the argument 'missing' of shop.api.echo is not given in every request (nothing in the "
            "document has that name): describe it as required, or give it a default "
            "(at #/paths/~1{value}/get)",
        ),
        (
            ECHO,
            parameter("value", "path", {"type": "string", "pattern": "("}, required=True),
            "the pattern '(' has a ( without a ): write \\( for the character",
        ),
    ],
)
def test_what_cannot_be_served(
    service: Service, functions: str, definition: dict[str, Any], reason: str
) -> None:
    paths = {"/{value}": {"get": operation("echo", parameters=[definition])}}
    with pytest.raises(DocumentError) as error:
        serve(service, functions, paths)
    assert reason in str(error.value)
