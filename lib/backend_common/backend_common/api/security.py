"""Who may call an operation: the security requirements of a document.

A scheme is checked by the function that it names, as in connexion (``x-bearerInfoFunc``,
``x-basicInfoFunc``, ``x-apikeyInfoFunc``, ``x-tokenInfoFunc``), or else by the extension ``auth``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import flask
from starlette.exceptions import HTTPException as StarletteError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

from backend_common.api import schemes
from backend_common.api.schemes import NOTHING, Scheme, Verify
from backend_common.core import caller

Caller = dict[str, Any]
Requirement = Mapping[str, Sequence[str]]
Attempt = Callable[[flask.Request], Caller | None]

# NB: a realm must be quoted (RFC 9110, section 11.5), and werkzeug quotes what has a blank in it.
REALM = "this API"
PERMISSIONS = "x-permissions"


class Guard(NamedTuple):
    """Lets a request pass, and tells the function who calls.

    :param authorize: returns the arguments *gives*; raises Unauthorized or Forbidden.
    :param is_open: whether a request without credentials passes.
    """

    authorize: Callable[[flask.Request], Caller]
    gives: frozenset[str]
    is_open: bool


class Auth(Protocol):
    """What this module uses of the extension ``auth``."""

    def authenticate(self, token: str | None = None) -> Any:
        """Return the user that the request's credentials are of; None where it has none.

        :param token: the credentials, where a document has them in a place of its own.
        :raises Unauthorized: the credentials are wrong.
        """

    def require(self, needed: Any) -> Any:
        """Go on if the user has the permissions: a list is one role, a list of lists several.

        :raises Unauthorized: there is no user.
        :raises Forbidden: the user does not have them.
        """

    def require_permissions(self, needed: Any) -> Any:
        """Go on if *needed* are permissions.

        :raises ValueError: they are not.
        """


def make_guard(
    operation: Mapping[str, Any],
    requirements: Sequence[Requirement] | None,
    declared: Mapping[str, Scheme],
    auth: Auth | None,
    session_cookie: str | None = None,
) -> Guard | None:
    """Return what guards an operation; None if everybody may call it.

    :param operation: its ``x-permissions``, if any, stand in place of the scopes, for ``auth``.
    :param requirements: Security Requirement Objects, of which one must be met.
    :param declared: Security Scheme Objects by name.
    :param session_cookie: the name of the cookie whose session ``auth`` knows the user of.
    :raises ValueError: a scheme is unknown, or nothing checks it, or a permission.
    """
    if not requirements:
        if PERMISSIONS in operation:
            raise ValueError(f"{PERMISSIONS} need a security requirement beside them")
        return None
    asked = [each for each in requirements if each]
    is_open = len(asked) < len(requirements)
    used = {name: schemes.check(name, declared) for each in asked for name in each}
    left = {name for name, scheme in used.items() if auth and not schemes.has_function(scheme)}
    if PERMISSIONS in operation:
        _check_enforced(asked, left, is_open=is_open)
    makers = _Makers(operation, used, left, auth, session_cookie)
    # NB: what auth finds by itself comes first; a token in a place of its own replaces it.
    attempts = [attempt for own in (False, True) for attempt in makers.attempts(asked, own=own)]
    gives = {"user"} if used and left == used.keys() else {"user", "token_info"}
    authorize = _any_of(attempts, list(used.values()), is_open=is_open, ask=makers.ask)
    return Guard(authorize, frozenset(gives), is_open)


def asks_for_permission(
    operation: Mapping[str, Any],
    requirements: Sequence[Requirement] | None,
    declared: Mapping[str, Scheme],
) -> bool:
    """Say whether a caller of *operation* must have a permission, or is judged by a function.

    ``x-permissions: []`` counts: the author decided that any authenticated caller is enough.

    :param requirements: Security Requirement Objects.
    :param declared: Security Scheme Objects by name.
    """
    return bool(requirements) and all(
        any(
            PERMISSIONS in operation or scopes or schemes.has_function(declared[name])
            for name, scopes in requirement.items()
        )
        for requirement in requirements or ()
    )


def _check_enforced(asked: Sequence[Requirement], left: set[str], *, is_open: bool) -> None:
    """Find a way around ``x-permissions``, which ``auth`` alone enforces."""
    if is_open:
        raise ValueError(
            f"{PERMISSIONS} cannot be enforced beside the security requirement {{}}, which lets "
            "everybody pass: remove one of the two"
        )
    for requirement in asked:
        if not left & requirement.keys():
            raise ValueError(
                f"{PERMISSIONS} cannot be enforced beside the security scheme "
                f"{next(iter(requirement))!r}, which is not left to the extension 'auth': "
                "load it and remove the function of the scheme, or remove them"
            )


class _Makers:
    """Makes what tries each of the alternatives of one operation."""

    def __init__(
        self,
        operation: Mapping[str, Any],
        used: Mapping[str, Scheme],
        left: set[str],
        auth: Auth | None,
        session_cookie: str | None,
    ) -> None:
        self._operation = operation
        self._used = used
        self._left = left
        self._auth = auth
        self._session_cookie = session_cookie
        self.ask: Callable[[], Any] | None = None
        """Raises what ``auth`` tells a request without credentials, if it alone checks them."""

    def attempts(self, asked: Sequence[Requirement], *, own: bool) -> list[Attempt]:
        """Return what tries those alternatives that have the token in a place of its *own*."""
        made = []
        roles = []
        for requirement in asked:
            checks = {
                name: schemes.by_function(name, self._used[name], scopes)
                for name, scopes in requirement.items()
                if name not in self._left
            }
            name = self._name(requirement)
            if name is None or self._auth is None:
                if not own:
                    made.append(_by_functions(checks))
                continue
            find = _token_finder(name, self._used[name], self._session_cookie)
            if own != (find is not None):
                continue
            scopes = list(requirement[name])
            if find or checks:
                made.append(_by_auth(self._auth, self._needed([scopes]), find, checks))
            else:
                roles.append(scopes)
        if roles and (auth := self._auth):
            needed = self._needed(roles)
            made.insert(0, _by_auth(auth, needed, None, {}))
            if len(roles) == len(asked):
                self.ask = lambda: auth.require(needed)
        return made

    def _name(self, requirement: Requirement) -> str | None:
        """Return the scheme in *requirement* that is left to ``auth``, if there is one."""
        names = [name for name in requirement if name in self._left]
        if len(names) > 1:
            raise ValueError(
                f"the security schemes {' and '.join(map(repr, names))} are both left to the "
                "extension 'auth', which knows one user: name one of them"
            )
        return names[0] if names else None

    def _needed(self, roles: list[list[str]]) -> list[Any]:
        """Return the permissions that a user needs: the operation's own, or else *roles*."""
        needed = self._operation.get(PERMISSIONS, roles[0] if len(roles) == 1 else roles)
        if not isinstance(needed, list):
            raise ValueError(
                f"{PERMISSIONS} must be a list of permissions, or a list of such lists"
            )
        if self._auth:
            self._auth.require_permissions(needed)
        return needed


def _token_finder(name: str, scheme: Scheme, session_cookie: str | None) -> schemes.Find | None:
    """Return what finds the token for *scheme*, which is left to ``auth``.

    None stands for the places that ``auth`` looks at by itself: the header ``Authorization``, and
    the session.
    """
    kind = schemes.kind(scheme)
    if kind == "basic":
        raise ValueError(
            f"nothing checks the security scheme {name!r}, since the extension 'auth' knows no "
            f"passwords: name a function in its {schemes.function_key(scheme)}"
        )
    if kind != "apiKey":
        return None
    place, key = scheme["in"], scheme["name"]
    if (place, key.lower()) == ("header", "authorization") or (place, key) == (
        "cookie",
        session_cookie,
    ):
        return None
    return schemes.finder(scheme)


def _by_auth(
    auth: Auth, needed: Any, find: schemes.Find | None, others: Mapping[str, Verify]
) -> Attempt:
    """Return what asks *auth* for a user with the permissions *needed*, and then the *others*."""

    def attempt(request: flask.Request) -> Caller | None:
        token = find(request) if find else None
        if find and token is None:
            return None
        try:
            user = auth.authenticate(*(token or ()))
        except Unauthorized as error:
            raise _WrongTokenError(error) from error
        if user is None:
            return None
        found = {name: verify(request) for name, verify in others.items()}
        if NOTHING in found.values():
            return None
        if token is not None or others:
            caller.mark_identified(request.environ)
        auth.require(needed)
        return {"user": user, "token_info": found}

    return attempt


def _by_functions(checks: Mapping[str, Verify]) -> Attempt:
    def attempt(request: flask.Request) -> Caller | None:
        found = {name: verify(request) for name, verify in checks.items()}
        if NOTHING in found.values():
            return None
        caller.mark_identified(request.environ)
        info = next(iter(found.values())) if len(found) == 1 else found
        return {"token_info": info, "user": info.get("sub", info.get("uid"))}

    return attempt


def _any_of(
    attempts: Sequence[Attempt],
    used: Sequence[Scheme],
    *,
    is_open: bool,
    ask: Callable[[], Any] | None,
) -> Callable[[flask.Request], Caller]:
    """Return what tries the alternatives in turn; that nobody is welcome, too, comes last."""
    challenges = [
        WWWAuthenticate(kind, {"realm": REALM})
        for kind in dict.fromkeys(schemes.challenge(scheme) for scheme in used)
    ]

    def authorize(request: flask.Request) -> Caller:
        failure: Exception | None = None
        wrong: Exception | None = None
        for attempt in attempts:
            try:
                if found := attempt(request):
                    return found
            except _WrongTokenError as error:
                wrong = error.reason
                failure = failure or wrong
            except (HTTPException, StarletteError) as error:
                if (status := _status(error)) not in (401, 403):
                    raise
                # 403 says more than 401: somebody did prove who they are.
                failure = error if failure is None or status == Forbidden.code else failure
        if is_open and not wrong:
            return {"user": None, "token_info": {}}
        failure = wrong if is_open else failure
        if failure is None and ask:
            ask()
        if failure is not None and (_status(failure) == Forbidden.code or _challenges(failure)):
            raise failure
        what = getattr(failure, "detail", None) or getattr(failure, "description", None)
        what = what or "No authorization token provided"
        raise Unauthorized(what, www_authenticate=challenges)

    return authorize


class _WrongTokenError(Exception):
    """The extension ``auth`` does not trust the token of a request."""

    def __init__(self, reason: Unauthorized) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _status(error: Exception) -> int | None:
    """Return the status of an error of Werkzeug's, or of Starlette's, as connexion's are."""
    return getattr(error, "status_code", None) or getattr(error, "code", None)


def _challenges(error: Exception) -> bool:
    """Say whether *error* says by itself which credentials are needed."""
    if isinstance(error, HTTPException):
        return any(name.lower() == "www-authenticate" for name, _ in error.get_headers())
    return "www-authenticate" in {name.lower() for name in getattr(error, "headers", None) or {}}
