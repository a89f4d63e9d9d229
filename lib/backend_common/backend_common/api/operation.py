"""One operation of a document, as a view of Flask: who calls, with what, and what comes back.

All that depends on the document alone is done once, when the operation is registered.
"""

import re
from collections.abc import Callable, Mapping
from inspect import Parameter as Argument
from inspect import signature
from typing import Any

import flask
from connexion.decorators.parameter import pythonic  # type: ignore[import-untyped]
from connexion.operations import AbstractOperation, Swagger2Operation  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from backend_common.api.body import FORMS, Body, Form, is_file
from backend_common.api.parameters import MISSING, Parameter, parameter
from backend_common.api.responses import Responses
from backend_common.api.schemas import Dialect
from backend_common.api.security import Auth, make_guard

View = Callable[..., Response]

_TEMPLATE = re.compile(r"\{([^}]*)\}")


def make_view(
    app: flask.Flask,
    operation: AbstractOperation,
    dialect: Dialect,
    auth: Auth | None,
    *,
    validate_responses: bool,
) -> View:
    """Return the view of *operation*.

    :param auth: the extension ``auth``, if it is loaded.
    :raises ValueError: the document asks for what is not supported, or the function does not fit.
    """
    function = operation.function
    source = operation._operation  # the Operation Object
    accepts = Signature(function)
    guard = make_guard(source, operation.security, operation.security_schemes or {}, auth)
    pairs = [
        (each, pythonic(each.name))
        for each in _parameters(operation, dialect)
        if each.name or each.required
    ]
    parameters = [
        (each, name if accepts(name, asked=each.place in ("header", "cookie")) else None)
        for each, name in pairs
    ]
    content = _content(operation)
    body = Body(content, dialect, required=_is_required(operation)) if content else None
    body_name = pythonic(operation.body_name(next(iter(content), None))) if content else None
    spread = isinstance(operation, Swagger2Operation)
    responses = Responses(app, _responses(operation), dialect, validate=validate_responses)

    given = {name for each, name in pairs if each.required or each.default is not MISSING}
    given |= guard.gives if guard else set()
    given |= _given_by_body(content, dialect, body_name, spread=spread)
    accepts.expect(given)
    call = app.ensure_sync(function)

    def view(**_: Any) -> Response:
        request = flask.request._get_current_object()  # type: ignore[attr-defined]
        arguments: dict[str, Any] = {}
        if guard:
            caller: dict[str, Any] = {}
            guard.authorize(request, caller)
            arguments.update((name, caller[name]) for name in caller if accepts(name))
        responses.negotiate(request)
        for each, name in parameters:
            value = each.read(request)
            if name and value is not MISSING:
                arguments[name] = value
        if body:
            found = body.read(request)
            if isinstance(found, Form):
                arguments.update(_of_form(found, accepts, body_name, spread=spread))
            elif body_name and accepts(body_name):
                arguments[body_name] = found
        return responses.make(call(**arguments))

    return view


def rule_of(path: str, operation: AbstractOperation) -> str:
    """Return Flask's rule for a path template of OpenAPI.

    Numbers are not Flask's to convert: its converters fail on one of 5,000 digits.
    """
    kinds = operation.get_path_parameter_types()

    def convert(match: re.Match[str]) -> str:
        kind = "path:" if kinds.get(match[1]) == "path" else ""
        return f"<{kind}{_key(match[1])}>"

    return _TEMPLATE.sub(convert, path)


class Signature:
    """The arguments that a function takes by name."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        arguments = signature(function).parameters.values()
        self._any = any(each.kind is Argument.VAR_KEYWORD for each in arguments)
        self._named = {
            each.name: each.default is Argument.empty
            for each in arguments
            if each.kind in (Argument.POSITIONAL_OR_KEYWORD, Argument.KEYWORD_ONLY)
        }
        self._positional = [
            each.name for each in arguments if each.kind is Argument.POSITIONAL_ONLY
        ]

    def __call__(self, name: str, *, asked: bool = False) -> bool:
        """Say whether there is the argument *name*; ``**kwargs`` is none if it must be *asked*."""
        return name in self._named or (self._any and not asked)

    def expect(self, given: set[str]) -> None:
        """Go on if the function can be called with the arguments *given* alone.

        :raises ValueError: it cannot.
        """
        needed = [name for name, required in self._named.items() if required]
        for name in [*self._positional, *needed]:
            if name not in given or name in self._positional:
                raise ValueError(
                    f"the argument {name!r} of {self._function.__module__}."
                    f"{self._function.__qualname__} is not given in every request: "
                    "describe it as required, or give it a default"
                )


def _parameters(operation: AbstractOperation, dialect: Dialect) -> list[Parameter]:
    """Return what an operation takes besides the body; its own definitions go before its path's."""
    definitions: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in operation.parameters:
        if each["in"] not in ("body", "formData"):
            definitions.setdefault((each["in"], each["name"]), each)
    made = []
    for (place, name), definition in definitions.items():
        try:
            made.append(parameter(definition, _key(name), dialect))
        except ValueError as error:
            raise ValueError(f"{place} parameter {name!r}: {error}") from error
    return made


def _content(operation: AbstractOperation) -> Mapping[str, Mapping[str, Any]]:
    """Return the bodies that an operation takes, as Media Type Objects of OpenAPI 3."""
    definition = operation.request_body
    if not isinstance(operation, Swagger2Operation) or not definition:
        return definition.get("content", {})  # type: ignore[no-any-return]
    is_form = "in" not in definition
    consumed = [each for each in operation.consumes if (each in FORMS) == is_form]
    return dict.fromkeys(consumed or (FORMS if is_form else ["application/json"]), definition)


def _is_required(operation: AbstractOperation) -> bool:
    definition = operation.request_body
    if isinstance(operation, Swagger2Operation) and "in" not in definition:
        return bool(definition["schema"]["required"])
    return bool(definition.get("required"))


def _responses(operation: AbstractOperation) -> Mapping[str, Mapping[str, Any]]:
    """Return the Response Objects of an operation, as those of OpenAPI 3."""
    if not isinstance(operation, Swagger2Operation):
        return operation.responses  # type: ignore[no-any-return]
    produced = operation.produces or ["application/json"]
    return {
        status: {
            "headers": {},
            "content": {
                media_type: {}
                if definition["schema"].get("type") == "file"
                else {"schema": definition["schema"]}
                for media_type in produced
            }
            if "schema" in definition
            else {},
        }
        for status, definition in operation.responses.items()
    }


def _given_by_body(
    content: Mapping[str, Mapping[str, Any]],
    dialect: Dialect,
    body_name: str | None,
    *,
    spread: bool,
) -> set[str]:
    """Return the arguments that every body brings along."""
    given: set[str] = set()
    for media_type, definition in content.items():
        if media_type.partition(";")[0].strip().lower() not in FORMS:
            given.add(body_name or "")
            continue
        flat = dialect.flat(definition.get("schema", {}))
        properties = flat.get("properties", {})
        required = set(flat.get("required", []))
        required |= {name for name, each in properties.items() if "default" in each}
        files = {name for name, each in properties.items() if is_file(dialect.flat(each))}
        given |= {pythonic(name) for name in required & (properties.keys() if spread else files)}
        if not spread:
            given.add(body_name or "")
    return given


def _of_form(
    form: Form, accepts: Signature, body_name: str | None, *, spread: bool
) -> dict[str, Any]:
    """Return the arguments that a form brings: its files, and its fields at once or one by one."""
    named = {**form.fields, **form.files} if spread else form.files
    arguments = {pythonic(name): value for name, value in named.items() if accepts(pythonic(name))}
    if not spread and body_name and accepts(body_name):
        arguments[body_name] = form.fields
    return arguments


def _key(name: str) -> str:
    """Return the name of a path parameter as one that Flask takes."""
    return re.sub(r"\W", "_", name)
