"""Requests by strategies of our own: what documents allow, nearly allow, or do not mention."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from backend_common import App
from hypothesis import strategies as st

from . import forms
from .headers import HTTPS, latin, login

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]

TOGETHER = 20
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"]
TYPES = [
    "application/json",
    "application/json; charset=utf-7",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "a/b/c",
    ";",
    "",
]
ODD = ["", "null", "NaN", "1e999", "-0", "9" * 5000, "{}", "[[", "a,b", "\0", "%", "../..", "é" * 9]
GUARDED = 3
"""How many times as many requests go to operations that authenticate the caller."""
COMPOSITIONS = ("allOf", "anyOf", "oneOf")
OPERATIONS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

texts = st.text(max_size=20) | st.sampled_from(ODD)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
segments = texts.map(lambda text: quote(text, safe="", errors="replace"))


def strategies(app: App) -> list[Strategy]:
    """Return strategies for requests to `app`: to each operation, and to its other endpoints."""
    client = app.test_client(use_cookies=False)
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    ends = "/openapi.json"
    documents = [
        client.get(path, base_url=HTTPS).get_json() for path in sorted(paths) if path.endswith(ends)
    ]
    made = [each for document in documents for each in operations(document)]
    described = {
        base_of(document) + re.sub(r"{(\w+)}", r"<\1>", path)
        for document in documents
        for path in document["paths"]
    }
    made += [elsewhere(path) for path in [*sorted(paths - described), "/<anything>"]]
    if "auth0" in app.loaded:
        made.append(callback(*login(app)))
    return made


def operations(document: Json) -> Iterator[Strategy]:
    """Yield a strategy for each operation of `document`."""
    for path, item in document["paths"].items():
        for method in OPERATIONS:
            if method in item:
                shared, own = (each.get("parameters", []) for each in (item, item[method]))
                described = {**item[method], "parameters": [*shared, *own]}
                made = operation(document, base_of(document) + path, method, described)
                yield from [made] * (GUARDED if "security" in described else 1)


def base_of(document: Json) -> str:
    """Return the common beginning of all paths of `document`."""
    base: str = document.get("basePath") or document["servers"][0]["url"]
    return base.rstrip("/")


def operation(document: Json, path: str, method: str, described: Json) -> Strategy:
    """Return a strategy for requests to one operation."""
    parameters = [resolve(document, each) for each in described["parameters"]]
    named: dict[str, dict[str, Strategy]] = {
        place: {
            each["name"]: values(document, each.get("schema", each)).map(as_text)
            for each in parameters
            if each["in"] == place
        }
        for place in ("path", "query", "header", "cookie")
    }
    fields = {
        each["name"]: values(document, each) for each in parameters if each["in"] == "formData"
    }
    content = described.get("requestBody", {}).get("content", {})
    schemas = [each["schema"] for each in content.values()]
    schemas += [each["schema"] for each in parameters if each["in"] == "body"]
    types = [*content, *TYPES[:1]]
    made: Strategy = st.binary(max_size=50) | anything.map(as_json)
    for each in schemas:
        made = values(document, each).map(as_json) | made
        fields |= {name: values(document, it) for name, it in described_in(document, each).items()}
    bodies = st.tuples(st.sampled_from(types) | st.sampled_from(TYPES), made)
    if fields:
        bodies = forms.bodies(fields) | bodies
    of_headers = {
        name: value.map(lambda text: text.encode("latin-1", "replace").decode("latin-1"))
        for name, value in named["header"].items()
    }
    requests = st.fixed_dictionaries(
        {
            "path": st.fixed_dictionaries(named["path"]).map(lambda given: fill(path, given)),
            "query_string": st.fixed_dictionaries({}, optional=named["query"]).map(as_query)
            | st.dictionaries(texts, texts, max_size=3).map(as_query)
            | latin.map(quote),
            # Most requests have the method of the operation.
            "method": st.sampled_from([method.upper()] * 50 + METHODS),
            "headers": st.fixed_dictionaries({}, optional=of_headers).map(on_one_line),
        }
    )
    return st.tuples(requests, bodies).map(
        lambda given: {**given[0], "content_type": given[1][0], "data": given[1][1]}
    )


def described_in(document: Json, schema: Json) -> Json:
    """Return the properties of a schema, and of those that it is composed of."""
    schema = resolve(document, schema)
    found: Json = dict(schema.get("properties", {}))
    for each in (each for key in COMPOSITIONS for each in schema.get(key, [])):
        found |= described_in(document, each)
    return found


def elsewhere(rule: str) -> Strategy:
    """Return a strategy for requests to an endpoint that no document describes."""
    names = re.findall(r"<[^>]*>", rule)
    return st.fixed_dictionaries(
        {
            "path": st.fixed_dictionaries(dict.fromkeys(names, segments)).map(
                lambda given: fill(rule, given)
            ),
            "query_string": latin.map(quote)
            | st.dictionaries(st.just("next") | texts, texts).map(as_query),
            "method": st.sampled_from(["GET"] * 50 + METHODS),
            "data": st.binary(max_size=20),
            "content_type": st.sampled_from(TYPES),
        }
    )


def callback(state: str, cookie: str) -> Strategy:
    """Return a strategy for requests that end a login, or claim to."""
    queries = st.fixed_dictionaries(
        {}, optional={"state": st.just(state) | texts, "code": texts, "error": texts}
    )
    return st.fixed_dictionaries(
        {
            "path": st.just("/auth0/callback"),
            "query_string": queries.map(as_query),
            "method": st.just("GET"),
            "headers": st.just({"Cookie": cookie}),
        }
    )


def values(document: Json, schema: Json) -> Strategy:
    """Return a strategy for values that `schema` allows, nearly allows, or does not allow."""
    return st.deferred(lambda: _values(document, resolve(document, schema)))


def _values(document: Json, schema: Json) -> Strategy:
    limits = schema.get("minimum"), schema.get("maximum")
    inner = schema.get("items", {})
    kinds: dict[str, Callable[[], Strategy]] = {
        "array": lambda: st.lists(values(document, inner), max_size=4),
        "boolean": st.booleans,
        "integer": lambda: st.integers(*limits),
        "number": st.floats,
        "object": lambda: st.fixed_dictionaries(
            {},
            optional={
                name: values(document, each) for name, each in schema.get("properties", {}).items()
            },
        ),
        "string": lambda: st.text(max_size=schema.get("maxLength", 20) % 100 + 1),
    }
    kind = schema.get("type")
    allowed = [
        kinds[each]() for each in (kind if isinstance(kind, list) else [kind]) if each in kinds
    ]
    if "allOf" in schema:
        allowed.append(joined(document, schema))
    allowed += [values(document, each) for key in COMPOSITIONS[1:] for each in schema.get(key, [])]
    if named := [
        *schema.get("enum", []),
        *[schema[it] for it in ("example", "const") if it in schema],
    ]:
        allowed.append(st.sampled_from(named))
    return st.one_of(*allowed, *allowed, anything)


def joined(document: Json, schema: Json) -> Strategy:
    """Return a strategy for values of a schema with ``allOf``: the parts, taken together."""
    if properties := described_in(document, schema):
        return st.fixed_dictionaries(
            {}, optional={name: values(document, each) for name, each in properties.items()}
        )
    return st.one_of(*(values(document, each) for each in schema["allOf"]))


def resolve(document: Json, described: Json) -> Json:
    """Follow references inside of the document."""
    while "$ref" in described:
        found = document
        for part in described["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        described = found
    return described


def fill(path: str, given: dict[str, str]) -> str:
    """Fill in the parameters of a path: ``{name}`` of a document, ``<name>`` of Flask."""
    for name, value in given.items():
        if name.startswith("<"):
            path = path.replace(name, value)
        else:
            path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
    return path


def as_query(given: dict[str, str]) -> str:
    """Write a query."""
    return "&".join(
        "=".join(quote(each, errors="replace") for each in pair) for pair in given.items()
    )


def as_text(value: Any) -> str:
    """Write a value as the text of a parameter: lists with commas, objects in JSON."""
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return json.dumps(value) if isinstance(value, dict) else str(value)


def on_one_line(headers: dict[str, str]) -> dict[str, str]:
    """Remove the characters that no server allows in a header."""
    return {name: re.sub(r"[\r\n\0]", "", value) for name, value in headers.items()}


def as_json(value: Any) -> bytes:
    """Write JSON, or nearly JSON: `NaN`."""
    return json.dumps(value).encode()
