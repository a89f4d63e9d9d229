"""Only declared names become arguments, each from one place."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from backend_common.api import DocumentError
from flask.testing import FlaskClient
from shop_api import Json, body, operation, parameter, problem, serve

Service = Callable[..., Path]

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
STRING: Json = {"type": "string"}
FILE: Json = {"type": "string", "format": "binary"}
MALLORY = {"Authorization": "Bearer mallory"}
BEARER = "def bearer(token):\n    return {'sub': token, 'scope': ''}\n"
ECHO = "def echo(**given):\n    return {name: str(value) for name, value in given.items()}\n"


KEYS = "def echo(**given):\n    return sorted(given)\n"


def field(name: str, kind: str = "string", **more: Any) -> Json:
    """A form field of Swagger 2.0."""
    return {"name": name, "in": "formData", "type": kind, **more}


def swagger(service: Service, function: str, *parameters: Json, path: str = "/") -> FlaskClient:
    post = operation("echo", parameters=list(parameters), security=[{"it": []}])
    scheme: Json = {"type": "oauth2", "x-tokenInfoFunc": "shop.api.bearer", "flow": "implicit"}
    scheme |= {"authorizationUrl": "https://a.example", "scopes": {}}
    definitions = {"it": scheme}
    functions = BEARER + function
    app = serve(
        service, functions, {path: {"post": post}}, swagger="2.0", securityDefinitions=definitions
    )
    return app.test_client()


def openapi(service: Service, function: str, path: str = "/", **post: Any) -> FlaskClient:
    schemes = {"it": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.bearer"}}
    paths = {path: {"post": operation("echo", security=[{"it": []}], **post)}}
    functions = BEARER + function
    app = serve(service, functions, paths, components={"securitySchemes": schemes})
    return app.test_client()


@pytest.mark.parametrize("media_type", [URLENCODED, MULTIPART])
@pytest.mark.parametrize(
    "signature", ["user, title", "title, user=None", "title, **more", "**more", "title, token_info"]
)
def test_an_undeclared_field_is_not_the_caller(
    service: Service, signature: str, media_type: str
) -> None:
    function = f"def echo({signature}):\n    return {{k: str(v) for k, v in locals().items()}}\n"
    client = swagger(service, function, field("title", required=True))
    data = {"title": "t", "user": "admin", "token_info": "admin", "more": "admin"}
    response = client.post("/", data=data, headers=MALLORY, content_type=media_type)
    assert response.status_code == 200
    assert "admin" not in response.text


def test_an_undeclared_field_is_no_argument(service: Service) -> None:
    function = "def echo(thing, title, is_admin=False):\n    return [thing, title, is_admin]\n"
    place = {"name": "thing", "in": "path", "type": "integer", "required": True}
    client = swagger(service, function, field("title", required=True), place, path="/{thing}")
    data = {"title": "t", "thing": "9", "is_admin": "1"}
    response = client.post("/1", data=data, headers=MALLORY)
    assert response.get_json() == [1, "t", False]


def test_undeclared_files_are_no_arguments(service: Service) -> None:
    form = {"type": "object", "properties": {"picture": FILE}, "required": ["picture"]}
    where = parameter("thing", "path", STRING, required=True)
    client = openapi(
        service, ECHO, "/{thing}", requestBody=body(MULTIPART, form), parameters=[where]
    )
    names = ["picture", "user", "token_info", "thing", "body", "is_admin"]
    data = {name: (BytesIO(b"x"), "evil.txt") for name in names}
    response = client.post("/a", data=data, headers=MALLORY, content_type=MULTIPART)
    found = response.get_json()
    assert found.pop("picture").startswith("<FileStorage: 'evil.txt'")
    expected = {"user": "mallory", "thing": "a", "body": "{}"}
    assert found == {**expected, "token_info": "{'sub': 'mallory', 'scope': ''}"}


def test_undeclared_headers_and_queries_are_no_arguments(service: Service) -> None:
    declared = [parameter("size", "query", STRING), parameter("X-Size", "header", STRING)]
    client = openapi(service, ECHO, parameters=declared)
    headers = {**MALLORY, "X-Size": "1", "User": "admin"}
    found = client.post("/?user=admin&size=2&body=3", headers=headers).get_json()
    assert found == {
        "user": "mallory",
        "token_info": "{'sub': 'mallory', 'scope': ''}",
        "size": "2",
    }


BOTH = [
    (
        "def echo(thing):\n    pass\n",
        {"parameters": [parameter("thing", "query", STRING)]},
        "query parameter 'thing' and path parameter 'thing' would both be the argument 'thing' of "
        "shop.api.echo: rename one of them (at #/paths/~1{thing}/post)",
    ),
    (
        ECHO,
        {"parameters": [parameter("user", "query", STRING)]},
        "the caller and query parameter 'user' would both be the argument 'user'",
    ),
    (
        "def echo(thing, x_size):\n    pass\n",
        {
            "parameters": [
                parameter("xSize", "query", STRING),
                parameter("X-Size", "header", STRING),
            ]
        },
        "query parameter 'xSize' and header parameter 'X-Size' would both be the argument 'x_size'",
    ),
    (
        "def echo(thing, body):\n    pass\n",
        {
            "parameters": [parameter("body", "query", STRING)],
            "requestBody": body("application/json", {}),
        },
        "query parameter 'body' and the body would both be the argument 'body'",
    ),
    (
        "def echo(thing):\n    pass\n",
        {"requestBody": body(MULTIPART, {"type": "object", "properties": {"thing": FILE}})},
        "path parameter 'thing' and the file 'thing' of the body would both be the argument 'thin",
    ),
    (
        "def echo(thing, body):\n    pass\n",
        {"requestBody": body(MULTIPART, {"type": "object", "properties": {"body": FILE}})},
        "the body and the file 'body' of the body would both be the argument 'body'",
    ),
    (
        "def echo(thing, user=None):\n    pass\n",
        {"requestBody": {"x-body-name": "user", **body("application/json", {})}},
        "the caller and the body would both be the argument 'user'",
    ),
]


@pytest.mark.parametrize(("function", "more", "reason"), BOTH)
def test_an_argument_has_one_source(
    service: Service, function: str, more: Json, reason: str
) -> None:
    parameters = more.get("parameters", [])
    if function != ECHO or "user" not in reason:
        parameters = [*parameters, parameter("thing", "path", STRING, required=True)]
    path = "/{thing}" if len(parameters) > len(more.get("parameters", [])) else "/"
    with pytest.raises(DocumentError) as error:
        openapi(service, function, path, **{**more, "parameters": parameters})
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("user", "the caller and the field 'user' of the body would both be the argument 'user'"),
        ("id", "path parameter 'id' and the field 'id' of the body would both be the argument 'id"),
    ],
)
def test_a_field_of_swagger_has_a_name_of_its_own(service: Service, name: str, reason: str) -> None:
    place = {"name": "id", "in": "path", "type": "string", "required": True}
    function = "def echo(id, user):\n    pass\n"
    with pytest.raises(DocumentError) as error:
        swagger(service, function, place, field(name, required=True), path="/{id}")
    assert reason in str(error.value)


def test_what_the_function_does_not_take_may_have_any_name(service: Service) -> None:
    both = [parameter("id", "path", STRING, required=True), parameter("id", "query", STRING)]
    client = openapi(service, "def echo():\n    return 'it'\n", "/{id}", parameters=both)
    assert client.post("/a?id=b", headers=MALLORY).get_json() == "it"


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        ("petId", "petId"),
        ("pet_id", "petId"),
        ("id", "id"),
        ("id_", "id"),
        ("filter", "$filter"),
        ("filter_", "filter"),
        ("XTrace", "X-Trace"),
        ("class_", "class"),
    ],
)
def test_names_as_in_the_document_or_in_snake_case(
    service: Service, signature: str, name: str
) -> None:
    function = f"def echo({signature}):\n    return {signature}\n"
    declared = [parameter(name, "query", STRING, required=True)]
    client = openapi(service, function, parameters=declared)
    response = client.post("/", query_string={name: "1"}, headers=MALLORY)
    assert response.get_json() == "1"


def test_a_form_of_swagger_is_checked_as_the_document_says(service: Service) -> None:
    fields = [
        field("size", enum=["s", "m"]),
        field("count", "integer", maximum=5),
        field("name", pattern="^[a-z]+$", maxLength=3),
        field("tags", "array", items={"type": "integer"}, collectionFormat="pipes"),
    ]
    client = swagger(service, ECHO, *fields)

    def post(**data: str) -> Json:
        response = client.post("/", data=data, headers=MALLORY)
        return problem(response) if response.status_code == 400 else response.get_json()

    assert post(size="l")["detail"] == "body/size: 'l' is not one of ['s', 'm']"
    assert post(count="6")["errors"][0]["pointer"] == "#/count"
    assert post(name="A")["errors"][0]["pointer"] == "#/name"
    assert post(name="abcd")["errors"][0]["pointer"] == "#/name"
    assert post(tags="1|2", size="s")["tags"] == "[1, 2]"


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (
            "def echo(title):\n    pass\n",
            "the argument 'title' of shop.api.echo is not given in every request "
            "(the field 'title' of the body may be missing): describe it as required, or",
        ),
        (
            "def echo(title=None, /):\n    pass\n",
            "the argument 'title' of shop.api.echo is positional only: remove the slash",
        ),
        (
            "async def echo(title=None):\n    yield title\n",
            "shop.api.echo is an async generator, which cannot be served: return a list",
        ),
    ],
)
def test_a_function_that_cannot_be_called(service: Service, function: str, reason: str) -> None:
    with pytest.raises(DocumentError) as error:
        swagger(service, function, field("title"))
    assert reason in str(error.value)


EITHER: Json = {
    "required": True,
    "content": {
        "application/json": {"schema": {}},
        MULTIPART: {
            "schema": {"type": "object", "properties": {"picture": FILE}, "required": ["picture"]}
        },
    },
}


def test_an_argument_that_only_some_bodies_give_is_not_always_given(service: Service) -> None:
    with pytest.raises(DocumentError, match="the file 'picture' of the body may be missing"):
        openapi(service, "def echo(body, picture):\n    pass\n", requestBody=EITHER)


def test_an_argument_that_only_some_bodies_give(service: Service) -> None:
    function = "def echo(body, picture=None):\n    return [body, picture and picture.filename]\n"
    client = openapi(service, function, requestBody=EITHER)
    assert client.post("/", json=[1], headers=MALLORY).get_json() == [[1], None]
    data = {"picture": (BytesIO(b"x"), "a.png")}
    response = client.post("/", data=data, headers=MALLORY, content_type=MULTIPART)
    assert response.get_json() == [{}, "a.png"]


def test_an_optional_body_leaves_an_argument_its_default(service: Service) -> None:
    optional: Json = {"content": {"application/json": {"schema": {}}}}
    client = openapi(service, "def echo(body='it'):\n    return body\n", requestBody=optional)
    assert client.post("/", headers=MALLORY).get_json() == "it"
    assert client.post("/", headers=MALLORY, json=1).get_json() == 1


def test_a_form_that_is_not_there_is_empty(service: Service) -> None:
    form = {"type": "object", "properties": {"picture": FILE}, "required": ["picture"]}
    optional: Json = {"content": {MULTIPART: {"schema": form}}}
    function = "def echo(body, picture):\n    return picture.filename\n"
    client = openapi(service, function, requestBody=optional)
    response = client.post("/", headers=MALLORY)
    assert response.status_code == 400
    assert problem(response)["detail"] == "body: 'picture' is a required property"
    data = {"picture": (BytesIO(b"x"), "a.png")}
    response = client.post("/", data=data, headers=MALLORY, content_type=MULTIPART)
    assert response.get_json() == "a.png"


def test_credentials_are_looked_at_first(service: Service) -> None:
    size = parameter("size", "query", {"type": "integer"}, required=True)
    post: Json = {
        "parameters": [size],
        "requestBody": body("application/json", {"type": "integer"}),
    }
    client = openapi(service, "def echo(size, body):\n    pass\n", **post)
    for data, kind in (("[", "application/json"), ("x", "text/plain"), ("1", "application/json")):
        response = client.post("/?size=x", data=data, content_type=kind)
        assert response.status_code == 401, problem(response)
    assert client.post("/", headers={"Accept": "image/png"}).status_code == 401


def test_keyword_arguments_have_the_names_of_the_document(service: Service) -> None:
    """As in connexion, and not the Pythonic names that an argument of its own may have."""
    names = ["petId", "id", "X-Size", "filter[a]", "pet.name"]
    parameters = [parameter(name, "query", STRING) for name in names]
    client = openapi(service, KEYS, parameters=parameters, requestBody=body("application/json", {}))
    query = dict.fromkeys(names, "1")
    response = client.post("/", query_string=query, headers=MALLORY, json={})
    given = ["XSize", "body", "filter_a", "id", "petId", "petname", "token_info", "user"]
    assert response.json == given
