"""What of a document is accepted, and what is refused with one line that says where."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, StartupError, create_app
from backend_common.api import DocumentError, yaml_file
from shop_api import Json, operation, parameter, serve

Service = Callable[..., Path]

ONE = "def one(**given):\n    return 'one'\n\n\ndef two(**given):\n    return 'two'\n"
HEAD = 'openapi: "3.0.3"\ninfo: {title: Shop, version: "1"}\n'


def shop(service: Service, text: str) -> App:
    service({"shop/api.yml": text, "shop/api.py": ONE})
    app = create_app("shop", extensions=["api"])
    app.api.register("api.yml")
    return app


@pytest.mark.parametrize("order", [1, -1])
def test_head_beside_get(service: Service, order: int) -> None:
    functions = (
        "import flask\n\n\ndef get():\n    return 'body'\n\n\n"
        "def head():\n    return flask.Response(headers={'X-Head': 'yes'})\n"
    )
    both = [("get", operation("get")), ("head", operation("head"))]
    client = serve(service, functions, {"/": dict(both[::order])}).test_client()
    assert client.head("/").headers["X-Head"] == "yes"
    assert client.get("/").get_json() == "body"
    assert "X-Head" not in client.get("/").headers


def test_head_of_get(service: Service) -> None:
    client = serve(service, ONE, {"/": {"get": operation("one")}}).test_client()
    assert (client.head("/").status_code, client.head("/").data) == (200, b"")


YAML = HEAD + "paths:\n  /:\n    get:\n      operationId: shop.api.one\n"
ANSWER = '      responses: {"200": {description: It.}}\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            YAML + ANSWER + "      operationId: shop.api.two\n",
            "the key 'operationId' is there twice, in line 8 for the second time: remove one of",
        ),
        (
            YAML
            + "      responses:\n        200: {description: A}\n        '200': {description: B}\n",
            "the key '200' is there twice, in line 9 for the second time",
        ),
        (
            '{"openapi": "3.0.3", "paths": {}, "info": {}, "paths": {}}',
            "the key 'paths' is there twice, in line 1 for the second time",
        ),
    ],
)
def test_a_key_that_is_there_twice(service: Service, text: str, reason: str) -> None:
    with pytest.raises(DocumentError) as error:
        shop(service, text)
    assert reason in str(error.value)


def test_a_key_that_is_there_twice_in_another_file(service: Service) -> None:
    service({"shop/parts.yml": "It: {type: string, type: integer}\n"})
    schema = "{$ref: 'parts.yml#/It'}"
    text = YAML.replace("3.0.3", "3.1.0") + ANSWER
    text += f"      parameters: [{{name: a, in: query, schema: {schema}}}]\n"
    with pytest.raises(DocumentError, match="the key 'type' is there twice, in line 1 for the sec"):
        shop(service, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("010", 10),
        ("-5", -5),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("5.", 5.0),
        ("=", "="),
    ],
)
def test_values_are_those_of_json(tmp_path: Path, text: str, value: Any) -> None:
    path = tmp_path / "it.yml"
    path.write_text(f"a: {text}\non: 1\n")
    assert yaml_file.read(path) == {"a": value, "on": 1}
    assert type(yaml_file.read(path)["a"]) is type(value)


def test_what_is_merged_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "it.yml"
    path.write_text("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}\n")
    assert yaml_file.read(path)["d"] == {"b": 3, "c": 2}


NAMED = {"parameters": [parameter("id", "path", {"type": "string"}, required=True)]}
NUMBERED = {"parameters": [parameter("number", "path", {"type": "string"}, required=True)]}


def test_one_route_in_two_documents(service: Service) -> None:
    app = serve(service, ONE, {"/a/{id}": {"get": operation("one", **NAMED)}})
    text = HEAD + "servers: [{url: /a}]\npaths:\n  /{number}:\n    get:\n"
    text += "      operationId: shop.api.two\n" + ANSWER
    text += "      parameters: [{name: number, in: path, required: true, schema: {type: string}}]\n"
    service({"shop/other.yml": text})
    with pytest.raises(DocumentError) as error:
        app.api.register("other.yml")
    assert (
        "GET /a/<number> is already the view 'shop_api_one': remove one of the two, or give "
        "register() another base_path (at #/paths/~1{number}/get)"
    ) in str(error.value)


def test_one_route_twice_in_a_document(service: Service) -> None:
    paths = {
        "/a/{id}": {"get": operation("one", **NAMED)},
        "/a/{number}": {"get": operation("two", **NUMBERED)},
    }
    with pytest.raises(DocumentError, match=r"the path /a/\{number\} is the same with another nam"):
        serve(service, ONE, paths)


def test_a_view_of_the_service_before_the_document(service: Service) -> None:
    service({"shop/api.yml": YAML + ANSWER, "shop/api.py": ONE})
    app = create_app("shop", extensions=["api"])
    app.add_url_rule("/", "index", lambda: "index")
    with pytest.raises(DocumentError, match="GET / is already the view 'index': remove one of the"):
        app.api.register("api.yml")
    app.api.register("api.yml", base_path="/v1")
    assert app.test_client().get("/v1/").get_json() == "one"


def test_a_view_of_the_service_after_the_document(service: Service) -> None:
    app = shop(service, YAML + ANSWER)
    with pytest.raises(StartupError, match="the view 'index' would never be called: GET / is alr"):
        app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/", "index", lambda: "index", methods=["POST"])


def test_a_parameter_that_is_not_in_the_path(service: Service) -> None:
    more: Json = {"parameters": [parameter("id", "path", {"type": "string"}, required=True)]}
    with pytest.raises(DocumentError, match=r"path parameter 'id' is not in the path /a \(at #/pa"):
        serve(service, ONE, {"/a": {"get": operation("one", **more)}})


def test_names_in_a_path_that_flask_takes_for_one(service: Service) -> None:
    more: Json = {
        "parameters": [
            parameter(name, "path", {"type": "string"}, required=True) for name in ("a-b", "a_b")
        ]
    }
    functions = "def one():\n    return 'one'\n"
    with pytest.raises(DocumentError, match="path parameters 'a-b' and 'a_b' are too much alike"):
        serve(service, functions, {"/{a-b}/{a_b}": {"get": operation("one", **more)}})


def whole(version: str, item: Json, **more: Any) -> Json:
    key = "swagger" if version == "2.0" else "openapi"
    paths = {"/": item}
    return {key: version, "info": {"title": "Shop", "version": "1"}, "paths": paths, **more}


SCHEME = {"type": "http", "scheme": "bearer"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        # Of several kinds of parameters, the error is about the one that was meant.
        (
            whole("2.0", {"get": operation("one", parameters=[
                {"name": "p", "in": "path", "required": True, "type": "string", "pattern": 5}
            ])}),
            "5 is not of type 'string' (at #/paths/~1/get/parameters/0/pattern)",
        ),
        (
            whole("2.0", {"get": operation("one", parameters=[
                {"name": "p", "in": "query", "type": "integer", "default": "x"}
            ])}),
            "'x' is not of type 'integer' (at #/paths/~1/get/parameters/0)",
        ),
        (
            whole("2.0", {"get": operation("one", parameters=[{"name": "p", "in": "query"}])}),
            "'type' is a required property (at #/paths/~1/get/parameters/0)",
        ),
        # What is no reference does not lack one.
        (
            whole("3.0.3", {"post": operation("one", requestBody={"required": True})}),
            "'content' is a required property (at #/paths/~1/post/requestBody)",
        ),
        (
            whole("3.0.3", {}, components={"securitySchemes": {"key": {"type": "http"}}}),
            "'scheme' is a required property (at #/components/securitySchemes/key)",
        ),
        (
            whole("3.0.3", {}, components={"securitySchemes": {
                "key": {"type": "apiKey", "in": "body", "name": "key"}
            }}),
            "'body' is not one of ['header', 'query', 'cookie'] (at #/components/securitySchemes/",
        ),
        (
            whole("3.0.3", {"get": operation("one", parameters=[
                {"$ref": "#/components/schemas/Nothing"}
            ])}),
            "the reference #/components/schemas/Nothing leads nowhere",
        ),
    ],
)  # fmt: skip
def test_an_error_is_about_what_was_meant(service: Service, document: Json, reason: str) -> None:
    service({"shop/api.py": ONE})
    with pytest.raises(DocumentError) as error:
        create_app("shop", extensions=["api"]).api.register(document)
    assert f"cannot serve the document that register() was given: {reason}" in str(error.value)


@pytest.mark.parametrize("name", ["nowhere.check", "shop.api.nobody", "shop", ""])
@pytest.mark.parametrize("key", ["x-bearerInfoFunc", "x-scopeValidateFunc"])
def test_a_security_function_that_is_missing(service: Service, key: str, name: str) -> None:
    scheme = {"x-bearerInfoFunc": "shop.api.one", **SCHEME, key: name}
    item = {"get": operation("one", security=[{"token": []}])}
    service({"shop/api.py": ONE})
    document = whole("3.0.3", item, components={"securitySchemes": {"token": scheme}})
    with pytest.raises(DocumentError) as error:
        create_app("shop", extensions=["api"]).api.register(document)
    text = f"the security scheme 'token' names the function {name!r}, which is not there ("
    assert text in str(error.value)
    assert "correct the dotted name (at #/paths/~1/get)" in str(error.value)


def test_a_module_of_a_security_function_that_fails(service: Service) -> None:
    scheme = {**SCHEME, "x-bearerInfoFunc": "shop.guard.check"}
    item = {"get": operation("one", security=[{"token": []}])}
    service({"shop/api.py": ONE, "shop/guard.py": "import nowhere\n"})
    document = whole("3.0.3", item, components={"securitySchemes": {"token": scheme}})
    with pytest.raises(StartupError, match=r"shop/guard\.py, line 1: ModuleNotFoundError"):
        create_app("shop", extensions=["api"]).api.register(document)


def test_a_resolver_that_gives_no_operation_id(service: Service) -> None:
    service()
    with pytest.raises(DocumentError, match="there is no operationId, and the resolver gave none"):
        create_app("shop", extensions=["api"]).api.register(
            whole("3.0.3", {"get": {"responses": {"200": {"description": "It."}}}}),
            resolver=lambda _: lambda: "one",
        )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/a/{id}/b/{id}", "the path has {id} more than once: rename one of them"),
        ("/a<b>", "the path '/a<b>' has '<' in it, which cannot be served"),
        ("/a<path:b>", "the path '/a<path:b>' has '<' in it, which cannot be served"),
        ("/a%2fb", "the path '/a%2fb' has '%2f' in it, which cannot be served"),
        ("/100%", "the path '/100%' has '%' in it, which cannot be served"),
        ("/a?acl", "the path '/a?acl' has a '?' in it, which ends the path of a request: describe"),
        ("/a#b", "the path '/a#b' has a '#' in it, which ends the path of a request: describe"),
        ("/a//b", "the path '/a//b' has '//' in it, which clients and servers leave out: leave"),
        ("/a/../b", "the path '/a/../b' has '/../' in it, which clients and servers leave out"),
        ("/a/.", "the path '/a/.' has '/.' in it, which clients and servers leave out"),
    ],
)
def test_a_path_that_no_request_has(service: Service, path: str, reason: str) -> None:
    given = [parameter("id", "path", {"type": "string"}, required=True)] if "{id}" in path else []
    document = whole("3.0.3", {}, paths={path: {"get": operation("one", parameters=given)}})
    service({"shop/api.py": ONE})
    with pytest.raises(DocumentError) as error:
        create_app("shop", extensions=["api"]).api.register(document)
    assert reason in str(error.value)
    assert "(at #/paths/" in str(error.value)


@pytest.mark.parametrize("path", ["/a<b>", "/a//b", "/100%", "/a/.."])
def test_a_base_path_that_no_request_has(service: Service, path: str) -> None:
    service({"shop/api.py": ONE})
    document = whole("3.0.3", {"get": operation("one")})
    with pytest.raises(DocumentError, match=f"the path {path!r} has "):
        create_app("shop", extensions=["api"]).api.register(document, base_path=path)


def test_a_base_path_without_a_slash(service: Service) -> None:
    service({"shop/api.py": ONE})
    document = whole("3.0.3", {"get": operation("one")}, servers=[{"url": "v1"}])
    with pytest.raises(DocumentError, match="the path 'v1' does not begin with a slash: write one"):
        create_app("shop", extensions=["api"]).api.register(document)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/a%20b", "/a%20b"),
        ("/caf%C3%A9", "/café"),
        ("/a/{1x}", "/a/1"),
        ("/a/{é}", "/a/1"),
        ("/a/{_}", "/a/1"),
        ("/a/{class}", "/a/1"),
        ("/a/{x}:go", "/a/1:go"),
        ("/a/{x}.{y}", "/a/1.2"),
        ("/a|(b).c", "/a|(b).c"),
        ("/a/{x", "/a/{x"),
    ],
)
def test_unusual_paths(service: Service, path: str, url: str) -> None:
    names = re.findall(r"\{([^}]*)\}", path)
    given = [parameter(name, "path", {"type": "string"}, required=True) for name in names]
    document = whole("3.0.3", {}, paths={path: {"get": operation("one", parameters=given)}})
    service({"shop/api.py": ONE})
    app = create_app("shop", extensions=["api"])
    app.api.register(document)
    assert app.test_client().get(url).get_json() == "one"


def test_references_in_a_circle(service: Service) -> None:
    schema = {"type": "array", "items": {"$ref": "#/paths/~1/get/responses/200"}}
    content = {"application/json": {"schema": schema}}
    item = {
        "get": {**operation("one"), "responses": {"200": {"description": "", "content": content}}}
    }
    service({"shop/api.py": ONE})
    with pytest.raises(DocumentError, match="its references lead in a circle: let them lead to"):
        create_app("shop", extensions=["api"]).api.register(whole("3.0.3", item))


def test_a_property_that_is_called_like_a_reference(service: Service) -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}}
    service({"shop/api.py": "def one(body):\n    return body\n"})
    for version in ("2.0", "3.0.3", "3.1.0"):
        given: Json = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
        if version == "2.0":
            given = {"parameters": [{"name": "body", "in": "body", "schema": schema}]}
        app = create_app("shop", extensions=["api"])
        document = whole(version, {"post": operation("one", **given)})
        if version == "3.1.0":
            app.api.register(document)
            client = app.test_client()
            assert client.post("/", json={"$ref": "a"}).get_json() == {"$ref": "a"}
            assert client.post("/", json={"$ref": 1}).status_code == 400
            return
        with pytest.raises(
            DocumentError, match=r"a property of that name needs OpenAPI 3\.1"
        ) as error:
            app.api.register(document)
        assert "schema/properties)" in str(error.value)
