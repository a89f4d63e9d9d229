import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from backend_common.api import DocumentError
from flask.testing import FlaskClient
from shop_api import Json, body, operation, problem, serve
from werkzeug.test import EnvironBuilder, run_wsgi_app

Service = Callable[..., Path]

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
FIELDS = {
    "count": {"type": "integer"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "point": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
    "note": {"type": "string", "default": "none"},
}
FORM = {"type": "object", "required": ["count"], "properties": FIELDS}
FILE = {"type": "string", "format": "binary"}
ECHO = "def echo(body):\n    return {'body': body}\n"


def posting(service: Service, functions: str, request_body: Json, **more: Any) -> FlaskClient:
    paths = {"/": {"post": operation("echo", requestBody=request_body)}}
    return serve(service, functions, paths, **more).test_client()


@pytest.mark.parametrize("media_type", [URLENCODED, MULTIPART])
def test_a_form(service: Service, media_type: str) -> None:
    client = posting(service, ECHO, body(media_type, FORM))
    data = {"count": "3", "tags": ["a", "b"], "point": '{"x": 1}', "more": "?"}
    response = client.post("/", data=data, content_type=media_type)
    assert response.get_json()["body"] == {
        "count": 3,
        "tags": ["a", "b"],
        "point": {"x": 1},
        "more": "?",
        "note": "none",
    }


@pytest.mark.parametrize("media_type", [URLENCODED, MULTIPART])
@pytest.mark.parametrize(
    ("data", "pointer", "detail"),
    [
        ({"tags": "a"}, "", "'count' is a required property"),
        ({"count": "x"}, "/count", "'x' is not of type 'integer'"),
        ({"count": "1", "point": '{"x": "?"}'}, "/point/x", "'?' is not of type 'integer'"),
        ({"count": "1", "point": "["}, "/point", "'[' is not of type 'object'"),
    ],
)
def test_a_wrong_form(
    service: Service, media_type: str, data: dict[str, str], pointer: str, detail: str
) -> None:
    client = posting(service, ECHO, body(media_type, FORM))
    response = client.post("/", data=data, content_type=media_type)
    assert response.status_code == 400
    assert problem(response) == {
        "detail": f"body{pointer}: {detail}",
        "errors": [{"detail": detail, "pointer": f"#{pointer}"}],
    }


def test_a_field_in_one_piece(service: Service) -> None:
    encoding = {"tags": {"style": "form", "explode": False}}
    client = posting(service, ECHO, body(URLENCODED, FORM, encoding=encoding))
    response = client.post("/", data={"count": "1", "tags": "a,b"})
    assert response.get_json()["body"]["tags"] == ["a", "b"]


UPLOADS = """
def echo(body, picture, pages=()):
    names = [picture.filename, *[page.filename for page in pages]]
    return {"body": body, "names": names, "picture": picture.read().decode()}
"""


def test_uploads(service: Service) -> None:
    pages = {"type": "array", "maxItems": 2, "items": FILE}
    schema = {
        "type": "object",
        "required": ["picture"],
        "properties": {"picture": FILE, "pages": pages, "count": {"type": "integer"}},
    }
    client = posting(service, UPLOADS, body(MULTIPART, schema))

    def upload(**files: Any) -> Any:
        return client.post("/", data={"count": "1", **files}, content_type=MULTIPART)

    page = [(BytesIO(b"2"), f"{number}.txt") for number in range(3)]
    response = upload(picture=(BytesIO(b"1"), "a.png"), pages=page[:2])
    assert response.get_json() == {
        "body": {"count": 1},
        "names": ["a.png", "0.txt", "1.txt"],
        "picture": "1",
    }
    assert problem(upload())["detail"] == "body: 'picture' is a required property"
    too_many = [(BytesIO(b"2"), f"{number}.txt") for number in range(3)]
    response = upload(picture=(BytesIO(b"1"), "a.png"), pages=too_many)
    assert problem(response)["errors"][0]["pointer"] == "#/pages"
    response = upload(picture=(BytesIO(b"1"), "a.png"), count=(BytesIO(b"1"), "count"))
    detail = "body/count: it was sent as a file, and is not one in the document"
    assert problem(response)["detail"] == detail


def test_forms_of_swagger_come_one_by_one(service: Service) -> None:
    functions = (
        "def echo(count, picture, max_age=0):\n    return [count, picture.filename, max_age]\n"
    )
    parameters = [
        {"name": "count", "in": "formData", "type": "integer", "required": True},
        {"name": "maxAge", "in": "formData", "type": "integer"},
        {"name": "picture", "in": "formData", "type": "file", "required": True},
    ]
    paths = {"/": {"post": operation("echo", parameters=parameters, consumes=[MULTIPART])}}
    client = serve(service, functions, paths, swagger="2.0").test_client()
    data = {"count": "1", "maxAge": "2", "picture": (BytesIO(b"1"), "a.png")}
    response = client.post("/", data=data, content_type=MULTIPART)
    assert response.get_json() == [1, "a.png", 2]
    response = client.post("/", data={"count": "1"}, content_type=MULTIPART)
    assert problem(response)["detail"] == "body: 'picture' is a required property"


def test_text(service: Service) -> None:
    schema = {"type": "string", "maxLength": 3}
    client = posting(service, ECHO, body("text/*", schema))
    response = client.post("/", data="äöü".encode(), content_type="text/plain")
    assert response.get_json() == {"body": "äöü"}
    response = client.post("/", data="long", content_type="text/plain; charset=utf-8")
    assert problem(response)["detail"] == "body: 'long' is too long"
    response = client.post("/", data=b"\xff", content_type="text/csv")
    assert problem(response)["detail"] == "The body is not text in UTF-8"
    response = client.post("/", data="a", content_type="text/plain; charset=latin-1")
    assert response.status_code == 415


def test_bytes(service: Service) -> None:
    functions = "def echo(body):\n    return len(body)\n"
    client = posting(service, functions, body("application/octet-stream", {}))
    response = client.post("/", data=b"\0\xff", content_type="application/octet-stream")
    assert response.get_json() == 2


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/octet-stream", 200),
        ("application/*", 200),
        ("*/*", 200),
        ("application/json", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 415),
    ],
)
def test_a_body_without_a_type_is_of_no_known_type(
    service: Service, media_type: str, status: int
) -> None:
    functions = "def echo(body=None):\n    return repr(body)\n"
    client = posting(service, functions, body(media_type, {}))
    for headers in ({}, {"Content-Type": ""}):
        response = client.post("/", data=b"1", headers=headers)
        assert response.status_code == status
        if status == 200:
            assert response.get_json() == "b'1'"
        else:
            expected = f"The body has no Content-Type; it must be {media_type}"
            assert problem(response)["detail"] == expected
    assert client.post("/").status_code == 400, "it is required"


@pytest.mark.parametrize(("sent", "answer"), [(b"[1]", "[1]"), (b"", "None")])
def test_a_body_of_http_2_has_no_header_that_announces_it(
    service: Service, sent: bytes, answer: str
) -> None:
    post: Json = {"requestBody": {"content": {"application/json": {"schema": {}}}}}
    functions = "def echo(body=None):\n    return repr(body)\n"
    app = serve(service, functions, {"/": {"post": operation("echo", **post)}})
    environ = EnvironBuilder(
        method="POST", input_stream=BytesIO(sent), content_type="application/json"
    ).get_environ()
    environ["wsgi.input_terminated"] = True
    del environ["CONTENT_LENGTH"]
    parts, status, _ = run_wsgi_app(app, environ)
    assert (status, json.loads(b"".join(parts))) == ("200 OK", answer)


def test_the_most_specific_type_decides(service: Service) -> None:
    content = {
        "*/*": {"schema": {}},
        "application/*": {"schema": {}},
        "application/vnd.shop+json": {"schema": {"type": "integer"}},
    }
    functions = "def echo(body):\n    return type(body).__name__\n"
    client = posting(service, functions, {"required": True, "content": content})
    kinds = ["application/vnd.shop+json", "application/pdf", "image/png"]
    found = [client.post("/", data="1", content_type=kind).get_json() for kind in kinds]
    assert found == ["int", "bytes", "bytes"]


@pytest.mark.parametrize(
    ("schema", "function", "expected"),
    [
        ({"type": "object", "default": {"a": 1}}, "def echo(body):\n    return [body]\n", {"a": 1}),
        ({"type": "object"}, "def echo(body):\n    return [body]\n", None),
    ],
)
def test_a_body_that_need_not_be_there(
    service: Service, schema: Json, function: str, expected: Any
) -> None:
    client = posting(service, function, {"content": {"application/json": {"schema": schema}}})
    assert client.post("/").get_json() == [expected]


def test_every_error_is_told_up_to_five(service: Service) -> None:
    schema = {"type": "array", "items": {"type": "integer"}}
    client = posting(service, ECHO, body("application/json", schema))
    errors = problem(client.post("/", json=list("abcdefgh")))["errors"]
    assert sorted(error["pointer"] for error in errors) == [f"#/{number}" for number in range(5)]


def test_a_pointer_is_escaped_and_short(service: Service) -> None:
    schema = {"additionalProperties": {"type": "integer"}}
    client = posting(service, ECHO, body("application/json", schema))
    response = client.post("/", json={"a/b~c": "x"})
    assert problem(response)["errors"][0]["pointer"] == "#/a~1b~0c"
    response = client.post("/", json={"x" * 100_000: "x"})
    assert len(response.data) < 1000


def test_what_no_validator_can_take(service: Service) -> None:
    tree: Json = {
        "type": "object",
        "properties": {
            "child": {"$ref": "#/components/schemas/Tree"},
            "size": {"type": "number", "multipleOf": 0.1},
        },
    }
    components = {"schemas": {"Tree": tree}}
    reference = {"$ref": "#/components/schemas/Tree"}
    client = posting(service, ECHO, body("application/json", reference), components=components)
    assert client.post("/", json={"child": {"child": {"size": 1}}}).status_code == 200
    response = client.post("/", json={"child": {"child": 5}})
    assert problem(response)["detail"] == "body/child/child: 5 is not of type 'object'"
    depth = 101
    nested = '{"child":' * depth + "{}" + "}" * depth
    response = client.post("/", data=nested, content_type="application/json")
    assert problem(response)["detail"] == ("The body is not JSON in UTF-8: it is nested too deeply")
    response = client.post("/", data='{"size": 1%s}' % ("0" * 400), content_type="application/json")
    assert response.status_code == 200  # it is a multiple of 0.1
    response = client.post("/", data='{"size": %s.05}' % ("1" * 9), content_type="application/json")
    assert problem(response)["detail"] == "body/size: 111111111.05 is not a multiple of 0.1"
    response = client.post("/", data='{"size": 1e999}', content_type="application/json")
    assert "a number in it is too large" in problem(response)["detail"]


def test_a_field_may_be_as_large_as_a_body(service: Service) -> None:
    client = posting(service, ECHO, body(URLENCODED, FORM), config={"API_MAX_BODY": 1_000_000})
    response = client.post("/", data={"count": "1", "note": "x" * 900_000})
    assert len(response.get_json()["body"]["note"]) == 900_000


def test_a_field_that_is_larger_than_the_limit(service: Service) -> None:
    client = posting(service, ECHO, body(URLENCODED, FORM), config={"API_MAX_BODY": 10})
    response = client.post("/", data={"count": "1" * 100})
    assert response.status_code == 413
    problem(response)


@pytest.mark.parametrize("version", [{"swagger": "2.0"}, {}, {"openapi": "3.1.0"}])
def test_what_is_read_only_is_not_required_in_a_request(service: Service, version: Json) -> None:
    number: Json = {"type": "integer", "readOnly": True}
    schemas: Json = {"Number": number}
    place = "definitions" if "swagger" in version else "components/schemas"
    thing = {
        "type": "object",
        "required": ["id", "number", "name"],
        "properties": {"id": number, "number": {"$ref": f"#/{place}/Number"}, "name": {}},
    }
    schemas["Thing"] = thing
    schema = {"$ref": f"#/{place}/Thing"}
    if "swagger" in version:
        inside = {"name": "body", "in": "body", "required": True, "schema": schema}
        post = operation("echo", parameters=[inside])
        more: Json = {"definitions": schemas}
    else:
        post = operation("echo", requestBody=body("application/json", schema))
        more = {"components": {"schemas": schemas}}
    client = serve(service, ECHO, {"/": {"post": post}}, **version, **more).test_client()
    assert client.post("/", json={"name": "a"}).status_code == 200
    assert client.post("/", json={"name": "a", "id": 1, "number": 2}).status_code == 200
    response = client.post("/", json={"id": 1, "number": 2})
    assert problem(response)["detail"] == "body: 'name' is a required property"


@pytest.mark.parametrize(
    ("key", "sent", "status"),
    [
        ("application/json; charset=utf-8", "application/json", 200),
        ("application/json", "Application/JSON; Charset=UTF-8", 200),
        ("application/json;version=1", "application/json; version=2", 415),
        ("application/*", "application/json", 200),
        ("application/*+json", "application/vnd.shop+json", 200),
        ("application/vnd.shop+json", "application/vnd.shop+json;charset=utf-8", 200),
        ("text/json", "text/json", 200),
        ("application/json", "nonsense", 415),
        ("application/json", "application/vnd.shop+json", 415),
    ],
)
def test_media_types_are_compared_as_such(
    service: Service, key: str, sent: str, status: int
) -> None:
    client = posting(service, ECHO, body(key, {"type": "integer"}))
    response = client.post("/", data="1", content_type=sent)
    assert response.status_code == status
    if status == 200:
        assert response.get_json() == {"body": 1}
        assert client.post("/", data="[]", content_type=sent).status_code == 400


def test_bytes_under_a_range(service: Service) -> None:
    functions = "def echo(body):\n    return type(body).__name__\n"
    client = posting(service, functions, body("*/*", {"type": "string", "format": "binary"}))
    kinds = ["application/json", "text/plain", "image/png"]
    found = [client.post("/", data="1", content_type=kind).get_json() for kind in kinds]
    assert found == ["bytes"] * 3


def test_a_charset_that_is_not_supported(service: Service) -> None:
    with pytest.raises(DocumentError, match="the charset of text/plain; charset=latin-1 is not su"):
        posting(service, ECHO, body("text/plain; charset=latin-1", {}))


def test_a_key_that_is_not_a_media_type(service: Service) -> None:
    with pytest.raises(DocumentError, match="'json' is not a media type; write one like applicat"):
        posting(service, ECHO, body("json", {}))


@pytest.mark.parametrize(
    ("kind", "schema", "make"),
    [
        ("application/octet-stream", {}, lambda size: b"x" * size),
        ("text/plain", {"type": "string"}, lambda size: b"x" * size),
        (URLENCODED, {"type": "object"}, lambda size: b"a=" + b"x" * (size - 2)),
        ("application/json", {}, lambda size: b"[]" + b" " * (size - 2)),
        ("application/json", {}, lambda size: b"[]" + b" " * 98 + b"x" * (size - 100)),
        ("application/*", {}, lambda size: b"x" * size),
        ("application/*", {"type": "object"}, lambda size: b"{}" + b" " * (size - 2)),
    ],
)
def test_a_body_is_never_cut(
    service: Service, kind: str, schema: Json, make: Callable[[int], bytes]
) -> None:
    functions = "def echo(body):\n    return str(type(body))\n"
    client = posting(service, functions, body(kind, schema), config={"API_MAX_BODY": 100})

    def send(size: int, **environ: Any) -> int:
        return client.post(
            "/",
            input_stream=BytesIO(make(size)),
            content_type=kind.replace("*", "json" if schema else "pdf"),
            environ_overrides=environ,
        ).status_code

    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    assert (send(100), send(100, **chunked)) == (200, 200)
    assert (send(101), send(101, **chunked)) == (413, 413)
    assert (send(200), send(200, **chunked)) == (413, 413)
    unknown = {"HTTP_TRANSFER_ENCODING": "chunked"}
    assert send(100, **unknown) == 411


def test_a_malformed_form(service: Service) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    client = posting(service, ECHO, body(MULTIPART, schema))
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'
    for data in (part, b"nothing"):
        response = client.post("/", data=data, content_type=f"{MULTIPART}; boundary=x")
        assert response.status_code == 400
        assert problem(response)["detail"].startswith("The form is malformed: ")
    response = client.post("/", data=part + b"\r\n--x--", content_type=f"{MULTIPART}; boundary=x")
    assert response.get_json() == {"body": {"a": "1"}}


@pytest.mark.parametrize(
    ("content", "status", "detail"),
    [
        ("&".join(["tags=a"] * 10_001), 413, "The form has more than 10000 fields"),
        (
            "tags=" + "%" * 10_001,
            400,
            "The form is malformed: too many percent signs begin no escape",
        ),
    ],
)
def test_a_form_that_costs_more_than_its_size_is_worth(
    service: Service, content: str, status: int, detail: str
) -> None:
    schema = {"type": "object", "properties": {"tags": {"type": "array", "items": {}}}}
    client = posting(service, ECHO, body(URLENCODED, schema))
    response = client.post("/", data=content, content_type=URLENCODED)
    assert (response.status_code, problem(response)["detail"]) == (status, detail)
    response = client.post("/", data=content[: 7 * 10_000 - 1], content_type=URLENCODED)
    assert response.status_code == (200 if status == 413 else 400)
    response = client.post("/", data="tags=" + "%" * 10_000, content_type=URLENCODED)
    assert response.get_json() == {"body": {"tags": ["%" * 10_000]}}
