"""What users of connexion may ask for besides documents and functions.

docs/from-connexion.md lists it, feature by feature. What is not here is refused with advice.
"""

import dis
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from inspect import unwrap
from types import CodeType, ModuleType
from typing import Any

import flask
from connexion import context  # type: ignore[import-untyped]

# Arguments of connexion's add_api() that register() does not have.
_ARGUMENTS = {
    "arguments": "documents are no templates: write the values into the document",
    "auth_all_paths": "a path without an operation is a 404 for everybody: leave it out",
    "jsonifier": "set app.json to a subclass of flask.json.provider.JSONProvider",
    "name": "routes are named for their base path: give it base_path",
    "options": "set API_UI to turn Swagger UI on or off",
    "pythonic_params": "an argument may be called petId or pet_id: leave it out",
    "resolver_error": "a function that is missing ends register(): leave it out",
    "security_map": "name a function in the security scheme, such as x-bearerInfoFunc, or load "
    "the extension 'auth'",
    "skip_error_handlers": "use app.register_error_handler()",
    "swagger_ui_options": "set API_UI to turn Swagger UI on or off",
    "uri_parser_class": "say in the document how parameters are written: style, explode or "
    "collectionFormat",
    "validator_map": "describe the value in its schema, or check it in the function",
}
# What connexion keeps of the current request.
_KEPT = (context.context, context.operation, context.receive, context.request, context.scope)


def check_arguments(given: Mapping[str, Any]) -> None:
    """Refuse arguments of ``register`` that connexion has and this has not.

    :raises ValueError: one of them is connexion's.
    :raises TypeError: one of them is unknown, to connexion too.
    """
    for name in given:
        if name in _ARGUMENTS:
            raise ValueError(f"register() has no argument {name!r}: {_ARGUMENTS[name]}")
        raise TypeError(f"register() got an unexpected keyword argument {name!r}")


def uses_context(function: Callable[..., Any]) -> bool:
    """Say whether *function* itself uses ``connexion.request`` or ``connexion.context``."""
    plain: Any = unwrap(function)
    while isinstance(plain, partial):
        plain = unwrap(plain.func)
    plain = getattr(plain, "__func__", plain)
    code, names = getattr(plain, "__code__", None), getattr(plain, "__globals__", {})
    return isinstance(code, CodeType) and any(
        value is kept for value in _used(code, names) for kept in _KEPT
    )


def set_context(request: flask.Request, operation: Any, caller: Mapping[str, Any]) -> None:
    """Set what ``connexion.request`` and ``connexion.context`` stand for.

    :param operation: connexion's, of the document.
    :param caller: what the guard of the operation found.
    """

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.get_data(), "more_body": False}

    context._context.set(dict(caller))
    context._operation.set(operation)
    context._receive.set(receive)
    context._scope.set(_scope(request))


def _scope(request: flask.Request) -> dict[str, Any]:
    """Return the ASGI scope that *request* would have had."""
    host, _, port = request.host.partition(":")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1").partition("/")[2],
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": request.root_path.rstrip("/"),
        "query_string": request.query_string,
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in request.headers
        ],
        "client": (request.remote_addr or "", 0),
        "server": (host, int(port) if port.isdecimal() else None),
        "path_params": dict(request.view_args or {}),
    }


def _used(code: CodeType, names: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what *code* has by the names of globals, and by attributes of modules among them."""
    value: Any = None
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            value = names.get(step.argval)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and isinstance(value, ModuleType):
            value = vars(value).get(step.argval)
        else:
            value = None
            continue
        yield value
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _used(constant, names)
