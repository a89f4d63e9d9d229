"""Values that would cost too much to check, because their schemas look at each part so often."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common.api import DocumentError, looks
from flask.testing import FlaskClient
from shop_api import Json, body, operation, parameter, problem, serve

Service = Callable[..., Path]

JSON = "application/json"
TOO_MANY = "body: it has too many parts to be checked: send fewer at once"
ECHO = "def echo(body):\n    return len(body)\n"


def array(items: Any) -> Json:
    return {"type": "array", "items": items}


def posting(service: Service, schema: Json, **more: Any) -> FlaskClient:
    post = operation("echo", requestBody=body(JSON, schema))
    return serve(service, ECHO, {"/": {"post": post}}, **more).test_client()


NUMBERS = [{"type": "integer", "minimum": number, "maximum": number} for number in range(50)]
OBJECTS = [{"a": number} for number in range(500)]
NAMES = {f"p{number}": ["q"] for number in range(500)}
# A schema of items, an item, the smallest number of items that is too large.
WIDE: list[tuple[Any, Any, int]] = [
    ({"oneOf": NUMBERS}, 9, 160_000),
    ({"anyOf": NUMBERS}, 9, 160_000),
    ({"allOf": [{"oneOf": NUMBERS}, {}]}, 9, 156_863),
    ({"if": {"oneOf": NUMBERS}, "then": {"type": "integer"}}, 9, 156_863),
    ({"enum": OBJECTS}, {"a": 499}, 800),
    ({"enum": [[it] for it in range(50)] + ["a"]}, [1], 8_000),
    ({"dependentRequired": NAMES}, {}, 16_000),
    ({"oneOf": [{"multipleOf": it / 8} for it in (1, 3, 5, 7)]}, 0.5, 20_000),
    ({"multipleOf": 0.01}, 1, 80_000),
    ({"multipleOf": 1e-100}, 1, 44_199),
    ({"multipleOf": 1e-300}, 1, 9_651),
    ({"multipleOf": 1}, 1e300, 84_211),
    ({"allOf": [{"multipleOf": 1}, {"multipleOf": 5.0}]}, 1e300, 42_106),
    ({"anyOf": [{"const": {"a": it}} for it in range(50)]}, {"a": 49}, 8_000),
    ({"patternProperties": {f"^x{it}": {} for it in range(50)}}, {"a": 1}, 26_667),
    ({"dependentSchemas": {"a": {"oneOf": NUMBERS}}}, 9, 160_000),
    ({"contains": {"oneOf": NUMBERS}, "maxContains": 2}, [9], 80_000),
]


@pytest.mark.parametrize("case", range(len(WIDE)))
def test_a_value_with_too_many_parts(service: Service, case: int) -> None:
    items, item, count = WIDE[case]
    client = posting(service, array(items), openapi="3.1.0")
    assert client.post("/", json=[item] * 10).get_json() == 10
    assert client.post("/", json=[item] * (count - 1)).get_json() == count - 1
    response = client.post("/", json=[item] * count)
    assert response.status_code == 400
    assert problem(response)["detail"] == TOO_MANY


@pytest.mark.parametrize(("number", "count"), [(1e300, 9_639), (-1e300, 9_639), (10**3000, 105)])
def test_numbers_that_are_slow_to_divide(service: Service, number: float, count: int) -> None:
    """1 MB of 1e300 took 3 s."""
    client = posting(service, array({"anyOf": [{"multipleOf": 0.25}, {"type": "number"}]}))
    assert client.post("/", json=[number] * (count - 1)).get_json() == count - 1
    response = client.post("/", json=[number] * count)
    assert problem(response)["detail"] == TOO_MANY


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ([], 0),
        ({}, 0),
        ([[]], 1),
        ([{}, []], 2),
        ([1, [2, [3]], {"a": {}, "b": [None, True]}], 10),
        (["[,]", "{,}", "\\", '",[', '\\\\"', "", "\u2028"], 7),
        ({"a,b": "c", '"': ["d"], "[": [[]]}, 5),
        ([9**99, -1.5, "x" * 9], 3),
    ],
)
def test_the_parts_of_a_value(value: Any, parts: int) -> None:
    root = {"properties": {"s": {"oneOf": NUMBERS}}}
    assert looks.Looks(root, is_recursive=False).cost("s", value) == 50 * parts


def test_numbers_that_are_not_slow_to_divide(service: Service) -> None:
    client = posting(service, array({"type": "number", "multipleOf": 0.25}))
    assert client.post("/", json=[10**29, 1e30, 0, 0.25] * 10_000).get_json() == 40_000
    assert client.post("/", json=[1e-300, "1e300", "9" * 31] * 9).status_code == 400  # no number
    client = posting(service, array({"type": "number", "multipleOf": 5}))
    assert client.post("/", json=[5e300] * 12_000).get_json() == 12_000


@pytest.mark.parametrize(
    "items",
    [
        {"type": "integer"},
        {"enum": [*map(str, range(500)), 1, None]},
        {"multipleOf": 5},
        {"multipleOf": 5.0},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"oneOf": NUMBERS[: looks.FEW]},
    ],
)
def test_usual_schemas_take_all_that_fits(service: Service, items: Json) -> None:
    more = {"openapi": "3.1.0", "config": {"API_MAX_BODY": 2**21}}
    client = posting(service, array({**items, "maxLength": 5}), **more)
    ones = [1] * 600_000 if items.get("multipleOf") is None else [5] * 600_000
    assert client.post("/", json=ones).get_json() == len(ones)


def test_each_operation_has_its_own_limit(service: Service) -> None:
    wide = operation("echo", requestBody=body(JSON, array({"enum": OBJECTS})))
    narrow = operation("count", requestBody=body(JSON, array({"type": "integer"})))
    functions = ECHO + ECHO.replace("echo", "count")
    client = serve(
        service, functions, {"/wide": {"post": wide}, "/": {"post": narrow}}
    ).test_client()
    assert client.post("/", json=[1] * 100_000).get_json() == 100_000
    assert client.post("/wide", json=OBJECTS[:1] * 100_000).status_code == 400


def test_a_response_may_have_any_number_of_parts(service: Service) -> None:
    content = {JSON: {"schema": array({"enum": OBJECTS[:50]})}}
    get = operation("many") | {"responses": {"200": {"description": "", "content": content}}}
    functions = "def many():\n    return [{'a': 49}] * 9000\n"
    client = serve(service, functions, {"/": {"get": get}}).test_client()
    assert len(client.get("/").get_json()) == 9000


def test_a_schema_that_is_a_part_of_itself(service: Service) -> None:
    again = {"$ref": "#/components/schemas/T"}
    named = {"type": "object", "additionalProperties": again}
    components = {"schemas": {"T": {"oneOf": [{"type": "integer"}, array(again), named]}}}
    client = posting(service, again, openapi="3.1.0", components=components)
    nested: Any = []
    for _ in range(49):
        nested = [nested]
    assert client.post("/", json=[nested] * 6_666).get_json() == 6_666
    response = client.post("/", json=[nested] * 6_667)
    assert (response.status_code, problem(response)["detail"]) == (400, TOO_MANY)
    assert client.post("/", json=[1] * 300_000).get_json() == 300_000


def test_a_wide_schema_behind_references(service: Service) -> None:
    tree = {"oneOf": [*NUMBERS, {"type": "array", "items": {"$ref": "#/components/schemas/T"}}]}
    schema = {"$ref": "#/components/schemas/T"}
    client = posting(service, schema, openapi="3.1.0", components={"schemas": {"T": tree}})
    assert client.post("/", json=[[9], [9]]).get_json() == 2
    assert client.post("/", json=[[9]] * 77_000).get_json() == 77_000
    response = client.post("/", json=[[9]] * 79_000)
    assert "it has too many parts to be checked" in problem(response)["detail"]


def test_a_schema_that_no_value_should_meet(service: Service) -> None:
    texts = [{"const": str(number)} for number in range(8001)]
    with pytest.raises(DocumentError) as error:
        posting(service, array({"oneOf": texts}), openapi="3.1.0")
    assert (
        "a schema looks at each part of a value 8,001 times, and 8,000 times are possible: "
        "compose it of fewer schemas"
    ) in str(error.value)
    assert "#/paths/~1/post" in str(error.value)
    posting(service, array({"oneOf": texts[1:]}), openapi="3.1.0")


@pytest.mark.parametrize("place", ["body", "parameter", "response"])
@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_a_schema_that_doubles(service: Service, version: str, place: str) -> None:
    schemas: Json = {"S0": {"type": "object", "properties": {"a": {"type": "integer"}}}}
    for number in range(20):
        below = {"$ref": f"#/components/schemas/S{number}"}
        schemas[f"S{number + 1}"] = {"allOf": [below, below]}
    top = {"$ref": "#/components/schemas/S20"}
    content = {"description": "", "content": {JSON: {"schema": top}}}
    more: dict[str, Json] = {
        "body": {"requestBody": body(JSON, top)},
        "parameter": {"parameters": [parameter("a", "query", top)]},
        "response": {"responses": {"200": content}},
    }
    post = {**operation("echo"), **more[place]}
    with pytest.raises(DocumentError) as error:
        serve(
            service,
            "def echo(body=None, a=None):\n    pass\n",
            {"/": {"post": post}},
            openapi=version,
            components={"schemas": schemas},
        )
    assert "compose it of fewer" in str(error.value)
    assert "/paths/~1/post" in str(error.value)


def test_the_error_of_a_large_value_copies_none_of_it(service: Service) -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    client = posting(service, schema)
    assert problem(client.post("/", json=[*range(9_000), 0]))["detail"] == (
        "body: it has the same item more than once"
    )
    response = client.post("/", json=[*range(30_000), 0])
    assert problem(response)["detail"] == "body: it is not what the document says"
    response = client.post("/", json=[*range(29_500), 29_499])
    assert problem(response)["detail"] == "body: it has the same item more than once"
