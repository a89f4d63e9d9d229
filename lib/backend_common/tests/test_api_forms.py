"""The parts of forms: types of parts, JSON in them, arrays, files, defaults."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common.api import DocumentError
from flask.testing import FlaskClient
from shop_api import Json, body, operation, problem, serve
from werkzeug.test import TestResponse

Service = Callable[..., Path]

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
POINT: Json = {
    "type": "object",
    "required": ["x"],
    "properties": {"x": {"type": "integer"}},
}
FILE: Json = {"type": "string", "format": "binary"}
ECHO = "def echo(body):\n    return body\n"
NAMES = (
    "def echo(body, picture=None, pages=()):\n"
    "    return [picture and picture.read().decode(), [page.filename for page in pages]]\n"
)


def form(properties: Json, **more: Any) -> Json:
    """A schema of a form."""
    return {"type": "object", "properties": properties, **more}


def posting(service: Service, schema: Json, functions: str = ECHO, **more: Any) -> FlaskClient:
    paths = {"/": {"post": operation("echo", requestBody=body(MULTIPART, schema, **more))}}
    return serve(service, functions, paths).test_client()


def part(name: str, content: str, media_type: str | None = None, file: str | None = None) -> str:
    """One part of a form, as a client writes it."""
    head = f'Content-Disposition: form-data; name="{name}"'
    head += f'; filename="{file}"' if file is not None else ""
    head += f"\r\nContent-Type: {media_type}" if media_type else ""
    return f"--boundary\r\n{head}\r\n\r\n{content}\r\n"


def send(client: FlaskClient, *parts: str) -> TestResponse:
    content_type = f"{MULTIPART}; boundary=boundary"
    return client.post("/", data="".join(parts) + "--boundary--\r\n", content_type=content_type)


def blob(name: str, value: Any, media_type: str = "application/json") -> str:
    """A part as browsers make it of ``new Blob([...], {type: "application/json"})``."""
    return part(name, json.dumps(value), media_type, "blob")


@pytest.mark.parametrize("media_type", ["application/json", "application/json;charset=UTF-8"])
def test_a_blob(service: Service, media_type: str) -> None:
    client = posting(service, form({"point": POINT}, required=["point"]))
    assert send(client, blob("point", {"x": 1}, media_type)).get_json() == {"point": {"x": 1}}
    assert send(client, part("point", '{"x": 1}', media_type)).get_json() == {"point": {"x": 1}}
    response = send(client, blob("point", {"x": "?"}, media_type))
    assert problem(response)["errors"][0]["pointer"] == "#/point/x"
    response = send(client, part("point", "[", media_type, "blob"))
    assert problem(response)["detail"] == "body/point: '[' is not of type 'object'"


def test_a_blob_of_text_and_one_of_anything_else(service: Service) -> None:
    client = posting(service, form({"count": {"type": "integer"}}))
    assert send(client, part("count", "5", "text/plain", "blob")).get_json() == {"count": 5}
    response = send(client, part("count", "5", "image/png", "blob"))
    detail = "body/count: it was sent as a file, and is not one in the document"
    assert problem(response)["detail"] == detail


@pytest.mark.parametrize(
    "parts",
    [
        [part("points", '{"x": 1}'), part("points", '{"x": 2}')],
        [part("points", '{"x": 1}', "application/json"), blob("points", {"x": 2})],
        [blob("points", {"x": 1}), blob("points", {"x": 2})],
        [blob("points", [{"x": 1}, {"x": 2}])],
        [part("points", '[{"x": 1}, {"x": 2}]', "application/json")],
        [part("points", '[{"x": 1}, {"x": 2}]')],
    ],
)
def test_arrays_of_objects(service: Service, parts: list[str]) -> None:
    client = posting(service, form({"points": {"type": "array", "items": POINT}}))
    assert send(client, *parts).get_json() == {"points": [{"x": 1}, {"x": 2}]}


def test_a_wrong_item_of_an_array_of_objects(service: Service) -> None:
    client = posting(service, form({"points": {"type": "array", "items": POINT}}))
    response = send(client, part("points", '{"x": 1}'), part("points", "{}"))
    assert problem(response)["errors"] == [
        {"pointer": "#/points/1", "detail": "'x' is a required property"}
    ]


@pytest.mark.parametrize(
    "parts",
    [
        [part("sizes", "1"), part("sizes", "2")],
        [blob("sizes", [1, 2])],
        [blob("sizes", 1), blob("sizes", 2)],
        [part("sizes", "1"), blob("sizes", 2)],
    ],
)
def test_arrays_of_numbers(service: Service, parts: list[str]) -> None:
    client = posting(service, form({"sizes": {"type": "array", "items": {"type": "integer"}}}))
    assert send(client, *parts).get_json() == {"sizes": [1, 2]}


def test_an_array_of_which_the_document_says_that_it_is_json(service: Service) -> None:
    sizes = {"type": "array", "items": {"type": "integer"}}
    encoding = {"sizes": {"contentType": "application/json; charset=utf-8"}}
    client = posting(service, form({"sizes": sizes}), encoding=encoding)
    assert send(client, part("sizes", "[1, 2]")).get_json() == {"sizes": [1, 2]}


def test_two_files_for_one(service: Service) -> None:
    client = posting(service, form({"picture": FILE}), NAMES)
    files = [part("picture", "1", "image/png", "a.png"), part("picture", "2", "image/png", "b.png")]
    response = send(client, *files)
    assert (response.status_code, problem(response)) == (
        400,
        {
            "detail": "body/picture: it is one file, and 2 were sent",
            "errors": [{"detail": "it is one file, and 2 were sent", "pointer": "#/picture"}],
        },
    )


def test_a_file_that_is_sent_as_text(service: Service) -> None:
    functions = NAMES.replace("picture=None", "picture")
    client = posting(service, form({"picture": FILE}, required=["picture"]), functions)
    response = send(client, part("picture", "1"))
    assert response.status_code == 400
    assert problem(response)["detail"] == (
        "body/picture: it must be sent as a file: as multipart/form-data, with a file name"
    )


def test_an_input_without_a_chosen_file(service: Service) -> None:
    """Browsers send a part for it, without a file name and without content."""
    none = part("picture", "", "application/octet-stream", "")
    nothing = part("pages", "", "application/octet-stream", "")
    schema = form({"picture": FILE, "pages": {"type": "array", "items": FILE}})
    client = posting(service, schema, NAMES)
    assert send(client, none, nothing).get_json() == [None, []]
    assert send(client, none, part("pages", "x", None, "a")).get_json() == [None, ["a"]]
    assert send(client, part("picture", "", None, "empty.png")).get_json() == ["", []]
    assert send(client, part("pages", "x", None, "")).get_json() == [None, [""]]


def test_a_required_file_that_is_not_chosen(service: Service) -> None:
    client = posting(service, form({"picture": FILE}, required=["picture"]), NAMES)
    response = send(client, part("picture", "", "application/octet-stream", ""))
    assert response.status_code == 400
    assert "'picture' is a required property" in response.text


def test_a_part_without_a_name(service: Service) -> None:
    client = posting(service, form({"a": {"type": "integer"}}))
    for more in ("", '; filename="a"'):
        nameless = f"--boundary\r\nContent-Disposition: form-data{more}\r\n\r\nx\r\n"
        response = send(client, part("a", "1"), nameless)
        assert response.status_code == 400
        assert problem(response)["detail"] == "The form is malformed: a part of it has no name"


def test_a_required_file_cannot_be_urlencoded(service: Service) -> None:
    schema = form({"picture": FILE}, required=["picture"])
    paths = {"/": {"post": operation("echo", requestBody=body(URLENCODED, schema))}}
    with pytest.raises(DocumentError) as error:
        serve(service, NAMES, paths)
    assert (
        "the field 'picture' is a required file, and application/x-www-form-urlencoded has none: "
        "use multipart/form-data (at #/paths/~1/post)"
    ) in str(error.value)


def test_files_of_swagger_come_as_multipart_alone(service: Service) -> None:
    parameters = [{"name": "picture", "in": "formData", "type": "file", "required": True}]
    functions = "def echo(picture):\n    return picture.filename\n"
    paths = {"/": {"post": operation("echo", parameters=parameters)}}
    client = serve(service, functions, paths, swagger="2.0").test_client()
    assert send(client, part("picture", "1", "image/png", "a.png")).get_json() == "a.png"
    response = client.post("/", data={"picture": "1"})
    assert response.status_code == 415


def test_a_required_array_of_files(service: Service) -> None:
    schema = form({"pages": {"type": "array", "items": FILE, "minItems": 1}}, required=["pages"])
    functions = "def echo(pages):\n    return [page.filename for page in pages]\n"
    client = posting(service, schema, functions)
    files = [part("pages", "1", None, "a.txt"), part("pages", "2", None, "b.txt")]
    assert send(client, *files).get_json() == ["a.txt", "b.txt"]
    assert send(client, files[0]).get_json() == ["a.txt"]
    assert problem(send(client))["detail"] == "body: 'pages' is a required property"


def test_the_length_of_a_file(service: Service) -> None:
    client = posting(service, form({"picture": {**FILE, "minLength": 2, "maxLength": 3}}), NAMES)
    found = [send(client, part("picture", "1" * n, None, "a")).status_code for n in (1, 2, 3, 4)]
    assert found == [400, 200, 200, 400]
    assert send(client, part("picture", "123", None, "a")).get_json() == ["123", []]


def test_the_type_of_a_file(service: Service) -> None:
    encoding = {"picture": {"contentType": "image/png, image/jpeg"}, "pages": {}}
    schema = form({"picture": FILE, "pages": {"type": "array", "items": FILE}})
    client = posting(service, schema, NAMES, encoding=encoding)
    assert send(client, part("picture", "1", "image/jpeg", "a")).get_json() == ["1", []]
    for wrong in ("image/gif", None, "x", "application/png"):
        response = send(client, part("picture", "1", wrong, "a"))
        shown = wrong if wrong and "/" in wrong else "application/octet-stream"
        assert problem(response)["detail"] == (
            f"body/picture: its type is {shown}; it must be image/png or image/jpeg"
        )


def test_an_object_that_is_not_json(service: Service) -> None:
    with pytest.raises(DocumentError) as error:
        posting(
            service, form({"point": POINT}), encoding={"point": {"contentType": "application/xml"}}
        )
    assert (
        "the field 'point' is an object in application/xml, which is not supported: "
        "use application/json (at #/paths/~1/post)"
    ) in str(error.value)


@pytest.mark.parametrize("media_type", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("required", [True, False])
def test_an_empty_form_has_the_defaults(service: Service, media_type: str, required: bool) -> None:
    schema = form({"note": {"type": "string", "default": "none"}, "count": {"type": "integer"}})
    request_body = {**body(media_type, schema), "required": required}
    functions = "def echo(body):\n    body['more'] = 1\n    return body\n"
    paths = {"/": {"post": operation("echo", requestBody=request_body)}}
    client = serve(service, functions, paths).test_client()
    for _ in range(2):
        response = client.post("/", data=b"", content_type=f"{media_type}; boundary=x")
        assert response.get_json() == {"note": "none", "more": 1}
    response = client.post("/")
    assert response.status_code == (400 if required else 200)
    if not required:
        assert response.get_json() == {"note": "none", "more": 1}


def test_the_default_of_a_form_as_a_whole(service: Service) -> None:
    schema = form({"note": {"type": "string"}}, default={"note": "none"})
    paths = {"/": {"post": operation("echo", requestBody=body(URLENCODED, schema))}}
    client = serve(service, ECHO, paths).test_client()
    assert client.post("/", content_type=URLENCODED).get_json() == {"note": "none"}
    assert client.post("/", data={"note": "a"}).get_json() == {"note": "a"}


def test_an_empty_form_of_swagger_has_the_defaults(service: Service) -> None:
    parameters = [{"name": "count", "in": "formData", "type": "integer", "default": 3}]
    functions = "def echo(count):\n    return count\n"
    paths = {"/": {"post": operation("echo", parameters=parameters)}}
    client = serve(service, functions, paths, swagger="2.0").test_client()
    assert client.post("/").get_json() == 3
    assert client.post("/", content_type=URLENCODED).get_json() == 3
    assert client.post("/", data={"count": "4"}).get_json() == 4


def test_an_empty_form_that_lacks_a_field(service: Service) -> None:
    schema = form({"count": {"type": "integer"}}, required=["count"])
    paths = {"/": {"post": operation("echo", requestBody=body(URLENCODED, schema))}}
    client = serve(service, ECHO, paths).test_client()
    response = client.post("/", content_type=URLENCODED)
    assert problem(response)["detail"] == "body: 'count' is a required property"


def test_additional_properties_are_converted(service: Service) -> None:
    client = posting(service, form({}, additionalProperties={"type": "integer"}))
    assert send(client, part("a", "1"), part("b", "2")).get_json() == {"a": 1, "b": 2}
    assert problem(send(client, part("a", "x")))["errors"][0]["pointer"] == "#/a"


def test_additional_files_are_refused(service: Service) -> None:
    with pytest.raises(DocumentError, match="additional properties that are files are not supp"):
        posting(service, form({}, additionalProperties=FILE))


def test_no_additional_file(service: Service) -> None:
    client = posting(service, form({"picture": FILE}, additionalProperties=False), NAMES)
    response = send(client, part("other", "1", None, "a"))
    assert "Additional properties are not allowed" in problem(response)["detail"]


def test_the_name_of_a_wrong_field_is_escaped_and_short(service: Service) -> None:
    client = posting(service, form({"a/b": FILE}))
    assert problem(send(client, part("a/b", "1")))["errors"][0]["pointer"] == "#/a~1b"
