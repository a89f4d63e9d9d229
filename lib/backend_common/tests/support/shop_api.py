"""The service ``shop`` with one document and the functions behind it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backend_common import App, create_app
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Json = dict[str, Any]


def operation(function: str, **more: Any) -> Json:
    """An Operation Object of ``shop.api.<function>``."""
    responses = {"200": {"description": "It."}}
    return {"operationId": f"shop.api.{function}", "responses": responses, **more}


def parameter(name: str, place: str, schema: Json, **more: Any) -> Json:
    """A Parameter Object of OpenAPI 3."""
    return {"name": name, "in": place, "schema": schema, **more}


def body(media_type: str, schema: Any, **more: Any) -> Json:
    """A Request Body Object of OpenAPI 3."""
    return {"required": True, "content": {media_type: {"schema": schema, **more}}}


def serve(
    service: Service,
    functions: str,
    paths: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    **document: Any,
) -> App:
    """Write the service, and return its app with the document registered."""
    version = {} if "swagger" in document else {"openapi": "3.0.3"}
    whole = {**version, "info": {"title": "Shop", "version": "1"}, "paths": paths, **document}
    service({"shop/api.yml": json.dumps(whole), "shop/api.py": functions})
    app = create_app("shop", extensions=["api"], config=config)
    app.api.register("api.yml")
    return app


def problem(response: TestResponse) -> Json:
    """The problem in *response*, without what every problem has."""
    assert response.content_type == "application/problem+json"
    found: Json = response.get_json()
    assert found.pop("status") == response.status_code
    assert found.pop("type") == "about:blank"
    assert found.pop("title")
    return found
