"""Which pages of other origins may read responses (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

import re
from collections.abc import Callable, Sequence
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


def _is_origin(value: str) -> bool:
    """Tell whether *value* is an origin as browsers write it (RFC 6454, section 6.2).

    A pattern of flask-cors, such as ``https://.*``, is not an origin.
    """
    parts = urlsplit(value)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = value.partition("://")[2]
    if parts.port is not None:
        host = host.removesuffix(f":{parts.port}")
    return bool(default and parts.port != default and _HOST.fullmatch(host))


def _are_origins(value: Sequence[str]) -> bool:
    return list(value) == [ANY] or all(map(_is_origin, value))


class Settings(settings.Table):
    """Which pages may read responses, and what they may send and see."""

    origins = settings.Items(
        "CORS_ORIGINS",
        (),
        valid=_are_origins,
        expected="a list of origins as browsers send them, such as https://shop.example.org "
        "(no path, no capital letters, no port that is the default), or * alone",
        text="The origins whose pages may read responses; `*` stands for every origin.",
    )
    credentials = settings.Switch(
        "CORS_CREDENTIALS",
        False,
        text="Whether their pages may send cookies; not with the origin `*`.",
    )
    allow_headers = settings.Items(
        "CORS_ALLOW_HEADERS",
        REQUEST_HEADERS,
        each=_TOKEN.fullmatch,
        expected="a list of names of headers",
        text="The request headers that their pages may send.",
    )
    expose_headers = settings.Items(
        "CORS_EXPOSE_HEADERS",
        RESPONSE_HEADERS,
        each=_TOKEN.fullmatch,
        expected="a list of names of headers",
        text="The response headers that their pages may read.",
    )
    max_age = settings.Whole(
        "CORS_MAX_AGE",
        600,
        unit="seconds",
        at_least=0,
        text="How long a browser may keep the answer to a preflight request.",
    )


SETTINGS = Settings.fields()


class Cors:
    """Which pages may read the responses of one application.

    :param origins: of those pages; ``*`` is any page.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        self.origins = tuple(origins)


def init_app(app: Application) -> Cors:
    """Let pages of the origins in ``CORS_ORIGINS`` read the responses of *app*, errors too.

    :raises SettingError: a setting is wrong, or every origin would have credentials.
    """
    read = Settings(app)
    if read.credentials and ANY in read.origins:
        message = (
            f"the settings CORS_ORIGINS and CORS_CREDENTIALS of {app.name!r} do not go together: "
            "with *, every page could act as its visitor; name the origins in CORS_ORIGINS, "
            "or turn CORS_CREDENTIALS off"
        )
        raise SettingError(message)
    if read.origins:
        _allow(app, read)
    return Cors(read.origins)


def _allow(app: Application, read: Settings) -> None:
    # flask-cors takes an origin with a bracket, such as an IPv6 address, for a pattern.
    exact = [ANY if it == ANY else re.compile(rf"{re.escape(it)}\Z") for it in read.origins]
    # NB: all options are given here; flask-cors would take those that are not from app.config.
    CORS(
        app,
        origins=exact,
        methods=list(METHODS),
        supports_credentials=read.credentials,
        send_wildcard=True,
        vary_header=False,
        always_send=False,
        automatic_options=True,
        intercept_exceptions=False,  # Flask calls after_request for errors as well
        allow_private_network=False,
        resources=r"/*",
        allow_headers=list(read.allow_headers),
        expose_headers=list(read.expose_headers),
        max_age=str(read.max_age),  # flask-cors takes the number 0 for none
    )
    functions: list[Any] = app.after_request_funcs[None]
    functions.append(_with_vary(functions.pop(), differs=ANY not in read.origins))


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
        if differs and response.headers.getlist("Vary"):
            response.vary.add("Origin")
        elif differs:
            response.headers.add("Vary", "Origin")
        return response

    return after_request
