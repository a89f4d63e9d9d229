"""What browsers are told so that pages are safe: flask-talisman's headers, https, and cookies.

How much is asked of a connection is decided by ``APP_CHANNEL`` alone. Production is https only;
development is http on the machine itself, with the same policy for what a page may do.

NB: flask-talisman says what to send, once. Its own redirect and cookies are not used: both are off
where ``app.debug`` is on, whatever the channel, and the redirect would reach the checks of load
balancers.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

import flask
from flask_talisman import Talisman  # type: ignore[import-untyped]
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from backend_common.core import health, nonce, settings
from backend_common.core.app import Application, current_request
from backend_common.core.settings import REQUIRED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = "Content-Security-Policy"

POLICY = {
    "default-src": "'self'",
    "script-src": "'strict-dynamic'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""What pages may load and do (https://www.w3.org/TR/CSP3/): scripts by nonce, else from here."""

NONCE_IN = ("script-src", "style-src")

FORWARDED = ("for", "proto", "host", "port", "prefix")
"""What proxies tell in headers ``X-Forwarded-...``."""

REFERRERS = (
    "no-referrer",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
)
"""The values of Referrer-Policy that give no path away to http (https://www.w3.org/TR/referrer-policy/)."""

FRAME_OPTIONS = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
"""What X-Frame-Options can say of ``frame-ancestors``, for browsers that know only that header."""

PERMISSIONS = {"camera": "()", "geolocation": "()", "microphone": "()"}

KEEPING = frozenset({"age", "cache-control", "etag", "expires", "last-modified"})
"""The headers by which a response is kept, and validated later (RFC 9111)."""

Headers = list[tuple[str, str]]

SAME_SITE = ("Lax", "Strict")
YEAR = 365 * 24 * 60 * 60
MOST_HOPS = 10

_DIRECTIVE = re.compile(r"[a-z]+(-[a-z]+)*")
# A value of a header that is not a list, and has nothing that is quoted.
_SINGLE = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_UNSAFE = ("'unsafe-inline'", "'unsafe-eval'")
_NONCE = "{nonce}"  # in place of it; a nonce has no braces
# In the WSGI environment.
_UNTRUSTED = "backend_common.security.untrusted_https"


def _is_policy(value: Mapping[str, Any]) -> bool:
    return all(
        isinstance(sources, str)
        and _DIRECTIVE.fullmatch(name)
        and sources.isascii()
        and sources.isprintable()
        and not set(sources) & set(";,")
        and not any(unsafe in sources.lower() for unsafe in _UNSAFE)
        for name, sources in value.items()
    )


def _hops(app: Application) -> int:
    default: int = REQUIRED if app.in_production else 0
    return default


class Settings(settings.Table):
    """What browsers are told, and which proxies are believed."""

    csp = settings.Object(
        "SECURITY_CSP",
        {},
        valid=_is_policy,
        expected="directives of a content security policy and their values, such as "
        """{"img-src": "'self' https://images.example.org"}, """
        "without 'unsafe-inline' and 'unsafe-eval'",
        text="Directives that replace those of the policy; an empty value removes one.",
    )
    hsts = settings.Whole(
        "SECURITY_HSTS",
        YEAR,
        unit="seconds",
        at_least=0,
        text="How long browsers shall use https alone, in production.",
    )
    hsts_subdomains = settings.Switch(
        "SECURITY_HSTS_SUBDOMAINS",
        False,
        text="Whether that is so for all subdomains, too.",
    )
    referrer = settings.Choice(
        "SECURITY_REFERRER",
        "same-origin",
        choices=REFERRERS,
        text="What browsers tell other sites of the page that a link was on.",
    )
    trusted_headers = settings.Items(
        "SECURITY_TRUSTED_HEADERS",
        ("for", "proto"),
        each=FORWARDED.__contains__,
        expected="a list out of " + ", ".join(FORWARDED),
        text="Which `X-Forwarded-` headers all proxies of the service set or remove.",
    )
    trusted_hops = settings.Whole(
        "SECURITY_TRUSTED_HOPS",
        _hops,
        shown="none in production, 0 in development",
        unit="proxies",
        at_least=0,
        at_most=MOST_HOPS,
        expected=f"how many proxies of yours each request comes through, from 0 to {MOST_HOPS}",
        text="How many proxies are believed. Too small a number redirects without end, and a "
        "warning says so; too large a number believes clients.",
    )
    same_site = settings.Choice(
        "SESSION_COOKIE_SAMESITE",
        "Lax",
        choices=SAME_SITE,
        text="To which sites browsers send the session cookie.",
    )


SETTINGS = Settings.fields()


class Security:
    """What browsers are told by one application."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._has_warned = False

    @property
    def nonce(self) -> str:
        """The nonce of the current response, for ``<script nonce=...>`` and ``<style nonce=...>``.

        Templates have it as ``csp_nonce()``.
        """
        return nonce.of(flask.request.environ)

    def redirect(self) -> Response | None:
        """Answer a request over http with a redirect to https, but a check of the service's health.

        The redirect is a 307 (RFC 9110, section 15.4.8): it keeps the method and the body, and no
        browser remembers it, so that a mistake in ``SECURITY_TRUSTED_HOPS`` can be corrected.
        """
        request = current_request()
        if request.is_secure or request.path in health.PATHS:
            return None
        if _UNTRUSTED in request.environ and not self._has_warned:
            self._has_warned = True
            self._app.logger.warning(
                "redirected to https what a proxy says was https: if the proxy is yours, "
                "correct SECURITY_TRUSTED_HOPS, how many proxies there are; this is said once"
            )
        return flask.redirect(request.url.replace("http://", "https://", 1), 307)


def init_app(app: Application) -> Security:
    """Give the responses of *app* headers and cookies that are safe, in production over https.

    :raises SettingError: one is wrong, or production lacks ``SECURITY_TRUSTED_HOPS``.
    """
    read = Settings(app)
    policy = _policy(read.csp)
    security = Security(app)
    _secure_cookies(app)
    if app.in_production:
        app.before_request(security.redirect)
    headers = _headers(
        content_security_policy=policy,
        content_security_policy_nonce_in=[name for name in NONCE_IN if name in policy],
        frame_options=FRAME_OPTIONS.get(policy.get("frame-ancestors", "")),
        permissions_policy=PERMISSIONS,
        referrer_policy=read.referrer,
        **_hsts(app, read),
    )
    app.jinja_env.globals["csp_nonce"] = lambda: security.nonce
    # NB: in this order, so that the innermost knows what the proxies said.
    app.wsgi_app = Sender(app.wsgi_app, headers)  # type: ignore[method-assign]
    _trust_proxies(app, read)
    return security


def _policy(changes: Mapping[str, str]) -> dict[str, str]:
    merged = {**POLICY, **changes}
    return {name: value for name, value in merged.items() if name in NONCE_IN or value}


def _hsts(app: Application, read: Settings) -> dict[str, Any]:
    """Return the options of RFC 6797: localhost, where development is, stays open to http."""
    return {
        "strict_transport_security": app.in_production,
        "strict_transport_security_max_age": read.hsts,
        "strict_transport_security_include_subdomains": read.hsts_subdomains,
    }


def _trust_proxies(app: Application, read: Settings) -> None:
    """Let *app* see requests as the outermost trusted proxy does."""
    inner = _without_forwarded(app.wsgi_app)
    trusted = read.trusted_headers
    counts = {f"x_{name}": read.trusted_hops if name in trusted else 0 for name in FORWARDED}
    app.wsgi_app = Proxies(inner, **counts)  # type: ignore[method-assign]


class Proxies(ProxyFix):
    """Werkzeug's ProxyFix, which takes each header apart as a list: most have a single value."""

    def _get_real_value(self, trusted: int, value: str | None) -> str | None:
        if trusted == 1 and value and _SINGLE.fullmatch(value):
            return value
        return super()._get_real_value(trusted, value)


def _without_forwarded(wsgi_app: Any) -> Any:
    """Take away the headers that proxies send: what is true of them is in the environment now.

    Without this, flask-talisman believes ``X-Forwarded-Proto`` of anybody. A proxy that says
    something else than ``https`` has not said that it was.
    """
    keys = [f"HTTP_X_FORWARDED_{name.upper()}" for name in FORWARDED]

    def call(environ: dict[str, Any], start_response: Any) -> Any:
        said = environ.get("HTTP_X_FORWARDED_PROTO")
        if said and environ["wsgi.url_scheme"] == "http" and "https" in said:
            environ[_UNTRUSTED] = True
        for key in keys:
            environ.pop(key, None)
        secure = environ["wsgi.url_scheme"].lower() == "https"
        environ["wsgi.url_scheme"] = "https" if secure else "http"
        return wsgi_app(environ, start_response)

    return call


def _secure_cookies(app: Application) -> None:
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    if app.in_production:
        app.config["SESSION_COOKIE_SECURE"] = True


def _headers(**options: Any) -> dict[str, Headers]:
    """Return what flask-talisman sends with *options*, by scheme; :data:`_NONCE` is the nonce.

    It is the same in every response. To have flask-talisman put it together each time would cost
    as much as the rest of a small request.
    """
    specimen = flask.Flask(__name__, static_folder=None)
    Talisman(specimen, force_https=False, session_cookie_secure=False, **options)
    specimen.add_url_rule("/", view_func=lambda: flask.request.csp_nonce)  # type: ignore[attr-defined]
    return {scheme: _ask(specimen, scheme) for scheme in ("http", "https")}


def _ask(specimen: flask.Flask, scheme: str) -> Headers:
    environ: dict[str, Any] = {"wsgi.url_scheme": scheme}
    setup_testing_defaults(environ)
    sent: Headers = []

    def start(_status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
        sent.extend(headers)
        return bytes

    specimen_nonce = b"".join(specimen(environ, start)).decode()
    return [
        (name, value.replace(specimen_nonce, _NONCE))
        for name, value in sent
        if name not in ("Content-Type", "Content-Length")
    ]


class Sender:
    """Adds headers to what an application answers.

    Below Flask, whose headers are copied and checked one by one: these are the same each time, but
    for a nonce that nobody can foresee.

    :param headers: what to send, by scheme; :data:`_NONCE` in it is the nonce.
    """

    def __init__(self, wsgi_app: "WSGIApplication", headers: Mapping[str, Headers]) -> None:
        self._app = wsgi_app
        self._headers = headers
        # Where nobody asked for the nonce, nothing has it, and to send it would allow nothing.
        self._without_nonce = {
            scheme: [(name, value.replace(f" 'nonce-{_NONCE}'", "")) for name, value in each]
            for scheme, each in headers.items()
        }
        self._names = {name.lower() for each in headers.values() for name, _ in each}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, as WSGI has it (PEP 3333)."""

        def start(status: str, given: Headers, *error: Any) -> Callable[[bytes], object]:
            fields = {name.lower(): value for name, value in given}
            scheme = environ["wsgi.url_scheme"]
            if status.startswith("304"):
                # The page that the client has keeps its policy, whose nonce is the page's.
                ours = [pair for pair in self._without_nonce[scheme] if pair[0] != CSP]
            # What is still to be made, as its length is unknown, may still ask for the nonce.
            elif nonce.known(environ) or not ("content-length" in fields or _is_kept(fields)):
                value = nonce.of(environ)
                ours = [(name, text.replace(_NONCE, value)) for name, text in self._headers[scheme]]
                # Another response with this nonce would allow the scripts of all who saw it.
                given = [pair for pair in given if pair[0].lower() not in KEEPING]
                given.append(("Cache-Control", "no-store"))
            else:
                ours = self._without_nonce[scheme]
            if not self._names.isdisjoint(fields):
                # A view may write a policy for its own page, and nothing else that is sent here.
                if CSP.lower() in fields:
                    ours = [pair for pair in ours if pair[0] != CSP]
                replaced = self._names - {CSP.lower()}
                given = [pair for pair in given if pair[0].lower() not in replaced]
            return start_response(status, given + ours, *error)

        return self._app(environ, start)


def _is_kept(fields: Mapping[str, str]) -> bool:
    """Say whether the headers *fields* let clients, or caches between, keep the response.

    :param fields: by name in lower case.
    """
    control = fields.get("cache-control", "no-store").lower()
    validated = not (KEEPING - {"cache-control"}).isdisjoint(fields)
    return validated or not ("no-store" in control or "no-cache" in control)
