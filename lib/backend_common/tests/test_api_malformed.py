"""Requests of any shape: whoever sends them is told what is wrong, and never that the service is.

The document has one of each: kinds of parameters, of bodies, of security schemes.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from backend_common import App
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shop_api import Json, body, operation, parameter, serve

Service = Callable[..., Path]

EXAMPLES = 300
FUNCTIONS = """
def get(**arguments):
    return sorted(arguments)


post = secret = get


def bearer(token):
    return {"sub": token} if token == "good" else None


def basic(username, password):
    return None


def key(apikey):
    return None
"""
INTEGERS = {"type": "array", "items": {"type": "integer"}, "maxItems": 3, "uniqueItems": True}
TREE: Json = {
    "type": "object",
    "properties": {
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        "size": {"type": "number", "multipleOf": 0.1, "minimum": 0},
        "name": {"type": "string", "pattern": "^[a-z]+$", "format": "date"},
    },
    "additionalProperties": {"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/Tree"}]},
}
FORM: Json = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "tags": INTEGERS,
        "tree": {"$ref": "#/components/schemas/Tree"},
        "file": {"type": "string", "format": "binary"},
    },
}
REFERENCE = {"$ref": "#/components/schemas/Tree"}
PARAMETERS = [
    parameter("count", "query", {"type": "integer", "multipleOf": 3}),
    parameter("ratio", "query", {"type": "number", "multipleOf": 0.1}),
    parameter("flag", "query", {"type": "boolean"}),
    parameter("many", "query", INTEGERS),
    parameter("packed", "query", INTEGERS, style="pipeDelimited", explode=False),
    parameter("deep", "query", FORM, style="deepObject"),
    parameter("flat", "query", FORM, explode=False),
    parameter("X-Many", "header", INTEGERS),
    parameter("cookie", "cookie", {"type": "integer"}),
    {"name": "json", "in": "query", "content": {"application/json": {"schema": REFERENCE}}},
]
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.bearer"},
    "basic": {"type": "http", "scheme": "basic", "x-basicInfoFunc": "shop.api.basic"},
    "key": {"type": "apiKey", "in": "cookie", "name": "key", "x-apikeyInfoFunc": "shop.api.key"},
}
CONTENT = {
    media_type: body(media_type, schema)["content"][media_type]
    for media_type, schema in {
        "application/json": REFERENCE,
        "application/x-www-form-urlencoded": FORM,
        "multipart/form-data": FORM,
        "text/plain": {"type": "string", "maxLength": 5},
    }.items()
}
PATHS: Json = {
    "/things/{id}/{rest}": {
        "parameters": [
            parameter("id", "path", INTEGERS, required=True),
            parameter("rest", "path", {"type": "number"}, required=True),
        ],
        "get": operation("get", parameters=PARAMETERS),
        "post": {
            **operation("post", requestBody={"required": True, "content": CONTENT}),
        },
    },
    "/secret": {"get": operation("secret", security=[{"bearer": []}, {"basic": []}, {"key": []}])},
}

texts = st.text(max_size=20)
odd = st.sampled_from(
    ["", "null", "NaN", "1e999", "-0", "9" * 5000, "{}", "[[", "a,b", "\0", "\ud800", "%", "é" * 9]
)
values = st.one_of(texts, odd, st.integers().map(str), st.floats().map(str))
names = st.one_of(
    st.sampled_from([each["name"] for each in PARAMETERS]),
    st.sampled_from(["deep[count]", "deep[tree][size]", "deep[", "deep[]", "deep[a][b", "flat[a]"]),
    texts,
)
latin = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["children", "size", "name", "count"]) | texts, inner, max_size=3
        )
    ),
    max_leaves=10,
)
boundaries = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
bodies = st.one_of(
    st.binary(max_size=100),
    jsons.map(lambda value: json.dumps(value).encode()),
    st.lists(st.tuples(names, values), max_size=3).map(
        lambda pairs: "&".join(f"{quote(k, errors='replace')}={v}" for k, v in pairs).encode(
            errors="replace"
        )
    ),
    st.binary(max_size=50).map(lambda part: boundaries + part + b"\r\n--x--"),
)
types = st.sampled_from(
    [
        *CONTENT,
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-7",
        "application/json;charset",
        "a/b/c",
        "/",
        ";",
        "",
    ]
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The service, made once for all examples."""
    with pytest.MonkeyPatch.context() as patch:
        directory = tmp_path_factory.mktemp("malformed")
        patch.syspath_prepend(directory)

        def service(files: dict[str, str]) -> Path:
            for path, text in {"settings.py": "", "shop/__init__.py": "", **files}.items():
                (directory / path).parent.mkdir(exist_ok=True)
                (directory / path).write_text(text)
            return directory

        components = {"schemas": {"Tree": TREE}, "securitySchemes": SCHEMES}
        yield serve(service, FUNCTIONS, PATHS, {"API_MAX_BODY": 10_000}, components=components)
    for module in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[module]


def check(app: App, **request: Any) -> None:
    response = app.test_client(use_cookies=False).open(**request)
    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text
    if response.status_code >= 400:
        assert len(response.data) < 5000
        assert response.content_type == "application/problem+json"
        if request.get("method") != "HEAD":
            assert response.get_json()["status"] == response.status_code


bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@bounded
@given(st.lists(st.tuples(names, values), max_size=4), values, values)
@example([("deep[tree]", "1"), ("deep[tree][size]", "1")], "1", "1")
@example([("count", "1" + "0" * 400), ("ratio", "1" + "0" * 300)], "1", "1")
@example([("json", "[" * 5000)], "1", "1")
def test_parameters(app: App, query: list[tuple[str, str]], id_: str, rest: str) -> None:
    path = "/things/" + "/".join(quote(each, safe="", errors="replace") for each in (id_, rest))
    written = "&".join(
        f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in query
    )
    check(app, path=path, query_string=written)


@bounded
@given(st.dictionaries(st.sampled_from(["X-Many", "Cookie", "Accept", "Host"]), latin))
def test_headers(app: App, headers: dict[str, str]) -> None:
    check(app, path="/things/1/2", headers=headers)


@bounded
@given(bodies, types, st.sampled_from([{}, {"Transfer-Encoding": "chunked"}]))
@example(b'{"size": 1' + b"0" * 400 + b"}", "application/json", {})
@example(b'{"children":[' * 60 + b"]}" * 60, "application/json", {})
@example(b"x" * 20_000, "application/json", {})
@example(b"a=" + b"x" * 20_000, "application/x-www-form-urlencoded", {})
def test_bodies(app: App, data: bytes, content_type: str, headers: dict[str, str]) -> None:
    check(
        app,
        path="/things/1/2",
        method="POST",
        data=data,
        content_type=content_type,
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )


schemes = st.sampled_from(["", "Bearer", "bearer ", "Basic ", "Basic  ", "Digest ", "Bearer\t"])


@bounded
@given(schemes, latin, latin)
@example("Bearer ", "good", "")
def test_credentials(app: App, scheme: str, rest: str, cookie: str) -> None:
    check(app, path="/secret", headers={"Authorization": scheme + rest, "Cookie": cookie})


@bounded
@example("HEAD", "0")
@given(st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=10), latin)
def test_methods_and_paths(app: App, method: str, path: str) -> None:
    check(app, path="/" + quote(path, safe="/"), method=method or "GET")
