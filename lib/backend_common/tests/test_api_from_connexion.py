"""What users of connexion bring along: provided, or refused with one line of advice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, create_app
from backend_common.api import DocumentError
from connexion.resolver import (  # type: ignore[import-untyped]
    MethodResolver,
    RelativeResolver,
    RestyResolver,
)
from shop_api import Json, body, operation, parameter, problem, serve

Service = Callable[..., Path]

STRING: Json = {"type": "string"}
ANSWER: Json = {"responses": {"200": {"description": "It."}}}
ONE = "def one(**given):\n    return given\n"


def registered(service: Service, functions: str, paths: Json, **arguments: Any) -> App:
    document = {"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": paths}
    service({"shop/api.yml": json.dumps(document), "shop/api.py": functions})
    app = create_app("shop", extensions=["api"])
    app.api.register("api.yml", **arguments)
    return app


def test_the_resty_resolver(service: Service) -> None:
    functions = "def search():\n    return 'all'\n\n\ndef get(pet_id):\n    return pet_id\n"
    service({"shop/pets.py": functions})
    one: Json = {"parameters": [parameter("petId", "path", STRING, required=True)], **ANSWER}
    paths = {"/pets": {"get": ANSWER}, "/pets/{petId}": {"get": one}}
    client = registered(service, "", paths, resolver=RestyResolver("shop")).test_client()
    assert client.get("/pets").get_json() == "all"
    assert client.get("/pets/5").get_json() == "5"


def test_the_method_resolver(service: Service) -> None:
    view = "class PetsView:\n    def search(self):\n        return 'all'\n"
    service({"shop/pets.py": view, "shop/__init__.py": ""})
    app = registered(service, view, {"/pets": {"get": ANSWER}}, resolver=MethodResolver("shop.api"))
    assert app.test_client().get("/pets").get_json() == "all"


def test_the_relative_resolver_and_the_router_controller(service: Service) -> None:
    paths = {
        "/a": {"get": {"operationId": "one", **ANSWER}},
        "/b": {
            "get": {"operationId": "two", "x-openapi-router-controller": "shop.other", **ANSWER}
        },
    }
    service({"shop/other.py": "def two():\n    return 'two'\n"})
    client = registered(service, ONE, paths, resolver=RelativeResolver("shop.api")).test_client()
    assert client.get("/a").get_json() == {}
    assert client.get("/b").get_json() == "two"


def test_a_function_as_a_resolver(service: Service) -> None:
    functions = {"one": lambda: "it"}
    paths = {"/": {"get": {"operationId": "one", **ANSWER}}}
    app = registered(service, "", paths, resolver=functions.__getitem__)
    assert app.test_client().get("/").get_json() == "it"


def test_there_is_no_operation_id(service: Service) -> None:
    with pytest.raises(DocumentError) as error:
        registered(service, ONE, {"/": {"get": ANSWER}})
    assert (
        "there is no operationId: add one, or give register() a resolver (at #/paths/~1/get)"
    ) in str(error.value)


def strict(service: Service, *parameters: Json, **more: Any) -> Any:
    paths = {"/": {"post": operation("one", parameters=list(parameters), **more)}}
    functions = "def one(**given):\n    return sorted(given)\n"
    return registered(service, functions, paths, strict_validation=True).test_client()


def test_strict_validation_of_queries(service: Service) -> None:
    shape = {"type": "object", "properties": {"width": STRING}}
    client = strict(
        service,
        parameter("size", "query", STRING),
        parameter("shape", "query", shape),
        parameter("deep", "query", shape, style="deepObject"),
    )
    for query in ("", "size=1", "width=1", "deep[width]=1", "deep%5Bwidth%5D=1"):
        assert client.post(f"/?{query}").status_code == 200, query
    for query in ("sizes=1", "size=1&other=2", "height=1", "deeper[width]=1"):
        assert client.post(f"/?{query}").status_code == 400, query
    response = client.post("/?" + "x" * 1000)
    assert problem(response)["detail"] == f"Unknown query parameter '{'x' * 99}…'"


def test_strict_validation_of_forms(service: Service) -> None:
    form = {"type": "object", "properties": {"name": STRING}}
    client = strict(service, requestBody=body("application/x-www-form-urlencoded", form))
    assert client.post("/", data={"name": "a"}).status_code == 200
    response = client.post("/", data={"name": "a", "user": "b"})
    assert problem(response)["detail"] == "Unknown form field 'user'"


def test_responses_of_one_document_alone(service: Service) -> None:
    get = {
        "operationId": "shop.api.one",
        "responses": {
            "200": {"description": "It.", "content": {"application/json": {"schema": STRING}}}
        },
    }
    app = registered(service, ONE, {"/": {"get": get}}, validate_responses=False)
    app.api.register("api.yml", base_path="/v1")
    client = app.test_client()
    assert client.get("/").status_code == 200
    assert client.get("/v1/").status_code == 500


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("validator_map", "describe the value in its schema, or check it in the function"),
        ("security_map", "name a function in the security scheme, such as x-bearerInfoFunc, or"),
        ("jsonifier", "set app.json to a subclass of flask.json.provider.JSONProvider"),
        ("uri_parser_class", "say in the document how parameters are written: style, explode or"),
        ("pythonic_params", "an argument may be called petId or pet_id: leave it out"),
        ("arguments", "documents are no templates: write the values into the document"),
        ("swagger_ui_options", "set API_UI to turn Swagger UI on or off"),
        ("resolver_error", "a function that is missing ends register(): leave it out"),
        ("auth_all_paths", "a path without an operation is a 404 for everybody: leave it out"),
        ("name", "routes are named for their base path: give it base_path"),
        ("skip_error_handlers", "use app.register_error_handler()"),
    ],
)
def test_an_argument_that_only_connexion_has(service: Service, name: str, advice: str) -> None:
    with pytest.raises(DocumentError) as error:
        registered(service, ONE, {"/": {"get": operation("one")}}, **{name: 1})
    assert f"register() has no argument {name!r}: {advice}" in str(error.value)


def test_an_argument_that_nobody_has(service: Service) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'nothing'"):
        registered(service, ONE, {}, nothing=1)


@pytest.mark.parametrize(
    "functions",
    [
        "import connexion\n\n\ndef one():\n    return connexion.request.headers['X-A']\n",
        "from connexion import request\n\n\ndef one():\n    return request.headers['X-A']\n",
        "from connexion import request as r\n\n\ndef one():\n    return r.headers['X-A']\n",
        "from connexion import request\n\n\ndef one():\n    return request.cookies['a']\n",
        "from connexion import request\n\n\ndef one():\n    return request.query_params['a']\n",
        "from connexion import request\n\n\n"
        "def one():\n    return [request.headers['X-A'] for _ in 'a'][0]\n",
        "from connexion import context\n\n\ndef one():\n    return context.context['user']\n",
        "from connexion.context import context\n\n\ndef one():\n    return context['user']\n",
        "import functools\nfrom connexion import request\n\n\n"
        "def _one(a):\n    return request.headers['X-A']\n\n\none = functools.partial(_one, 1)\n",
        "from connexion import request\n\n\n"
        "async def one():\n    return (await request.json())['a']\n",
    ],
)
def test_the_request_and_the_context_of_connexion(service: Service, functions: str) -> None:
    functions += "\n\ndef key(apikey):\n    return {'sub': apikey}\n"
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key", "x-apikeyInfoFunc": "shop.api.key"}
    paths = {"/": {"post": operation("one", security=[{"it": []}])}}
    app = serve(service, functions, paths, components={"securitySchemes": {"it": scheme}})
    client = app.test_client(use_cookies=False)
    for value in ("me", "you"):
        headers = {"X-A": value, "X-Key": value, "Cookie": f"a={value}"}
        response = client.post(f"/?a={value}", headers=headers, json={"a": value})
        assert response.get_json() == value


def test_a_document_that_is_a_dict(service: Service) -> None:
    app = registered(service, ONE, {"/": {"get": operation("one")}})
    document: Any = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "/v2"}],
        "paths": {"/": {"get": {"operationId": "shop.api.one", "responses": {200: ANSWER}}}},
    }
    with pytest.raises(DocumentError) as error:
        app.api.register(document)
    assert str(error.value.message).startswith(
        "cannot serve the document that register() was given: "
    )
    document["paths"]["/"]["get"]["responses"] = {200: {"description": "It."}}
    app.api.register(document)
    assert app.test_client().get("/v2/").get_json() == {}
    assert 200 in document["paths"]["/"]["get"]["responses"], "it is left as it is"


def test_a_function_that_is_not_there(service: Service) -> None:
    with pytest.raises(DocumentError) as error:
        registered(service, ONE, {"/": {"get": operation("two")}})
    assert "has no attribute 'two' (at #/paths/~1/get); correct the doc" in str(error.value)


def test_what_functions_may_use_of_connexion(service: Service) -> None:
    functions = (
        "import connexion\nimport flask\n\n\ndef one(how):\n"
        "    if how == 'problem':\n"
        "        return connexion.problem(404, 'None', flask.request.method)\n"
        "    return connexion.NoContent, 201\n"
    )
    how = parameter("how", "query", STRING, required=True)
    get = operation("one", parameters=[how])
    get["responses"] = {"201": {"description": "A."}, "404": {"description": "B."}}
    client = registered(service, functions, {"/": {"get": get}}).test_client()
    assert client.get("/?how=problem").get_json()["detail"] == "GET"
    assert (client.get("/?how=").status_code, client.get("/?how=").data) == (201, b"")


def test_the_context_as_an_argument(service: Service) -> None:
    functions = (
        "def one(context_):\n    return context_\n\n\n"
        "def bearer(token):\n    return {'sub': token}\n"
    )
    scheme = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.bearer"}
    paths = {
        "/": {"get": operation("one", security=[{"it": []}])},
    }
    app = serve(service, functions, paths, components={"securitySchemes": {"it": scheme}})
    response = app.test_client().get("/", headers={"Authorization": "Bearer me"})
    assert response.get_json() == {"user": "me", "token_info": {"sub": "me"}}


def test_the_context_where_nobody_is_asked_for(service: Service) -> None:
    functions = "def one(context_):\n    return context_\n"
    app = registered(service, functions, {"/": {"get": operation("one")}})
    assert app.test_client().get("/").get_json() == {}
