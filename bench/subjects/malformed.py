"""Sends requests of any shape to every endpoint of a service, in this process.

    python malformed.py SERVICE REQUESTS

A script for an environment of its own, with the service and Hypothesis. What is sent is made of the
service's own document: values that it allows, values that it nearly allows, and whatever else; with
credentials of every kind. It prints, as JSON, how many answers had which status, and the requests
that failed: those answered with 5xx, or with a traceback.
"""

import base64
import importlib
import json
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from backend_common import App
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]
Request = dict[str, Any]

TOGETHER = 20
"""Requests in one example: Hypothesis is slower than the service."""
SHOWN = 5
CONFIG = {"AUTH_DEVELOPMENT_PERMISSIONS": [], "LOG_LEVEL": "CRITICAL"}
"""Who has no credentials is nobody, as in production."""

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"]
TYPES = [
    "application/json",
    "application/json; charset=utf-7",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "a/b/c",
    ";",
    "",
]
ODD = ["", "null", "NaN", "1e999", "-0", "9" * 5000, "{}", "[[", "a,b", "\0", "%", "../..", "é" * 9]

texts = st.text(max_size=20) | st.sampled_from(ODD)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
latin = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)


def main(name: str, count: int) -> None:
    """Send *count* requests to the service *name*, and print what came of them."""
    app = make(name)
    answers: Counter[int] = Counter()
    failed: list[Request] = []

    @settings(
        max_examples=count // TOGETHER,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(requests(app), min_size=TOGETHER, max_size=TOGETHER))
    def send(several: list[Request]) -> None:
        for request in several:
            environ = EnvironBuilder(**request, base_url="http://localhost").get_environ()
            environ["REQUEST_METHOD"] = request["method"]
            parts, line, _ = run_wsgi_app(app, environ, buffered=True)
            status, body = int(line[:3]), b"".join(parts)
            answers[status] += 1
            if status >= 500 or b"Traceback (most recent" in body:
                failed.append({**request, "status": status})

    send()
    said = {"requests": answers.total(), "statuses": dict(sorted(answers.items()))}
    print(json.dumps({**said, "failed": len(failed), "first": failed[:SHOWN]}, default=repr))


def make(name: str) -> App:
    """Make the service, with a database where it has one."""
    app: App = importlib.import_module(name).create_app(CONFIG)
    if "db" in app.loaded:
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
        if done.exit_code:
            sys.exit(f"the database of {name} cannot be made: {done.output}")
    return app


def requests(app: App) -> Strategy:
    """Return a strategy for requests to *app*: to its operations, and to all else that it has."""
    document = app.test_client().get("/openapi.json").get_json()
    signed = app.auth.sign("alice", [f"{app.name}/*"]) if "auth" in app.loaded else "a.b.c"
    headers = st.fixed_dictionaries({}, optional=common_headers(signed))
    operations = [
        operation(document, path, method, {**item, **item[method]}, headers)
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    ]
    paths = sorted({rule.rule for rule in app.url_map.iter_rules()})
    elsewhere = st.fixed_dictionaries(
        {
            "path": st.sampled_from(paths) | texts.map(lambda text: "/" + quote(text)),
            "method": st.sampled_from(METHODS),
            "headers": headers,
            "data": st.binary(max_size=20),
        }
    )
    return st.one_of(*operations, elsewhere)


def operation(
    document: Json, path: str, method: str, described: Json, headers: Strategy
) -> Strategy:
    """Return a strategy for requests to one operation."""
    parameters = [resolve(document, each) for each in described.get("parameters", [])]
    named = {
        place: {
            each["name"]: values(document, each["schema"]).map(str)
            for each in parameters
            if each["in"] == place
        }
        for place in ("path", "query")
    }
    content = described.get("requestBody", {}).get("content", {})
    bodies: Strategy = st.binary(max_size=50) | anything.map(as_json)
    for each in content.values():
        bodies = values(document, each["schema"]).map(as_json) | bodies
    return st.fixed_dictionaries(
        {
            "path": st.fixed_dictionaries(named["path"]).map(lambda given: fill(path, given)),
            "query_string": st.fixed_dictionaries({}, optional=named["query"]).map(as_query)
            | latin.map(quote),
            "method": st.just(method.upper()) | st.sampled_from(METHODS),
            "headers": headers,
            "data": bodies,
            "content_type": st.just("application/json") | st.sampled_from(TYPES),
        }
    )


def values(document: Json, schema: Json) -> Strategy:
    """Return a strategy for values that *schema* allows, nearly allows, or does not allow."""
    schema = resolve(document, schema)
    kinds: dict[str, Callable[[], Strategy]] = {
        "array": lambda: st.lists(values(document, schema.get("items", {})), max_size=4),
        "boolean": st.booleans,
        "integer": lambda: st.integers(schema.get("minimum"), schema.get("maximum")),
        "number": st.floats,
        "object": lambda: st.fixed_dictionaries(
            {},
            optional={
                name: values(document, each) for name, each in schema.get("properties", {}).items()
            },
        ),
        "string": lambda: st.text(max_size=schema.get("maxLength", 20) % 100 + 1),
    }
    allowed = [kinds[schema["type"]]()] if schema.get("type") in kinds else []
    if told := [*schema.get("enum", []), *[schema[it] for it in ("example",) if it in schema]]:
        allowed.append(st.sampled_from(told))
    return st.one_of(*allowed, *allowed, anything)


def resolve(document: Json, described: Json) -> Json:
    """Follow references inside of the document."""
    while "$ref" in described:
        found = document
        for part in described["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        described = found
    return described


def common_headers(signed: str) -> dict[str, Strategy]:
    """Return strategies for headers that any endpoint may get; *signed* is a valid token."""
    header, payload, signature = signed.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    tokens = st.sampled_from(
        [
            signed,
            f"{header}.{payload}.",
            f"{header}.{payload}.{signature[::-1]}",
            f"{unsigned}.{payload}.",
            f"{header}..{signature}",
            "..",
            "a.b.c.d.e",
            "x" * 10_000,
            "",
        ]
    )
    schemes = st.sampled_from(
        [
            "Bearer ",
            "bearer  ",
            "Bearer\t",
            "Bearer",
            "Basic ",
            "Digest ",
            "",
            " ",
            "Bearer Bearer ",
        ]
    )
    basic = st.binary(max_size=10).map(lambda it: "Basic " + base64.b64encode(it).decode())
    return {
        "Authorization": st.builds(str.__add__, schemes, tokens | latin) | basic | latin,
        "Cookie": latin | st.just("session=" + signed),
        "Accept": latin,
        "Origin": latin,
        "X-Request-ID": latin,
        "X-Forwarded-For": latin,
        "X-Forwarded-Proto": latin,
        "Content-Encoding": latin,
    }


def fill(path: str, given: dict[str, str]) -> str:
    """Fill in the parameters of a path."""
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
    return path


def as_query(given: dict[str, str]) -> str:
    """Write a query."""
    return "&".join(f"{name}={quote(value, errors='replace')}" for name, value in given.items())


def as_json(value: Any) -> bytes:
    """Write JSON, and what only nearly is: ``NaN``."""
    return json.dumps(value).encode()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as directory:
        os.environ["STATE_DIRECTORY"] = directory
        main(sys.argv[1], int(sys.argv[2]))
