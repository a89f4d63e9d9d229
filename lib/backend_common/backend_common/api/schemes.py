"""Security schemes of a document: where the credentials are in a request, and what checks them."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction, signature
from typing import Any

import flask
from werkzeug.exceptions import Forbidden, Unauthorized

from backend_common.api.functions import find as find_function

Scheme = Mapping[str, Any]
Find = Callable[[flask.Request], tuple[str, ...] | None]
Verify = Callable[[flask.Request], Any]

NOTHING: Any = object()
"""The request has no credentials for a scheme."""

_FUNCTIONS = {
    "basic": "x-basicInfoFunc",
    "bearer": "x-bearerInfoFunc",
    "apiKey": "x-apikeyInfoFunc",
    "oauth2": "x-tokenInfoFunc",
    "openIdConnect": "x-openIdConnectFunc",
}
_WITH_SCOPES = ("oauth2", "openIdConnect")
# What connexion has and this has not, and what to use instead.
_UNSUPPORTED = {
    "x-tokenInfoUrl": "name a function in x-tokenInfoFunc, or leave it to the extension 'auth'",
}


def check(name: str, schemes: Mapping[str, Scheme]) -> Scheme:
    """Return the scheme *name*, one of a kind that is supported.

    :raises ValueError: there is no such scheme, or it cannot be served.
    """
    if name not in schemes:
        raise ValueError(f"there is no security scheme {name!r}")
    scheme = schemes[name]
    if kind(scheme) not in _FUNCTIONS:
        raise ValueError(
            f"the security scheme {name!r} is of the unsupported kind {kind(scheme)!r}"
        )
    for key, advice in _UNSUPPORTED.items():
        if key in scheme:
            raise ValueError(f"{key} of the security scheme {name!r} is not supported: {advice}")
    return scheme


def kind(scheme: Scheme) -> str:
    """Return the kind of *scheme*, a key of the functions that may check it."""
    declared = str(scheme["type"])
    if str(scheme.get("x-authentication-scheme", "")).lower() == "bearer":
        return "bearer"
    return str(scheme["scheme"]).lower() if declared == "http" else declared


def has_function(scheme: Scheme) -> bool:
    """Say whether *scheme* names a function that checks it."""
    return any(key in scheme for key in _FUNCTIONS.values())


def function_key(scheme: Scheme) -> str:
    """Return the key of *scheme* that names the function which checks it."""
    return _FUNCTIONS[kind(scheme)]


def challenge(scheme: Scheme) -> str:
    """Return the authentication scheme for ``WWW-Authenticate``."""
    # NB: a 401 must have a challenge (RFC 9110, section 15.5.2); nobody registered one for keys.
    return {"apiKey": "apikey", "basic": "basic"}.get(kind(scheme), "bearer")


def by_function(name: str, scheme: Scheme, scopes: Sequence[str]) -> Verify:
    """Return what checks a request with the function that *scheme* names.

    It returns what the function found, or NOTHING; it raises Unauthorized for wrong credentials,
    and Forbidden where the *scopes* are missing.

    :raises ValueError: there is no such function, or it would not check the scopes.
    """
    key = function_key(scheme)
    if key not in scheme:
        raise ValueError(
            f"nothing checks the security scheme {name!r}: "
            f"name a function in its {key}, or load the extension 'auth'"
        )
    function = _function(scheme[key], name)
    find = finder(scheme)
    accepted = signature(function).parameters
    has_scopes = kind(scheme) in _WITH_SCOPES
    if scopes and not has_scopes and "required_scopes" not in accepted:
        raise ValueError(
            f"the scopes of the security scheme {name!r} would not be checked: "
            f"give {scheme[key]} an argument required_scopes, or remove them"
        )
    extra = {"required_scopes": list(scopes)} if "required_scopes" in accepted else {}
    scopes_fit = (
        _function(scheme["x-scopeValidateFunc"], name)
        if "x-scopeValidateFunc" in scheme
        else _has_scopes
    )

    def verify(request: flask.Request) -> Any:
        credentials = find(request)
        if credentials is None:
            return NOTHING
        more = {"request": request} if "request" in accepted else {}
        found = function(*credentials, **extra, **more)
        if found is None:
            raise Unauthorized(f"The credentials for {name!r} are not valid")
        if has_scopes and not scopes_fit(list(scopes), found.get("scope", found.get("scopes", ""))):
            raise Forbidden(f"The token does not have the scopes {', '.join(scopes)}")
        return found

    return verify


def finder(scheme: Scheme) -> Find:
    """Return what finds the credentials for *scheme* in a request; None where it has none."""
    if kind(scheme) == "basic":
        return _basic
    if kind(scheme) != "apiKey":
        return _bearer
    name, place = scheme["name"], scheme["in"]

    def key(request: flask.Request) -> tuple[str, ...] | None:
        given: dict[str, Any] = {
            "query": request.args,
            "header": request.headers,
            "cookie": request.cookies,
        }
        text = given[place].get(name)
        return None if text is None else (text,)

    return key


def _function(name: str, scheme: str) -> Callable[..., Any]:
    try:
        function = find_function(name)
    except (AttributeError, ImportError, ValueError) as error:
        raise ValueError(
            f"the security scheme {scheme!r} names the function {name!r}, which is not there "
            f"({error}): correct the dotted name"
        ) from error
    if iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__):
        raise ValueError(f"the security function {name} is async; make it a plain function")
    return function


def _bearer(request: flask.Request) -> tuple[str, ...] | None:
    name, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return (token.strip(),) if name.lower() == "bearer" else None


def _basic(request: flask.Request) -> tuple[str, ...] | None:
    name, _, encoded = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if name.lower() != "basic":
        return None
    try:
        user, _, password = b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise Unauthorized("The Authorization header is not valid") from error
    return user, password


def _has_scopes(required: Sequence[str], scopes: str | Sequence[str]) -> bool:
    return set(required) <= set(scopes.split() if isinstance(scopes, str) else scopes)
