"""Schemas in any form: types, files, defaults and directions follow the composition."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from backend_common.api import DocumentError
from flask.testing import FlaskClient
from shop_api import Json, body, operation, parameter, problem, serve

Service = Callable[..., Path]

ECHO = "def echo(value='missing'):\n    return {'value': value}\n"
BODY = "def echo(body):\n    return {'value': body}\n"
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
VERSIONS = ["3.0.3", "3.1.0"]

SCHEMAS: Json = {
    "Count": {"type": "integer", "minimum": 1},
    "Alias": {"$ref": "#/components/schemas/Count"},
    "Color": {"type": "string", "enum": ["red", "5"]},
    "Point": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
    "Named": {"type": "object", "properties": {"name": {"type": "string", "default": "none"}}},
    "File": {"type": "string", "format": "binary"},
    "Tree": {
        "type": "object",
        "properties": {
            "size": {"type": "integer", "default": 1},
            "tree": {"$ref": "#/components/schemas/Tree"},
        },
    },
}
COUNT, ALIAS, COLOR, POINT, NAMED, FILE, TREE = (
    {"$ref": f"#/components/schemas/{name}"} for name in SCHEMAS
)
INTEGER, BOOLEAN, NUMBER, TEXT = ({"type": it} for it in ("integer", "boolean", "number", "string"))
COMMON: list[tuple[Json, str, Any]] = [
    # schema, text, value; None of them for a value that is refused
    ({"allOf": [COUNT]}, "5", 5),
    ({"allOf": [ALIAS, {"maximum": 9}]}, "5", 5),
    ({"allOf": [{"allOf": [COUNT]}], "description": "It."}, "5", 5),
    ({"anyOf": [INTEGER, BOOLEAN]}, "true", True),
    ({"anyOf": [INTEGER, BOOLEAN]}, "7", 7),
    ({"oneOf": [COUNT, COLOR]}, "5", None),  # both 5 and "5" are possible, 5 is tried first
    ({"oneOf": [COUNT, COLOR]}, "red", "red"),
    ({"oneOf": [COUNT, COLOR]}, "7", 7),
    ({"anyOf": [{"type": "integer", "maximum": 3}, TEXT]}, "5", "5"),
    ({"anyOf": [INTEGER, NUMBER]}, "1.5", 1.5),
    ({"enum": [1, 2, "x"]}, "2", 2),
    ({"enum": [1, 2, "x"]}, "x", "x"),
    ({"enum": [True, 1.5]}, "true", True),
    ({"enum": [True, 1.5]}, "1.5", 1.5),
    ({"anyOf": [{"enum": [1]}, {"enum": ["b"]}]}, "1", 1),
    ({"allOf": [{}, {"anyOf": [INTEGER]}]}, "5", 5),
    ({"minimum": 3}, "5", "5"),  # any type: text stays text
    ({"allOf": [NUMBER, INTEGER]}, "5", 5),
]
NEWER: list[tuple[Json, str, Any]] = [
    ({"anyOf": [INTEGER, {"type": "null"}]}, "5", 5),
    ({"anyOf": [INTEGER, {"type": "null"}]}, "null", None),
    ({"anyOf": [TEXT, {"type": "null"}]}, "null", "null"),
    ({"type": ["string", "null"]}, "null", "null"),
    ({"anyOf": [COUNT, {"type": "null"}], "default": 3}, "5", 5),
    ({"const": 5}, "5", 5),
    ({"const": "5"}, "5", "5"),
    ({"oneOf": [{"const": 1, "title": "ONE"}, {"const": 2, "title": "TWO"}]}, "2", 2),
    ({**ALIAS, "maximum": 9}, "5", 5),
    ({"type": ["integer", "string"], "maxLength": 1}, "ab", None),
]
REFUSED = object()


def reading(
    service: Service, schema: Json, version: str = "3.0.3", place: str = "query", **more: Any
) -> FlaskClient:
    path = "/{value}" if place == "path" else "/"
    required = {"required": True} if place == "path" else {}
    parameters = [parameter("value", place, schema, **required, **more)]
    paths = {path: {"get": operation("echo", parameters=parameters)}}
    components = {"schemas": SCHEMAS}
    app = serve(service, ECHO, paths, openapi=version, components=components)
    return app.test_client(use_cookies=False)


def posting(
    service: Service, functions: str, content: Json, version: str = "3.0.3", **schemas: Json
) -> FlaskClient:
    paths = {"/": {"post": operation("echo", requestBody=content)}}
    components = {"schemas": {**SCHEMAS, **schemas}}
    return serve(service, functions, paths, openapi=version, components=components).test_client()


def sent(client: FlaskClient, place: str, text: str) -> Any:
    """The value that a function got, or REFUSED."""
    response = {
        "query": lambda: client.get(f"/?value={quote(text)}"),
        "path": lambda: client.get(f"/{quote(text)}"),
        "header": lambda: client.get("/", headers={"value": text}),
        "cookie": lambda: client.get("/", headers={"Cookie": f"value={text}"}),
    }[place]()
    if response.status_code == 400:
        return REFUSED
    return response.get_json()["value"]


def status(client: FlaskClient, value: Any) -> int:
    """The status of the answer to a body."""
    return client.post("/", data=json.dumps(value), content_type="application/json").status_code


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("schema", "text", "value"), COMMON)
def test_types_follow_the_composition(
    service: Service, version: str, schema: Json, text: str, value: Any
) -> None:
    found = sent(reading(service, schema, version), "query", text)
    assert (found, type(found)) == (value, type(value)) or (value is None and found in (5, REFUSED))


@pytest.mark.parametrize(("schema", "text", "value"), NEWER)
def test_types_follow_the_composition_of_openapi_3_1(
    service: Service, schema: Json, text: str, value: Any
) -> None:
    found = sent(reading(service, schema, "3.1.0"), "query", text)
    if (text, value) == ("ab", None):
        assert found is REFUSED
    else:
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("place", ["path", "header", "cookie"])
@pytest.mark.parametrize("schema", [{"allOf": [ALIAS]}, {"anyOf": [COUNT, BOOLEAN]}, {"enum": [5]}])
def test_types_in_every_place(service: Service, place: str, schema: Json) -> None:
    client = reading(service, schema, "3.1.0", place)
    # A function must name what it wants of headers and cookies: value is named.
    assert sent(client, place, "5") == 5
    assert sent(client, place, "x") is REFUSED


@pytest.mark.parametrize(
    ("schema", "more", "asked"),
    [
        ({"type": "array", "items": {"allOf": [COUNT]}}, {}, ("value=1&value=2", [1, 2])),
        ({"allOf": [{"type": "array"}, {"items": COUNT}]}, {}, ("value=1&value=2", [1, 2])),
        ({"allOf": [{"type": "array", "items": COUNT}]}, {"explode": False}, ("value=1,2", [1, 2])),
        (
            {"type": "array", "items": {"anyOf": [INTEGER, BOOLEAN]}},
            {"style": "pipeDelimited", "explode": False},
            ("value=1|true", [1, True]),
        ),
        ({"anyOf": [{"type": "array", "items": INTEGER}, INTEGER]}, {}, ("value=1", 1)),
        (
            {"anyOf": [{"type": "array", "items": INTEGER}, INTEGER]},
            {},
            ("value=1&value=2", [1, 2]),
        ),
        ({"anyOf": [{"type": "array", "items": TEXT}, {"maximum": 1}]}, {}, ("value=a", "a")),
        ({"allOf": [POINT, NAMED]}, {}, ("x=1&name=a", {"x": 1, "name": "a"})),
        ({"anyOf": [POINT, NAMED]}, {"style": "deepObject"}, ("value[x]=1", {"x": 1})),
        (
            {"type": "object", "additionalProperties": INTEGER},
            {"style": "deepObject"},
            ("value[a]=1&value[b]=2", {"a": 1, "b": 2}),
        ),
        (
            {"type": "object", "properties": {"of": {"type": "array", "items": INTEGER}}},
            {"style": "deepObject"},
            ("value[of]=1&value[of]=2", {"of": [1, 2]}),
        ),
        (
            {"type": "object", "properties": {"of": {"type": "array", "items": INTEGER}}},
            {"style": "deepObject"},
            ("value[of][]=1&value[of][]=2", {"of": [1, 2]}),
        ),
        (
            {"type": "object", "properties": {"of": {"type": "array", "items": POINT}}},
            {"style": "deepObject"},
            (
                "value[of][1][x]=2&value[of][0][x]=1&value[of][10][x]=3",
                {"of": [{"x": 1}, {"x": 2}, {"x": 3}]},
            ),
        ),
        (TREE, {"style": "deepObject"}, ("value[tree][size]=3", {"size": 1, "tree": {"size": 3}})),
        (
            {"allOf": [NAMED, POINT]},
            {"style": "deepObject"},
            ("value[x]=1", {"x": 1, "name": "none"}),
        ),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_arrays_and_objects(
    service: Service, version: str, schema: Json, more: Json, asked: tuple[str, Any]
) -> None:
    query, value = asked
    response = reading(service, schema, version, **more).get(f"/?{query}")
    assert response.get_json() == {"value": value}


def test_prefix_items(service: Service) -> None:
    schema = {"type": "array", "prefixItems": [INTEGER, TEXT], "items": BOOLEAN}
    client = reading(service, schema, "3.1.0", explode=False)
    assert client.get("/?value=1,2,true").get_json() == {"value": [1, "2", True]}


def test_nesting_in_the_query_is_bounded(service: Service) -> None:
    client = reading(service, {"type": "object"}, style="deepObject")
    response = client.get("/?value" + "[a]" * 101 + "=1")
    assert problem(response) == {"detail": "query parameter 'value': it is nested too deeply"}
    assert client.get("/?value" + "[a]" * 99 + "=1").status_code == 200


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("media_type", [MULTIPART, URLENCODED])
def test_forms(service: Service, version: str, media_type: str) -> None:
    either = {"anyOf": [COUNT, BOOLEAN]}
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Named"},
            {"type": "object", "properties": {"count": {"allOf": [ALIAS]}, "either": either}},
        ],
        "required": ["count"],
    }
    client = posting(service, BODY, body(media_type, schema), version)
    data = {"count": "3", "either": "true"}
    response = client.post("/", data=data, content_type=media_type)
    assert response.get_json() == {"value": {"count": 3, "either": True, "name": "none"}}
    response = client.post("/", data={"count": "0"}, content_type=media_type)
    assert problem(response)["errors"] == [
        {"detail": "0 is less than the minimum of 1", "pointer": "#/count"}
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "file",
    [{"allOf": [FILE]}, {"allOf": [{"description": "It."}, FILE]}, {"oneOf": [FILE]}, {**FILE}],
)
def test_files(service: Service, version: str, file: Json) -> None:
    functions = "def echo(body, one, many):\n    return [one.filename, len(many)]\n"
    properties = {"one": file, "many": {"type": "array", "items": file}}
    schema = {"allOf": [{"properties": properties}, {"required": ["one", "many"]}]}
    client = posting(service, functions, body(MULTIPART, schema), version)
    data = {"one": (BytesIO(b"1"), "a"), "many": [(BytesIO(b"1"), "b"), (BytesIO(b"2"), "c")]}
    assert client.post("/", data=data, content_type=MULTIPART).get_json() == ["a", 2]


FORM: Json = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "default": "none"},
        "inner": {"type": "object", "properties": {"deep": {"type": "integer", "default": 5}}},
        "made": {"allOf": [TREE], "default": {"tree": {}}},
    },
}


@pytest.mark.parametrize("version", VERSIONS)
def test_defaults_of_forms(service: Service, version: str) -> None:
    client = posting(service, BODY, {"content": {URLENCODED: {"schema": FORM}}}, version)
    expected = {"note": "none", "made": {"size": 1, "tree": {"size": 1}}}
    assert client.post("/").get_json() == {"value": expected}
    assert client.post("/", content_type=URLENCODED).get_json() == {"value": expected}
    response = client.post("/", data={"inner": "{}", "note": "a"})
    assert response.get_json() == {"value": {**expected, "note": "a", "inner": {"deep": 5}}}


def test_a_form_of_swagger_with_defaults(service: Service) -> None:
    functions = "def echo(note):\n    return {'value': note}\n"
    field = {"name": "note", "in": "formData", "type": "string", "default": "none"}
    post = operation("echo", parameters=[field], consumes=[URLENCODED])
    client = serve(service, functions, {"/": {"post": post}}, swagger="2.0").test_client()
    assert client.post("/").get_json() == {"value": "none"}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"allOf": [{"type": "integer", "default": 3}]}, 3),
        ({"allOf": [{"type": "integer", "default": 3}], "default": 4}, 4),
        ({"anyOf": [INTEGER, BOOLEAN], "default": False}, False),
        # What a branch says is not said of every value.
        ({"anyOf": [{"type": "integer", "default": 3}, BOOLEAN]}, "missing"),
    ],
)
def test_defaults_of_parameters(service: Service, schema: Json, value: Any) -> None:
    assert reading(service, schema).get("/").get_json() == {"value": value}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_default_that_is_not_valid(service: Service, version: str) -> None:
    inner = {"type": "object", "properties": {"a": {"type": "integer", "default": "x"}}}
    with pytest.raises(DocumentError) as error:
        posting(service, BODY, body("application/json", {"allOf": [inner]}), version)
    place = "#/paths/~1/post/requestBody/content/application~1json/schema/allOf/0/properties/a"
    assert f"'x' is not of type 'integer' (at {place}" in str(error.value)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_default_that_its_branches_do_not_allow(service: Service, version: str) -> None:
    schema = {"anyOf": [INTEGER, BOOLEAN], "default": "x"}
    with pytest.raises(DocumentError, match=r"x' is not .*\(at #/paths/~1/get/parameters/0"):
        reading(service, schema, version)


@pytest.mark.parametrize("version", [*VERSIONS, "2.0"])
@pytest.mark.parametrize("turned", [False, True])
def test_directions_follow_the_composition(service: Service, version: str, turned: bool) -> None:
    """What is required stands in one schema, what is read-only or write-only in another."""
    place = "definitions" if version == "2.0" else "components/schemas"
    ways = {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "key": {"allOf": [{"$ref": f"#/{place}/Secret"}]},
    }
    declared: Json = {"type": "object", "properties": ways}
    required: Json = {"required": ["id", "name", "key"]}
    base, more = (required, declared) if turned else (declared, required)
    schemas = {
        "Secret": {"type": "string", "writeOnly": True},
        "Base": base,
        "Thing": {"allOf": [{"$ref": f"#/{place}/Base"}, more]},
    }
    if version == "2.0":
        del schemas["Secret"]["writeOnly"]
        schemas["Secret"]["x-writeOnly"] = True
        required["required"].remove("key")
    thing = {"$ref": f"#/{place}/Thing"}
    functions = (
        "def echo(body):\n    return {'id': 1, **body}\n\ndef get():\n    return {'id': 1}\n"
    )
    answer: Json = {"description": "It.", "content": {"application/json": {"schema": thing}}}
    given: Json = {"requestBody": body("application/json", thing)}
    document: Json = {"openapi": version, "components": {"schemas": schemas}}
    if version == "2.0":
        answer = {"description": "It.", "schema": thing}
        given = {"parameters": [{"name": "body", "in": "body", "required": True, "schema": thing}]}
        document = {"swagger": version, "definitions": schemas}
    responses = {"responses": {"200": answer}}
    paths = {
        "/": {
            "post": {**operation("echo"), **given, **responses},
            "get": {**operation("get"), **responses},
        }
    }
    client = serve(service, functions, paths, **document).test_client()
    wrong = problem(client.post("/", json={"key": "k"}))
    assert wrong["detail"] == "body: 'name' is a required property"
    assert "'name' is a required" in problem(client.get("/"))["detail"]
    detail = problem(client.post("/", json={"name": "a", "key": "k"}))["detail"]
    assert "body/key: it is write-only, and must not be in a response" in detail
    if version == "2.0":
        assert client.post("/", json={"name": "a"}).get_json() == {"id": 1, "name": "a"}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_read_only_stays_required(service: Service, version: str) -> None:
    # The same schema is used where its property is read-only, and where it is not.
    base = {"type": "object", "required": ["id"], "properties": {"id": INTEGER}}
    schema = {
        "type": "object",
        "properties": {
            "one": {"$ref": "#/components/schemas/Base"},
            "other": {
                "allOf": [
                    {"$ref": "#/components/schemas/Base"},
                    {"properties": {"id": {"type": "integer", "readOnly": True}}},
                ]
            },
        },
    }
    client = posting(service, BODY, body("application/json", schema), version, Base=base)
    assert client.post("/", json={"other": {}}).status_code == 200
    assert problem(client.post("/", json={"one": {}}))["errors"][0]["pointer"] == "#/one"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_discriminator_changes_nothing(service: Service, version: str) -> None:
    cat = {"type": "object", "required": ["kind", "lives"], "properties": {"kind": TEXT}}
    dog = {"type": "object", "required": ["kind", "tricks"], "properties": {"kind": TEXT}}
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
    }
    client = posting(service, BODY, body("application/json", schema), version, Cat=cat, Dog=dog)
    assert client.post("/", json={"kind": "cat", "lives": 9}).status_code == 200
    assert client.post("/", json={"kind": "Dog", "tricks": 1}).status_code == 200
    assert client.post("/", json={"kind": "cat"}).status_code == 400


@pytest.mark.parametrize("word", ["example", "default", "x-form"])
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_no_schema_may_look_like_one(service: Service, version: str, word: str) -> None:
    schema = {"type": "object", word: {"one": {"pattern": "("}, "two": {"properties": 1}}}
    client = posting(service, BODY, body("application/json", schema), version)
    assert status(client, {"one": "("}) == 200
    assert status(client, 1) == 400


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer", "nullable": True}, [1, None], ["x"]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ["a", None], ["b"]),
        ({"type": "integer", "nullable": False}, [1], [None]),
        # Without a type beside it, the word says nothing (OpenAPI 3.0.3, Schema Object).
        ({"allOf": [INTEGER], "nullable": True}, [1], [None]),
        ({"type": "integer"}, [1, -0], [1.0, True, "1", 1.5]),
        ({"type": "number"}, [1, 1.0], [True]),
        ({"minimum": 3, "exclusiveMinimum": True}, [4, 3.1, "x"], [3]),
        ({"type": "number", "multipleOf": 0.01}, [19.99, 0.1, 3], [19.999]),
        ({"type": "integer", "minimum": 2**63}, [2**64, 10**40], [2**62]),
        ({"enum": [1]}, [1], [True, "1"]),
    ],
)
def test_openapi_3_0(service: Service, schema: Json, good: list[Any], bad: list[Any]) -> None:
    client = posting(service, BODY, body("application/json", schema))
    assert [status(client, each) for each in good] == [200] * len(good)
    assert [status(client, each) for each in bad] == [400] * len(bad)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, [1, 1.0], [1.5, True, "1"]),
        ({"const": False}, [False], [0, None]),
        ({"dependentRequired": {"a": ["b"]}}, [{"b": 1}], [{"a": 1}]),
        ({"contains": INTEGER, "minContains": 2}, [[1, 2]], [[1]]),
        ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [{"ab": 1}]),
        (
            {"allOf": [{"properties": {"a": INTEGER}}], "unevaluatedProperties": False},
            [{"a": 1}],
            [{"b": 1}],
        ),
        ({"$ref": "#/components/schemas/Empty", "unevaluatedProperties": False}, [{}], [{"b": 1}]),
        ({"$ref": "#point"}, [{"y": 1}], [{"y": "a"}]),
        ({"$ref": "urn:shop:point"}, [{"y": 1}], [{"y": "a"}]),
        ({"$ref": "urn:shop:point#/properties/y"}, [1], ["a"]),
        (
            {
                "$id": "https://shop.example/a",
                "$defs": {"b": INTEGER},
                "items": {"$ref": "#/$defs/b"},
            },
            [[1]],
            [["a"]],
        ),
        ({"$dynamicRef": "#point"}, [{"y": 1}], [{"y": "a"}]),
        ({"type": "integer", "format": "int32", "exclusiveMinimum": 3}, [4], [3, 2**31]),
    ],
)
def test_openapi_3_1(service: Service, schema: Json, good: list[Any], bad: list[Any]) -> None:
    point = {"properties": {"y": INTEGER}}
    schemas: Json = {
        "Anchored": {"$dynamicAnchor": "point", **point},
        "Named": {"$id": "urn:shop:point", **point},
        "Empty": {},
    }
    client = posting(service, BODY, body("application/json", schema), "3.1.0", **schemas)
    assert [status(client, each) for each in good] == [200] * len(good)
    assert [status(client, each) for each in bad] == [400] * len(bad)


@pytest.mark.parametrize("version", VERSIONS)
def test_recursion_through_every_keyword(service: Service, version: str) -> None:
    node = {"$ref": "#/components/schemas/Node"}
    schema = {
        "type": "object",
        "properties": {"next": {"allOf": [node]}, "value": {"anyOf": [INTEGER, node]}},
        "additionalProperties": {"type": "array", "items": {"oneOf": [TEXT, node]}},
    }
    client = posting(service, BODY, body("application/json", node), version, Node=schema)
    good: Json = {"next": {"value": {"more": ["a", {"value": 1}]}}}
    assert client.post("/", json=good).status_code == 200
    bad: Json = {"next": {"value": {"more": ["a", {"value": "x"}]}}}
    assert problem(client.post("/", json=bad))["errors"] == [
        {"detail": "'x' is not of type 'integer', 'object'", "pointer": "#/next/value/more/1/value"}
    ]


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (1, "body: 1 is not of type 'object', 'array'"),
        ({"pin": 1}, "body/pin: it is not of type 'string'"),
        ({"password": "hunter2"}, "body/password: it is too long"),
        ({"phrase": "hunter2"}, "body/phrase: it is too long"),
        ({"a": "x" * 100}, f"body/a: '{'x' * 49}…' is not of type 'integer'"),
        ({"a": {"b": "secret"}}, "body/a: an object is not of type 'integer'"),
        (["b"], "body/0: 'b' is not of type 'integer'"),
        ({"é" * 500: 1}, None),
    ],
)
def test_errors_are_short_and_have_no_secrets(
    service: Service, value: Any, detail: str | None
) -> None:
    properties = {
        "pin": TEXT,
        "password": {"type": "string", "maxLength": 3},
        "phrase": {"type": "string", "format": "password", "maxLength": 3},
        "a": INTEGER,
    }
    whole = {"type": "object", "properties": properties, "additionalProperties": False}
    schema = {"anyOf": [whole, {"type": "array", "items": INTEGER}]}
    client = posting(service, BODY, body("application/json", schema))
    response = client.post("/", data=json.dumps(value), content_type="application/json")
    assert len(response.data) < 1000
    if detail:
        assert problem(response)["detail"] == detail


def test_a_parameter_that_is_a_secret(service: Service) -> None:
    parameters = [parameter("access_token", "query", {"type": "string", "maxLength": 3})]
    paths = {"/": {"get": operation("echo", parameters=parameters)}}
    client = serve(service, "def echo(**_):\n    pass\n", paths).test_client()
    detail = problem(client.get("/?access_token=hunter2"))["detail"]
    assert detail == "query parameter 'access_token': it is too long"


def test_a_dynamic_anchor_in_two_places(service: Service) -> None:
    schemas = {name: {"$dynamicAnchor": "item"} for name in ("One", "Other")}
    schema = {"$dynamicRef": "#item"}
    with pytest.raises(DocumentError, match=r"#item is in more than one place, .*: use"):
        posting(service, BODY, body("application/json", schema), "3.1.0", **schemas)


@pytest.mark.parametrize("name", ["default", "example", "x-form"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_property_may_have_the_name_of_a_keyword(
    service: Service, version: str, name: str
) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string", "pattern": "^a(?=b)$"}}}
    with pytest.raises(DocumentError, match=f"schema/properties/{name}") as error:
        posting(service, BODY, body("application/json", schema), version)
    assert "; POST / has it (at #/paths/" in str(error.value)


@pytest.mark.parametrize("name", ["default", "example", "enum", "const", "x-form"])
def test_what_a_property_with_the_name_of_a_keyword_refers_to(service: Service, name: str) -> None:
    missing = {"$ref": "#/components/schemas/Missing"}
    schema = {"type": "object", "properties": {name: missing}}
    with pytest.raises(DocumentError, match="Missing leads nowhere"):
        posting(service, BODY, body("application/json", schema), "3.1.0")
    anchored = {"$anchor": "here", "type": "integer"}
    schema = {"type": "object", "properties": {name: anchored, "other": {"$ref": "#here"}}}
    client = posting(service, BODY, body("application/json", schema), "3.1.0")
    assert status(client, {"other": 1}) == 200
    assert status(client, {"other": "text"}) == 400


@pytest.mark.parametrize("name", ["$ref", "$anchor", "$id", "$dynamicRef"])
def test_a_property_that_is_called_like_a_reference(service: Service, name: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "integer"}}}
    client = posting(service, BODY, body("application/json", schema), "3.1.0")
    assert status(client, {name: 1}) == 200
    assert status(client, {name: "text"}) == 400


def test_a_value_that_looks_like_a_reference_stays_as_it_is(service: Service) -> None:
    schema = {"const": {"$ref": "elsewhere.yml"}}
    client = posting(service, BODY, body("application/json", schema), "3.1.0")
    assert status(client, {"$ref": "elsewhere.yml"}) == 200
    assert status(client, {"$ref": "other.yml"}) == 400


def test_a_reference_of_the_default_response(service: Service) -> None:
    missing = {"$ref": "#/components/responses/Missing"}
    paths = {"/": {"get": operation("echo", responses={"default": missing})}}
    with pytest.raises(DocumentError, match="Missing leads nowhere"):
        serve(service, "def echo(): ...\n", paths, openapi="3.1.0")
