"""Which pages of other origins may read responses (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import flask
from flask_cors import CORS

from backend_common.core import settings
from backend_common.core.app import Application, current_request
from backend_common.core.settings import SettingError

ANY = "*"
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

# What callers of an API send and need to see, but for what every page may (CORS-safelisted).
REQUEST_HEADERS = ("Authorization", "Content-Type", "X-Request-ID")
RESPONSE_HEADERS = ("Location", "Retry-After", "WWW-Authenticate", "X-Request-ID")

_TOKEN = re.compile(r"[A-Za-z0-9-]+")  # of RFC 9110's, those that no header has another of
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:]+\]")


class Cors:
    """Who may read the responses of one application.

    :param origins: of pages that may; ``*`` is any page.
    """

    def __init__(self, origins: list[str]) -> None:
        self.origins = tuple(origins)


def init_app(app: Application) -> Cors:
    """Let pages of the origins in ``CORS_ORIGINS`` read what *app* answers, errors too.

    Settings: those that begin with ``CORS_``, in docs/extensions.md.

    :raises SettingError: one is wrong, or every origin would have credentials.
    """
    origins: list[str] = settings.read(
        app,
        "CORS_ORIGINS",
        [],
        _are_origins,
        "a list of origins as browsers send them, such as https://shop.example.org "
        "(no path, no capital letters, no port that is the default), or * alone",
    )
    credentials = settings.read(app, "CORS_CREDENTIALS", False, _is_bool, "true or false")
    options: dict[str, Any] = {
        "allow_headers": _read_headers(app, "CORS_ALLOW_HEADERS", REQUEST_HEADERS),
        "expose_headers": _read_headers(app, "CORS_EXPOSE_HEADERS", RESPONSE_HEADERS),
        "max_age": settings.read(app, "CORS_MAX_AGE", 600, _is_age, "seconds, 0 or more"),
    }
    if credentials and ANY in origins:
        message = (
            f"the settings CORS_ORIGINS and CORS_CREDENTIALS of {app.name!r} do not go together: "
            "with *, every page could act as its visitor; name the origins in CORS_ORIGINS, "
            "or turn CORS_CREDENTIALS off"
        )
        raise SettingError(message)
    if origins:
        _allow(app, list(origins), bool(credentials), options)
    return Cors(list(origins))


def _allow(
    app: Application, origins: list[str], credentials: bool, options: dict[str, Any]
) -> None:
    # What has a bracket, as IPv6 addresses do, would be a pattern to flask-cors.
    exact = [ANY if it == ANY else re.compile(rf"{re.escape(it)}\Z") for it in origins]
    # NB: all options are given here; flask-cors would take those that are not from app.config.
    CORS(
        app,
        origins=exact,
        methods=list(METHODS),
        supports_credentials=credentials,
        send_wildcard=True,
        vary_header=False,
        always_send=False,
        automatic_options=True,
        intercept_exceptions=False,  # Flask calls after_request for errors as well
        allow_private_network=False,
        resources=r"/*",
        **options,
    )
    functions: list[Any] = app.after_request_funcs[None]
    functions.append(_with_vary(functions.pop(), differs=ANY not in origins))


def _with_vary(
    function: Callable[[flask.Response], flask.Response], *, differs: bool
) -> Callable[[flask.Response], flask.Response]:
    """Return *function*, of flask-cors, for requests with an origin, and ``Vary`` for all.

    Most requests have no origin, and get nothing of flask-cors, which takes its time for that.

    :param differs: tell caches that others get other headers, as the Fetch standard advises for
        one origin too. flask-cors tells it to those alone who get the headers: what it tells to a
        caller without an origin would be kept, and given to a page that needs them.
    """

    def after_request(response: flask.Response) -> flask.Response:
        if "HTTP_ORIGIN" in current_request().environ:
            response = function(response)
        if differs and "Vary" not in response.headers:
            response.headers["Vary"] = "Origin"
        elif differs:
            response.vary.add("Origin")
        return response

    return after_request


def _read_headers(app: Application, key: str, default: tuple[str, ...]) -> list[str]:
    return list(settings.read(app, key, list(default), _are_headers, "a list of names of headers"))


def _are_origins(value: Any) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return list(value) == [ANY] or all(map(_is_origin, value))


def _is_origin(value: Any) -> bool:
    """Say whether *value* is an origin as browsers write it (RFC 6454, section 6.2).

    What is a pattern to flask-cors, such as ``https://.*``, is none.
    """
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = value.partition("://")[2]
    if parts.port is not None:
        host = host.removesuffix(f":{parts.port}")
    return bool(default and parts.port != default and _HOST.fullmatch(host))


def _are_headers(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_TOKEN.fullmatch, value))


def _is_age(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)
