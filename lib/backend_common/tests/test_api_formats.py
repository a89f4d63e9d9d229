"""The formats of OpenAPI and of JSON Schema, in requests and in responses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from shop_api import Json, operation, parameter, problem, serve

Service = Callable[..., Path]

UUID = "123e4567-e89b-12d3-a456-426614174000"
TEXTS: dict[str, tuple[list[str], list[str]]] = {
    "byte": (["", "YQ==", "YWJj"], ["YQ=", "Y Q=", "YQ==\n", "?"]),
    "date": (["2024-02-29"], ["2023-02-29", "2024-2-1", "2024-01-01T00:00:00Z", "x", ""]),
    "date-time": (
        ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00.123+02:00"],
        ["2024-01-31", "2024-01-31T10:00:00", "2024-01-31T25:00:00Z", "2024-02-30T10:00:00Z"],
    ),
    "duration": (["P1D", "PT1H30M", "P2W"], ["P", "1D", "PT", "P1H"]),
    "email": (["a@example.org"], ["a", "a@", "@b", "a b@c"]),
    "hostname": (["a.example", "a-b"], ["-a", "a_b", "a..b", "a" * 64, "a b"]),
    "idn-email": (["ä@example.org"], ["ä", "@"]),
    "idn-hostname": (["bücher.example"], ["-bücher", "a b"]),
    "ipv4": (["127.0.0.1"], ["127.0.0", "127.0.0.256", "127.0.0.01", "::1"]),
    "ipv6": (["::1", "2001:db8::"], ["1", "::g", "127.0.0.1"]),
    "iri": (["https://bücher.example/ä"], ["bücher", "http://a b"]),
    "iri-reference": (["/ä"], ["\\\\a"]),
    "json-pointer": (["", "/a/0"], ["a", "/~2"]),
    "regex": (["^a+$"], ["(", "[a"]),
    "relative-json-pointer": (["0", "1/a"], ["/a", "-1"]),
    "time": (["10:00:00Z", "10:00:00+02:00"], ["10:00", "10:00:00", "25:00:00Z"]),
    "uri": (["https://example.org/a", "urn:a:b"], ["/a", "a", "http://a b"]),
    "uri-reference": (["/a", "https://example.org"], ["a b", "\\\\a"]),
    "uri-template": (["/a/{id}"], ["/{id", "/{i d}"]),
    "uuid": ([UUID, UUID.upper()], [UUID[1:], UUID.replace("-", ""), "x"]),
    "password": (["anything"], []),
    "binary": (["anything"], []),
    "phone": (["anything"], []),  # of nobody's
}
NUMBERS: dict[str, tuple[list[Any], list[Any]]] = {
    "int32": ([0, 2**31 - 1, -(2**31)], [2**31, -(2**31) - 1]),
    "int64": ([0, 2**63 - 1, -(2**63)], [2**63, -(2**63) - 1, 10**40]),
    "uint8": ([0, 255], [-1, 256]),
    "float": ([0, 3.4e38, 1.5], [3.5e38, -1e39]),
    "double": ([0, 1e308], []),
}
VERSIONS = ["3.0.3", "3.1.0", "2.0"]


def reading(service: Service, schema: Json, version: str) -> FlaskClient:
    """A client of a function that gets a value in the query, and one that answers with it."""
    functions = (
        "def echo(value):\n    return {'value': value}\n\n"
        "def answer(value):\n    import json\n    return json.loads(value)\n"
    )
    place = {"name": "value", "in": "query"}
    given = parameter("value", "query", schema) if version != "2.0" else {**place, **schema}
    text = {"type": "string"}
    asked = parameter("value", "query", text) if version != "2.0" else {**place, **text}
    response: Json = {"description": "It.", "content": {"application/json": {"schema": schema}}}
    if version == "2.0":
        response = {"description": "It.", "schema": schema}
    answer = operation("answer", parameters=[{**asked, "required": True}])
    answer["responses"] = {"200": response}
    paths = {
        "/echo": {"get": operation("echo", parameters=[{**given, "required": True}])},
        "/answer": {"get": answer},
    }
    document: Json = {"swagger": "2.0"} if version == "2.0" else {"openapi": version}
    return serve(service, functions, paths, **document).test_client()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", TEXTS)
def test_formats_of_text(service: Service, name: str, version: str) -> None:
    client = reading(service, {"type": "string", "format": name}, version)
    good, bad = TEXTS[name]
    for text in good:
        assert client.get("/echo", query_string={"value": text}).get_json() == {"value": text}
    for text in bad:
        response = client.get("/echo", query_string={"value": text})
        expected = f"query parameter 'value': {text!r} is not a {name!r}"
        assert problem(response)["detail"][:50] == expected[:50]
        assert response.status_code == 400


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NUMBERS)
def test_formats_of_numbers(service: Service, name: str, version: str) -> None:
    kind = "integer" if "int" in name else "number"
    client = reading(service, {"type": kind, "format": name}, version)
    good, bad = NUMBERS[name]
    for path, status in (("/echo", 400), ("/answer", 500)):
        for number in good:
            assert client.get(path, query_string={"value": repr(number)}).status_code == 200
        for number in bad:
            response = client.get(path, query_string={"value": repr(number)})
            assert response.status_code == status
            assert "than the m" in problem(response)["detail"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["date", "uuid", "byte", "date-time"])
def test_formats_of_responses(service: Service, name: str, version: str) -> None:
    client = reading(service, {"type": "string", "format": name}, version)
    assert (
        client.get("/answer", query_string={"value": f'"{TEXTS[name][0][0]}"'}).status_code == 200
    )
    response = client.get("/answer", query_string={"value": '"x"'})
    assert f"body: 'x' is not a '{name}'" in problem(response)["detail"]


@pytest.mark.parametrize("version", ["3.0.3", "2.0"])
def test_a_closer_bound_stays(service: Service, version: str) -> None:
    schema = {"type": "integer", "format": "int32", "minimum": 3, "exclusiveMinimum": True}
    client = reading(service, schema, version)
    assert client.get("/echo?value=4").status_code == 200
    assert client.get("/echo?value=3").status_code == 400
    assert client.get(f"/echo?value={2**31}").status_code == 400
