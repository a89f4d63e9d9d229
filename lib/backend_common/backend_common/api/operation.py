"""One operation of a document, as a view of Flask: who calls, with what, and what comes back.

All that depends on the document alone is done once, when the operation is registered.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import flask
from connexion.operations import AbstractOperation, Swagger2Operation  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from backend_common.api.arguments import Arguments
from backend_common.api.body import Body
from backend_common.api.forms import MULTIPART, Form
from backend_common.api.from_connexion import set_context, uses_context
from backend_common.api.media_types import FORMS, MediaType
from backend_common.api.parameters import MISSING, Parameter, parameter
from backend_common.api.responses import Responses
from backend_common.api.schemas import Dialect
from backend_common.api.security import Auth, make_guard
from backend_common.api.strict import Strict

View = Callable[..., Response]
Take = Callable[[flask.Request, dict[str, Any]], None]

CONTEXT = "context_"
"""The argument that gets all that is known of the caller, as in connexion."""

_TEMPLATE = re.compile(r"\{([^}]*)\}")
_PARTS = re.compile(r"(\{[^}]*\})")
# What a form field of Swagger 2.0 says that its schema does not.
_OF_FIELD = {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue"}
_ENCODINGS: dict[str, Mapping[str, Any]] = {
    "csv": {"style": "form", "explode": False},
    "multi": {"style": "form", "explode": True},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "ssv": {"style": "spaceDelimited", "explode": False},
}


@dataclass(frozen=True)
class Options:
    """How the operations of a document are served.

    :param auth: the extension ``auth``, if it is loaded.
    :param validate_responses: whether a response that is not what the document says is an error.
    :param strict: whether parameters and form fields that are not declared are an error.
    """

    auth: Auth | None
    validate_responses: bool
    strict: bool = False


def make_view(
    app: flask.Flask, operation: AbstractOperation, dialect: Dialect, options: Options
) -> View:
    """Return the view of *operation*.

    :raises ValueError: the document asks for what is not supported, or the function does not fit.
    """
    source = operation._operation  # the Operation Object
    needs_context = uses_context(operation.function)
    accepts = Arguments(operation.function)
    guard = make_guard(
        source,
        operation.security,
        operation.security_schemes or {},
        options.auth,
        app.config["SESSION_COOKIE_NAME"],
    )
    callers = [
        (name, accepts.bind(name, "the caller", always=True))
        for name in (sorted(guard.gives) if guard else ())
    ]
    parameters = [
        (each, _bound(accepts, each))
        for each in _parameters(operation, dialect)
        if each.name or each.required
    ]
    strict = Strict(operation, dialect) if options.strict else None
    take_body = _body_taker(operation, dialect, accepts, strict)
    responses = Responses(
        app,
        operation.operation_id,
        _responses(operation),
        dialect,
        validate=options.validate_responses,
    )
    if accepts.is_generator and responses.are_all_json:
        raise ValueError(
            f"{accepts.name} is a generator, which cannot become JSON: return a list, or describe "
            "a response whose media type is not JSON"
        )
    context = accepts.has(CONTEXT) and accepts.bind(CONTEXT, "the context", always=True)
    accepts.check()
    call = app.ensure_sync(operation.function)

    def view(**_: Any) -> Response:
        request = flask.request._get_current_object()  # type: ignore[attr-defined]
        arguments: dict[str, Any] = {}
        # NB: before anything else is looked at: what a request says may take long to check.
        caller: Mapping[str, Any] = {}
        if guard:
            caller = guard.authorize(request)
            arguments.update((name, caller[key]) for key, name in callers if name)
        if context:
            arguments[context] = dict(caller)
        if needs_context:
            set_context(request, operation, caller)
        if strict:
            strict.check_query(request)
        responses.negotiate(request)
        for each, name in parameters:
            value = each.read(request)
            if name and value is not MISSING:
                arguments[name] = value
        if take_body:
            take_body(request, arguments)
        return responses.make(call(**arguments))

    return view


def rule_of(path: str, operation: AbstractOperation) -> str:
    """Return Flask's rule for a path template of OpenAPI.

    Numbers are not Flask's to convert: its converters fail on one of 5,000 digits.

    :raises ValueError: no request could ever have this path.
    """
    kinds = operation.get_path_parameter_types()
    names = _TEMPLATE.findall(path)
    if again := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"the path has {{{again[0]}}} more than once: rename one of them")

    def convert(match: re.Match[str]) -> str:
        kind = "path:" if kinds.get(match[1]) == "path" else ""
        return f"<{kind}{_key(match[1])}>"

    return _TEMPLATE.sub(convert, plain_path(path))


def plain_path(path: str) -> str:
    """Return *path* as it is compared with requests, which are decoded before.

    :raises ValueError: no request could ever have this path.
    """
    literal = _TEMPLATE.sub("x", path)
    if path and not path.startswith("/"):
        raise ValueError(f"the path {path!r} does not begin with a slash: write one before it")
    if found := re.search(r"[?#]", literal):
        raise ValueError(
            f"the path {path!r} has a {found[0]!r} in it, which ends the path of a request: "
            "describe what follows as parameters"
        )
    if found := re.search(r"[<>]|%(?![0-9a-fA-F]{2})|%2f", literal, re.IGNORECASE):
        raise ValueError(f"the path {path!r} has {found[0]!r} in it, which cannot be served")
    if found := re.search(r"/(\.{0,2})/|/(\.{1,2})$", literal):
        raise ValueError(
            f"the path {path!r} has {found[0]!r} in it, which clients and servers leave out: "
            "leave it out"
        )
    return "".join(each if each.startswith("{") else unquote(each) for each in _PARTS.split(path))


def _bound(accepts: Arguments, each: Parameter) -> str | None:
    return accepts.bind(
        each.name,
        f"{each.place} parameter {each.name!r}",
        always=each.required or each.default is not MISSING,
        asked=each.place in ("header", "cookie"),
    )


def _body_taker(
    operation: AbstractOperation, dialect: Dialect, accepts: Arguments, strict: Strict | None
) -> Take | None:
    """Return what reads the body of a request into arguments; None if the operation has none.

    :raises ValueError: the document asks for what is not supported, or the function does not fit.
    """
    content = _content(operation)
    if not content:
        return None
    required = _is_required(operation)
    body = Body(content, dialect, required=required)
    # NB: connexion gives the fields of Swagger's forms one by one, and other bodies as a whole.
    spread = isinstance(operation, Swagger2Operation)
    wholes: dict[str, str | None] = {}
    parts: dict[str, list[tuple[str, str]]] = {}
    for media_type in content:
        form = body.forms.get(media_type)
        if not form or not spread:
            wholes[media_type] = accepts.bind(
                operation.body_name(media_type), "the body", always=True, body=media_type
            )
        parts[media_type] = []
        if not form:
            continue
        always = form.always
        for name in form.names if spread else sorted(form.files):
            argument = accepts.bind(
                name,
                f"the {'file' if name in form.files else 'field'} {name!r} of the body",
                always=name in always,
                body=media_type,
            )
            if argument:
                parts[media_type].append((name, argument))

    def take(request: flask.Request, arguments: dict[str, Any]) -> None:
        media_type, found = body.read(request)
        if strict and isinstance(found, Form):
            strict.check_form(request, frozenset(body.forms[media_type].names))
        whole = wholes.get(media_type)
        if isinstance(found, Form):
            if whole:
                arguments[whole] = found.fields
            for name, argument in parts[media_type]:
                values = found.files if name in found.files else found.fields
                if name in values:
                    arguments[argument] = values[name]
        elif whole and found is not MISSING:
            arguments[whole] = found
        elif whole and accepts.needs(whole):
            arguments[whole] = None

    return take


def _parameters(operation: AbstractOperation, dialect: Dialect) -> list[Parameter]:
    """Return what an operation takes besides the body; its own definitions go before its path's."""
    definitions: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in operation.parameters:
        if each["in"] not in ("body", "formData"):
            definitions.setdefault((each["in"], each["name"]), each)
    keys: dict[str, str] = {}
    made = []
    for (place, name), definition in definitions.items():
        if place == "path" and f"{{{name}}}" not in operation.path:
            raise ValueError(f"path parameter {name!r} is not in the path {operation.path}")
        if place == "path" and keys.setdefault(_key(name), name) != name:
            raise ValueError(
                f"path parameters {keys[_key(name)]!r} and {name!r} are too much alike: rename one"
            )
        try:
            made.append(parameter(definition, _key(name), dialect))
        except ValueError as error:
            raise ValueError(f"{place} parameter {name!r}: {error}") from error
    return made


def _content(operation: AbstractOperation) -> Mapping[str, Mapping[str, Any]]:
    """Return the bodies that an operation takes, as Media Type Objects of OpenAPI 3."""
    if not isinstance(operation, Swagger2Operation):
        return operation.request_body.get("content", {})  # type: ignore[no-any-return]
    fields = _form_fields(operation)
    consumed = [
        each for each in operation.consumes if MediaType.parse(each).is_form is bool(fields)
    ]
    if not fields:
        definition = operation.request_body
        return dict.fromkeys(consumed or ["application/json"], definition) if definition else {}
    if any(each["type"] == "file" for each in fields):
        consumed = [each for each in consumed if MediaType.parse(each).essence == MULTIPART]
        return dict.fromkeys(consumed or [MULTIPART], _form(fields))
    return dict.fromkeys(consumed or FORMS, _form(fields))


def _form_fields(operation: AbstractOperation) -> list[Mapping[str, Any]]:
    """Return the form fields of an operation; its own definitions go before its path's."""
    fields: dict[str, Mapping[str, Any]] = {}
    for each in operation.parameters:
        if each["in"] == "formData":
            fields.setdefault(each["name"], each)
    return list(fields.values())


def _form(fields: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the form of Swagger 2.0 with these *fields* as a Media Type Object of OpenAPI 3.

    connexion has one too, which leaves out most of what a field says: its pattern, its length, ….
    """
    properties: dict[str, Mapping[str, Any]] = {}
    encoding: dict[str, Mapping[str, Any]] = {}
    for each in fields:
        schema = {word: value for word, value in each.items() if word not in _OF_FIELD}
        if schema["type"] == "file":
            schema = {**schema, "type": "string", "format": "binary"}
        elif schema["type"] == "array":
            written = each.get("collectionFormat", "csv")
            if written not in _ENCODINGS:
                raise ValueError(
                    f"the form field {each['name']!r}: the collectionFormat {written} "
                    "is not supported"
                )
            encoding[each["name"]] = _ENCODINGS[written]
        properties[each["name"]] = schema
    required = [each["name"] for each in fields if each.get("required")]
    return {
        "schema": {"type": "object", "properties": properties, "required": required},
        "encoding": encoding,
    }


def _is_required(operation: AbstractOperation) -> bool:
    if isinstance(operation, Swagger2Operation) and (fields := _form_fields(operation)):
        return any(each.get("required") for each in fields)
    return bool(operation.request_body.get("required"))


def _responses(operation: AbstractOperation) -> Mapping[str, Mapping[str, Any]]:
    """Return the Response Objects of an operation, as those of OpenAPI 3."""
    if not isinstance(operation, Swagger2Operation):
        return operation.responses  # type: ignore[no-any-return]
    return {
        status: {
            "headers": {},
            "content": _produced(definition["schema"], operation.produces)
            if "schema" in definition
            else {},
        }
        for status, definition in operation.responses.items()
    }


def _produced(schema: Mapping[str, Any], media_types: Sequence[str]) -> Mapping[str, Any]:
    """Return the Media Type Objects of a response of Swagger 2.0."""
    if schema.get("type") == "file":
        return {media_type: {} for media_type in media_types or ["*/*"]}
    return {media_type: {"schema": schema} for media_type in media_types or ["application/json"]}


def _key(name: str) -> str:
    """Return the name of a path parameter as one that Flask takes."""
    key = re.sub(r"\W", "_", name, flags=re.ASCII)
    return key if key[:1].isalpha() else f"_{key}"
