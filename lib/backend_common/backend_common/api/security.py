"""Who may call an operation: the security schemes of a document.

A scheme is checked by the function that it names, as in connexion (``x-bearerInfoFunc``,
``x-basicInfoFunc``, ``x-apikeyInfoFunc``, ``x-tokenInfoFunc``), or else by the extension ``auth``.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction, signature
from typing import Any, NamedTuple, Protocol

import flask
from connexion.utils import get_function_from_name  # type: ignore[import-untyped]
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

Arguments = dict[str, Any]
Find = Callable[[flask.Request], tuple[str, ...] | None]
Verify = Callable[[flask.Request], Any]

NOTHING: Any = object()
"""The request has no credentials for a scheme."""

# NB: a realm must be quoted (RFC 9110, section 11.5), and werkzeug quotes what has a blank in it.
REALM = "this API"

_FUNCTIONS = {
    "basic": "x-basicInfoFunc",
    "bearer": "x-bearerInfoFunc",
    "apiKey": "x-apikeyInfoFunc",
    "oauth2": "x-tokenInfoFunc",
    "openIdConnect": "x-openIdConnectFunc",
}


class Guard(NamedTuple):
    """Lets a request pass, and tells the function who calls: in the arguments *gives*."""

    authorize: Callable[[flask.Request, Arguments], None]
    gives: frozenset[str]


class Auth(Protocol):
    """What this module uses of the extension ``auth``."""

    def authenticate(self) -> Any:
        """Return the user that the request's credentials are of; None where it has none.

        :raises Unauthorized: the credentials are wrong.
        """

    def require(self, permissions: Sequence[Any]) -> Any:
        """Go on if the user has the permissions: a list is one role, a list of lists several.

        :raises Unauthorized: there is no user.
        :raises Forbidden: the user has not.
        """


def make_guard(
    operation: Mapping[str, Any],
    requirements: Sequence[Mapping[str, Sequence[str]]] | None,
    schemes: Mapping[str, Mapping[str, Any]],
    auth: Auth | None,
) -> Guard | None:
    """Return what guards an operation; None if everybody may call it.

    :param operation: its ``x-permissions``, if any, stand in place of the scopes, for ``auth``.
    :param requirements: Security Requirement Objects, of which one must be met.
    :param schemes: Security Scheme Objects by name.
    :raises ValueError: a scheme is unknown, or nothing checks it.
    """
    if not requirements:
        if "x-permissions" in operation:
            raise ValueError("x-permissions need a security requirement beside them")
        return None
    if auth and all(_is_auths(schemes, requirement) for requirement in requirements):
        return _by_auth(auth, operation, requirements)
    alternatives = [_all_of(requirement, schemes) for requirement in requirements]
    named = dict.fromkeys(name for requirement in requirements for name in requirement)
    return _by_functions(alternatives, [schemes[name] for name in named])


def _is_auths(
    schemes: Mapping[str, Mapping[str, Any]], requirement: Mapping[str, Sequence[str]]
) -> bool:
    """Say whether all of the schemes that *requirement* names are left to the extension."""
    return all(
        name in schemes and not any(key in schemes[name] for key in _FUNCTIONS.values())
        for name in requirement
    )


def _by_auth(
    auth: Auth,
    operation: Mapping[str, Any],
    requirements: Sequence[Mapping[str, Sequence[str]]],
) -> Guard:
    optional = any(not requirement for requirement in requirements)
    scopes = [[scope for each in it.values() for scope in each] for it in requirements]
    permissions: Sequence[Any] = operation.get(
        "x-permissions", scopes[0] if len(scopes) == 1 else scopes
    )

    if not _are_permissions(permissions):
        raise ValueError("x-permissions must be a list of permissions, or a list of such lists")

    def authorize(_: flask.Request, arguments: Arguments) -> None:
        if not optional:
            auth.require(permissions)
        arguments["user"] = auth.authenticate()

    return Guard(authorize, frozenset({"user"}))


def _are_permissions(value: Any) -> bool:
    """Say whether *value* is a role, a list of permissions, or a list of roles."""
    if not isinstance(value, list):
        return False
    is_role = all(isinstance(each, str) for each in value)
    return is_role or all(isinstance(each, list) and _are_permissions(each) for each in value)


def _by_functions(alternatives: Sequence[Verify], schemes: Sequence[Mapping[str, Any]]) -> Guard:
    challenges = [
        WWWAuthenticate(kind, {"realm": REALM})
        for kind in dict.fromkeys(_challenge(scheme) for scheme in schemes)
    ]

    def authorize(request: flask.Request, arguments: Arguments) -> None:
        failure: HTTPException | None = None
        for verify in alternatives:
            try:
                found = verify(request)
            except (Unauthorized, Forbidden) as error:
                # 403 says more than 401: somebody did prove who they are.
                failure = error if failure is None or error.code == Forbidden.code else failure
                continue
            if found is not NOTHING:
                arguments["token_info"] = found
                arguments["user"] = found.get("sub", found.get("uid"))
                return
        if isinstance(failure, Forbidden):
            raise failure
        what = failure.description if failure else "No authorization token provided"
        raise Unauthorized(what, www_authenticate=challenges)

    return Guard(authorize, frozenset({"user", "token_info"}))


def _all_of(
    requirement: Mapping[str, Sequence[str]], schemes: Mapping[str, Mapping[str, Any]]
) -> Verify:
    checks = {name: _verifier(name, schemes, scopes) for name, scopes in requirement.items()}
    if not checks:
        return lambda _: {}
    if len(checks) == 1:
        return next(iter(checks.values()))

    def verify(request: flask.Request) -> Any:
        found = {name: check(request) for name, check in checks.items()}
        return NOTHING if NOTHING in found.values() else found

    return verify


def _verifier(name: str, schemes: Mapping[str, Mapping[str, Any]], scopes: Sequence[str]) -> Verify:
    if name not in schemes:
        raise ValueError(f"there is no security scheme {name!r}")
    scheme = schemes[name]
    kind = _kind(scheme)
    key = _FUNCTIONS.get(kind)
    if key is None:
        raise ValueError(f"the security scheme {name!r} is of the unsupported kind {kind!r}")
    if key not in scheme:
        raise ValueError(
            f"nothing checks the security scheme {name!r}: "
            f"name a function in its {key}, or load the extension 'auth'"
        )
    function = _function(scheme[key])
    find = _finder(kind, scheme)
    accepted = signature(function).parameters
    extra = {"required_scopes": list(scopes)} if "required_scopes" in accepted else {}
    scopes_fit = (
        _function(scheme["x-scopeValidateFunc"]) if "x-scopeValidateFunc" in scheme else _has_scopes
    )

    def verify(request: flask.Request) -> Any:
        credentials = find(request)
        if credentials is None:
            return NOTHING
        more = {"request": request} if "request" in accepted else {}
        found = function(*credentials, **extra, **more)
        if found is None:
            raise Unauthorized(f"The credentials for {name!r} are not valid")
        if kind in ("oauth2", "openIdConnect") and not scopes_fit(
            list(scopes), found.get("scope", found.get("scopes", ""))
        ):
            raise Forbidden(f"The token does not have the scopes {', '.join(scopes)}")
        return found

    return verify


def _function(name: str) -> Callable[..., Any]:
    function = get_function_from_name(name)
    if iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__):
        raise ValueError(f"the security function {name} is async; make it a plain function")
    return function  # type: ignore[no-any-return]


def _kind(scheme: Mapping[str, Any]) -> str:
    kind = str(scheme["type"])
    if scheme.get("x-authentication-scheme", "").lower() == "bearer":
        return "bearer"
    return str(scheme["scheme"]).lower() if kind == "http" else kind


def _challenge(scheme: Mapping[str, Any]) -> str:
    # NB: a 401 must have a challenge (RFC 9110, section 15.5.2); nobody registered one for keys.
    return {"apiKey": "apikey", "basic": "basic"}.get(_kind(scheme), "bearer")


def _finder(kind: str, scheme: Mapping[str, Any]) -> Find:
    if kind == "basic":
        return _basic
    if kind != "apiKey":
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


def _bearer(request: flask.Request) -> tuple[str, ...] | None:
    kind, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return (token.strip(),) if kind.lower() == "bearer" else None


def _basic(request: flask.Request) -> tuple[str, ...] | None:
    kind, _, encoded = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise Unauthorized("The Authorization header is not valid") from error
    return user, password


def _has_scopes(required: Sequence[str], scopes: str | Sequence[str]) -> bool:
    return set(required) <= set(scopes.split() if isinstance(scopes, str) else scopes)
