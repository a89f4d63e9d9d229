"""Which requests a cached page answers, and which pages are kept (RFC 9111).

A page is kept for everybody. So nothing is kept that is not for everybody: a page that depends on a
cookie or on credentials, that sets a cookie, or that has a nonce.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import flask
from flask.globals import request_ctx
from flask_caching.utils import get_arg_names, query_args_as_pairs
from werkzeug.wrappers import Response

from backend_common.core import caller, nonce
from backend_common.core.app import current_app, current_request

METHODS = ("GET", "HEAD")

# Headers in which callers, or the proxies that authenticate them, say who they are: Authorization,
# Cookie, X-Api-Key, X-Auth-Token, X-Remote-User, X-Amzn-Oidc-Data, Ssl-Client-Cert.
_CREDENTIALS = re.compile(
    r"(?:authorization|cookie|key|token|secret|password|signature|session(?:-?id)?|jwt|assertion"
    r"|identity|principal(?:-id|-name)?|user(?:-?name|-?id)?|email|groups|roles"
    r"|oidc-data|client-(?:cert|dn|subject|verify)|s-dn)\Z",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,;=]+")

FORBIDDEN = {"no-store", "no-cache", "private"}
LONGEST_NAME = 64  # characters from the end of a header's name that are looked at
STATUSES = (200, 203, 204, 300, 301, 308)
"""What may be kept: no error, which may be over in a moment, and no redirect of the moment."""

PATH = "%s"  # in Flask-Caching's key_prefix: the path of the request


class Page:
    """What is known of one function that ``cached`` decorates.

    :param prefix: Flask-Caching's ``key_prefix``: the beginning of the key, or a function that
        returns a whole key.
    :param vary: the names of the request headers that a page depends on.
    :param public: whether a page is the same with and without cookies and credentials.
    :param query: whether a page depends on the query.
    """

    def __init__(
        self,
        prefix: str | Callable[[], str],
        *,
        vary: Collection[str] = (),
        public: bool = False,
        query: bool = True,
    ) -> None:
        self._prefix = prefix
        self._vary = tuple(sorted({name.lower() for name in vary}))
        self._public = public
        self._query = query
        self._has_warned = False
        self.function: Callable[..., Any] | None = None
        """The decorated function."""

    @property
    def has_path(self) -> bool:
        """Whether the key has the path of the request."""
        return isinstance(self._prefix, str) and PATH in self._prefix

    def bypasses(self) -> bool:
        """Say whether the current request has nothing to do with what is kept."""
        if not flask.has_request_context() or not self._is_page():
            return False
        request = current_request()
        if request.method not in METHODS:
            return True
        if self._public:
            return False
        if caller.is_identified(request.environ) or "REMOTE_USER" in request.environ:
            return True
        return any(
            _is_credential(name) and name.lower() not in self._vary for name, _ in request.headers
        )

    def keeps(self, value: Any) -> bool:
        """Say whether to keep *value*, which the function returned or raised."""
        if not flask.has_request_context() or not self._is_page():
            return True
        request = current_request()
        if request.method == "HEAD":
            return False  # it may lack the body
        response = current_app.make_response(value)
        if _has_nonce(response):
            self._warn(request.path)
            return False
        return not (
            response.status_code not in STATUSES
            or "Set-Cookie" in response.headers
            or _is_forbidden(response)
            or self._varies(response)
            or (_has_used_session() and not self._public)
        )

    def key(
        self,
        *arguments: Any,
        use_request: bool = False,
        path: str | None = None,
        query_args: Any = None,
        base_url: str | None = None,
        headers: Mapping[str, str] | None = None,
        **named: Any,
    ) -> str:
        """Return the key of the current request, or of the one that the arguments describe.

        :param use_request: look at the current request alone; the others are arguments of the view.
        :param path: of the request, by default what ``url_for`` makes of *named*.
        :param query_args: the query as text, a mapping or pairs.
        :param base_url: such as ``https://shop.example.org``, by default that of the current
            request.
        :param headers: those that the page depends on.
        """
        assert isinstance(self._prefix, str)
        if use_request:
            request = current_request()
            path, query = request.path, _pairs(request.query_string)
            place = (request.scheme, request.host, request.root_path)
            values = [request.headers.get(name) for name in self._vary]
        else:
            path = path if path is not None else self._path(arguments, named)
            query = [] if query_args is None else query_args_as_pairs(query_args)
            place = _place(base_url)
            given = {name.lower(): value for name, value in (headers or {}).items()}
            values = [given.get(name) for name in self._vary]
        # The order of names means nothing, and the order of the values of one name does.
        query = sorted(query, key=lambda pair: pair[0]) if self._query else []
        parts = ascii((*place, path, query, values))
        digest = hashlib.sha256(parts.encode()).hexdigest()
        return f"{self._prefix.replace(PATH, path)}:{digest}"

    def _path(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> str:
        assert self.function
        names = get_arg_names(self.function)
        given = {**dict(zip(names, arguments, strict=False)), **named}
        return flask.url_for(self.function.__name__, _external=False, **given)

    def _is_page(self) -> bool:
        """Say whether the function is, or is a part of, the view of the current request."""
        view: Any = current_app.view_functions.get(current_request().endpoint or "")
        while view is not None and view is not self.function:
            view = getattr(view, "__wrapped__", None)
        return view is not None or self.has_path

    def _varies(self, response: Response) -> bool:
        return any(
            name.lower() not in self._vary and not (self._public and _is_credential(name))
            for name in response.vary
        )

    def _warn(self, path: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            current_app.logger.warning(
                "cache: the page %s has a nonce, so that it is never cached; leave out cached, or "
                "csp_nonce(); this is said once",
                path,
            )


def _is_credential(name: str) -> bool:
    return _CREDENTIALS.search(name[-LONGEST_NAME:]) is not None


def _is_forbidden(response: Response) -> bool:
    """Say whether ``Cache-Control`` forbids to keep *response*.

    NB: names of directives are case-insensitive, which Werkzeug's are not.
    """
    control = ",".join(response.headers.getlist("Cache-Control"))
    return not FORBIDDEN.isdisjoint(word.lower() for word in _WORD.findall(control))


def _has_nonce(response: Response) -> bool:
    asked = nonce.known(current_request().environ) is not None
    return asked or "'nonce-" in response.headers.get("Content-Security-Policy", "")


def _has_used_session() -> bool:
    session = request_ctx._session  # NB: Flask's property would count as a use of it
    return session is not None and (session.accessed or session.modified)


def _pairs(query: bytes) -> list[tuple[str, str]]:
    text = query.decode("ascii", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _place(base_url: str | None) -> tuple[str, str, str]:
    if base_url is None:
        request = current_request()
        return request.scheme, request.host, request.root_path
    parts = urlsplit(base_url)
    return parts.scheme, parts.netloc, parts.path.rstrip("/")
