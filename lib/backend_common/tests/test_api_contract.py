"""What the api extension uses of connexion and connexion does not promise.

A failure here says what to look at after an upgrade, before anything else fails in odd ways.
"""

from inspect import signature
from typing import Any

import backend_common.api  # noqa: F401  imports connexion without its warnings
import pytest
from connexion.decorators import FlaskDecorator  # type: ignore[import-untyped]
from connexion.frameworks import flask as frameworks  # type: ignore[import-untyped]
from connexion.middleware import ConnexionMiddleware, abstract  # type: ignore[import-untyped]
from connexion.middleware.request_validation import RequestValidationOperation  # type: ignore[import-untyped]
from connexion.utils import is_null, is_nullable  # type: ignore[import-untyped]
from connexion.validators import VALIDATOR_MAP, JSONRequestBodyValidator, ParameterValidator  # type: ignore[import-untyped]


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (ConnexionMiddleware.add_api, {"specification", "base_path"}),
        (FlaskDecorator.decorate, {"function"}),
        (FlaskDecorator, {"pythonic_params", "jsonifier"}),
        (JSONRequestBodyValidator._parse, {"stream", "scope"}),
        (JSONRequestBodyValidator._validate, {"body"}),
        (ParameterValidator.validate_parameter, {"parameter_type", "value", "param"}),
        (is_null, {"value"}),
        (is_nullable, {"param_def"}),
        (RequestValidationOperation, {"validator_map"}),
        (abstract.AbstractRoutingAPI.make_operation, {"operation"}),
        (abstract.AbstractRoutingAPI._framework_path_and_name, {"operation", "path"}),
        (
            abstract.AbstractRoutingAPI._add_operation_internal,
            {"method", "path", "operation", "name"},
        ),
        (frameworks.flaskify_endpoint, {"identifier", "randomize"}),
        (frameworks.flaskify_path, {"swagger_path", "types"}),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_parameters(function: Any, parameters: set[str]) -> None:
    assert parameters <= signature(function).parameters.keys()


def test_the_routing_that_its_middlewares_look_for() -> None:
    assert abstract.ROUTING_CONTEXT == "connexion_routing"


def test_the_validators_that_are_replaced() -> None:
    assert {"parameter", "body"} <= VALIDATOR_MAP.keys()
    assert "*/*json" in VALIDATOR_MAP["body"]
