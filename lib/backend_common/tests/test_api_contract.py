"""What the api extension uses of connexion and connexion does not promise.

A failure here says what to look at after an upgrade, before anything else fails in odd ways.
"""

import ast
from contextvars import ContextVar
from inspect import isclass, iscoroutinefunction, signature
from pathlib import Path
from typing import Any

import backend_common.api
import pytest
from connexion import context, utils  # type: ignore[import-untyped]
from connexion.datastructures import NoContent  # type: ignore[import-untyped]
from connexion.decorators import parameter  # type: ignore[import-untyped]
from connexion.exceptions import InvalidSpecification  # type: ignore[import-untyped]
from connexion.frameworks import flask as frameworks  # type: ignore[import-untyped]
from connexion.http_facts import METHODS  # type: ignore[import-untyped]
from connexion.json_schema import (  # type: ignore[import-untyped]
    RefResolutionError,
)
from connexion.lifecycle import ConnexionResponse  # type: ignore[import-untyped]
from connexion.operations import (  # type: ignore[import-untyped]
    AbstractOperation,
    OpenAPIOperation,
)
from connexion.resolver import Resolver  # type: ignore[import-untyped]
from connexion.spec import OpenAPISpecification, Specification  # type: ignore[import-untyped]
from werkzeug.local import LocalProxy

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/{path}": {
            "get": {
                "operationId": "json.dumps",
                "parameters": [
                    {
                        "name": "path",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "format": "path"},
                    }
                ],
                "requestBody": {"x-body-name": "obj", "content": {"application/json": {}}},
                "responses": {"200": {"$ref": "#/components/responses/It"}},
            }
        }
    },
    "components": {"responses": {"It": {"description": "It."}}},
}

# Every name that the extension imports from connexion: what is not here must not be used.
USED = {
    "connexion",
    "connexion.context",
    "connexion.datastructures.NoContent",
    "connexion.decorators.parameter.pythonic",
    "connexion.decorators.parameter.sanitized",
    "connexion.exceptions.InvalidSpecification",
    "connexion.exceptions.ResolverError",
    "connexion.frameworks.flask.FlaskJSONProvider",
    "connexion.frameworks.flask.flaskify_endpoint",
    "connexion.http_facts.METHODS",
    "connexion.json_schema.RefResolutionError",
    "connexion.lifecycle.ConnexionResponse",
    "connexion.operations.AbstractOperation",
    "connexion.operations.Swagger2Operation",
    "connexion.resolver.Resolver",
    "connexion.spec.OpenAPISpecification",
    "connexion.spec.Specification",
    "connexion.utils.get_function_from_name",
}


def imported() -> set[str]:
    """The names that the modules of the extension import from connexion."""
    names = set()
    for file in Path(*backend_common.api.__path__).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.partition(".")[0] == "connexion"}


def test_this_is_all_that_is_used() -> None:
    assert imported() == USED


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (Specification.from_dict, {"spec", "base_uri"}),
        (AbstractOperation.from_spec, {"spec", "path", "method", "resolver"}),
        (OpenAPISpecification._set_defaults, {"spec"}),
        (frameworks.flaskify_endpoint, {"identifier"}),
        (frameworks.FlaskJSONProvider, {"app"}),
        (parameter.pythonic, {"name"}),
        (parameter.sanitized, {"name"}),
        (utils.get_function_from_name, {"function_name"}),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_parameters(function: Any, parameters: set[str]) -> None:
    assert parameters <= signature(function).parameters.keys()


def test_a_specification() -> None:
    specification = Specification.from_dict(DOCUMENT, base_uri="")
    assert isinstance(specification, OpenAPISpecification)
    assert specification["paths"]["/{path}"]["get"]["responses"]["200"]["description"] == "It."
    assert specification.raw["components"]["responses"]["It"] == {"description": "It."}
    specification.base_path = "/v1"
    assert specification.base_path == "/v1"
    assert {"_raw_spec", "_spec", "_base_uri"} <= vars(specification).keys()


def test_an_operation() -> None:
    specification = Specification.from_dict(DOCUMENT, base_uri="")
    operation = specification.operation_cls.from_spec(
        specification, path="/{path}", method="get", resolver=Resolver()
    )
    assert isinstance(operation, OpenAPIOperation)
    assert operation.operation_id == "json.dumps"
    assert operation.function.__name__ == "dumps"
    assert operation.body_name("application/json") == "obj"
    assert operation.get_path_parameter_types() == {"path": "path"}
    assert operation._operation["operationId"] == "json.dumps"
    assert operation.request_body["content"] == {"application/json": {}}
    assert [each["name"] for each in operation.parameters] == ["path"]
    assert operation.responses["200"] == {"description": "It."}
    assert operation.security is None
    assert operation.security_schemes == {}


def test_the_context() -> None:
    for name in ("request", "context", "operation", "receive", "scope"):
        assert isinstance(getattr(context, name), LocalProxy)
    for name in ("_context", "_operation", "_receive", "_scope"):
        assert isinstance(getattr(context, name), ContextVar)


def test_the_rest() -> None:
    assert {"get", "put", "post", "delete", "options", "head", "patch", "trace"} == set(METHODS)
    assert parameter.pythonic("sortOrder") == "sort_order"
    assert parameter.pythonic("all") == "all_"
    assert parameter.sanitized("$petId") == "petId"
    assert utils.get_function_from_name("json.dumps").__name__ == "dumps"
    assert not iscoroutinefunction(utils.get_function_from_name)
    assert NoContent is not None
    assert ConnexionResponse(404, "text/plain", body="no").headers == {}
    assert isclass(RefResolutionError)
    assert list(InvalidSpecification("wrong", path=["a"]).absolute_path) == ["a"]
