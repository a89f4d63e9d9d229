"""Serves the same small API in three ways, in this process, and prints what a request costs.

    python api.py shipped|by_hand|ours get|post|bearer REQUESTS

It runs in an environment without bench. It prints the seconds of CPU time and of wall time per
request, as JSON.
"""

# ruff: noqa: PLC0415  each way to serve imports only what it needs

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

WARM_UP = 200

DOCUMENT = """
openapi: "3.0.3"
info: {title: Measured, version: "1"}
servers: [{url: /v1}]
paths:
  /things/{count}:
    get:
      operationId: __main__.get_thing
      parameters:
        - {name: count, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 10}}
        - {name: order, in: query, schema: {type: string, enum: [up, down], default: up}}
      responses: {"200": {description: A thing., content: {application/json: {}}}}
  /things:
    post:
      operationId: __main__.post_thing
      requestBody:
        required: true
        content:
          application/json:
            schema: &thing
              type: object
              required: [name]
              additionalProperties: false
              properties:
                name: {type: string, maxLength: 100}
                sizes: {type: array, maxItems: 10, items: {type: integer}}
      responses: {"201": {description: The thing., content: {application/json: {}}}}
  /secret:
    get:
      operationId: __main__.get_secret
      security: [{bearer: []}]
      responses: {"200": {description: It., content: {application/json: {}}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, x-bearerInfoFunc: __main__.check}
"""

REQUESTS: dict[str, dict[str, Any]] = {
    "get": {"path": "/v1/things/3", "query_string": "limit=20&order=down"},
    "post": {
        "path": "/v1/things",
        "method": "POST",
        "data": b'{"name": "a thing", "sizes": [1, 2, 3]}',
        "content_type": "application/json",
    },
    "bearer": {"path": "/v1/secret", "headers": {"Authorization": "Bearer sesame"}},
}

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Taken = tuple[float, float]
"""Seconds of CPU time and of wall time."""


def get_thing(count: int, limit: int, order: str) -> dict[str, Any]:
    """Answer with the parameters."""
    return {"count": count, "limit": limit, "order": order}


def post_thing(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Answer with the body."""
    return body, 201


def get_secret(user: str) -> dict[str, Any]:
    """Answer with the caller."""
    return {"user": user}


def check(token: str) -> dict[str, Any] | None:
    """Return the user of a token, or None."""
    return {"sub": "me"} if token == "sesame" else None


def ours(folder: Path) -> Wsgi:
    """Serve with the api extension."""
    import backend_common

    (folder / "settings.py").touch()
    (folder / "measured").mkdir()
    (folder / "measured/__init__.py").touch()
    sys.path.insert(0, str(folder))
    config = {"APP_CHANNEL": "production", "API_PUBLIC_OPERATIONS": ["__main__.post_thing"]}
    app = backend_common.create_app("measured", ["api"], config)
    app.api.register(folder / "api.yml")
    return app.wsgi_app


def by_hand(_: Path) -> Wsgi:
    """Serve with Flask, with the same checks written into the views."""
    import flask
    import jsonschema  # type: ignore[import-untyped]
    import yaml  # type: ignore[import-untyped]

    document = yaml.safe_load(DOCUMENT)
    body = document["paths"]["/things"]["post"]["requestBody"]
    thing = jsonschema.Draft4Validator(body["content"]["application/json"]["schema"])
    app = flask.Flask("by_hand")

    @app.get("/v1/things/<int:count>")
    def get(count: int) -> Any:
        try:
            limit = int(flask.request.args.get("limit", 10))
        except ValueError:
            flask.abort(400, "limit: not a number")
        order = flask.request.args.get("order", "up")
        if count < 1 or not 1 <= limit <= 100 or order not in ("up", "down"):
            flask.abort(400, "out of range")
        return get_thing(count, limit, order)

    @app.post("/v1/things")
    def post() -> Any:
        body = flask.request.get_json()
        for error in thing.iter_errors(body):
            flask.abort(400, error.message)
        return post_thing(body)

    @app.get("/v1/secret")
    def secret() -> Any:
        kind, _, token = flask.request.headers.get("Authorization", "").partition(" ")
        found = check(token) if kind.lower() == "bearer" else None
        if found is None:
            flask.abort(401)
        return get_secret(found["sub"])

    return app.wsgi_app


def shipped(folder: Path, name: str, requests: int) -> Taken:
    """Send the request to connexion.FlaskApp, from inside of the loop as an ASGI server does."""
    import asyncio
    import warnings

    warnings.simplefilter("ignore")
    import connexion  # type: ignore[import-untyped]

    app = connexion.FlaskApp("shipped", specification_dir=str(folder), pythonic_params=True)
    app.add_api("api.yml")
    request = REQUESTS[name]
    headers = {**request.get("headers", {}), "Host": "localhost"}
    data = request.get("data", b"")
    if data:
        headers |= {"Content-Type": request["content_type"], "Content-Length": str(len(data))}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.get("method", "GET"),
        "scheme": "http",
        "path": request["path"],
        "raw_path": request["path"].encode(),
        "root_path": "",
        "query_string": request.get("query_string", "").encode(),
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    async def answer(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    async def send(times: int) -> None:
        for _ in range(times):
            await app({**scope, "extensions": {}}, receive, answer)
            succeeds(status)

    async def measure() -> Taken:
        await send(WARM_UP)
        started = begin()
        await send(requests)
        return since(started, requests)

    return asyncio.run(measure())


def through_wsgi(app: Wsgi, name: str, requests: int) -> Taken:
    """Send the request as a WSGI server does."""
    from werkzeug.test import EnvironBuilder

    environ = EnvironBuilder(**REQUESTS[name]).get_environ()
    stream = environ["wsgi.input"]
    status = 0

    def start(line: str, *_: Any) -> None:
        nonlocal status
        status = int(line[:3])

    def send(times: int) -> None:
        for _ in range(times):
            stream.seek(0)
            body = app(dict(environ), start)
            for _ in body:
                pass
            getattr(body, "close", lambda: None)()
            succeeds(status)

    send(WARM_UP)
    started = begin()
    send(requests)
    return since(started, requests)


def begin() -> Taken:
    """Return the seconds of CPU time and of wall time at the start of a measurement."""
    # Collect the garbage of the imports first: that costs as much as 500 requests, and otherwise
    # falls into some of the measurements only.
    gc.collect()
    return time.process_time(), time.perf_counter()


def since(started: Taken, requests: int) -> Taken:
    """Return the CPU and the wall seconds per request."""
    cpu, wall, (cpu_then, wall_then) = time.process_time(), time.perf_counter(), started
    return (cpu - cpu_then) / requests, (wall - wall_then) / requests


def succeeds(status: int) -> None:
    """End the process if a request failed: a failure may be cheap."""
    if status not in (200, 201):
        sys.exit(f"the answer has the status {status}")


def main() -> None:
    """Measure the way to serve that the command line names."""
    way, name, requests = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "api.yml").write_text(DOCUMENT)
        if way == "shipped":
            taken = shipped(folder, name, requests)
        else:
            app = {"ours": ours, "by_hand": by_hand}[way](folder)
            taken = through_wsgi(app, name, requests)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
