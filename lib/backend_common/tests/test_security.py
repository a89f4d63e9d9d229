import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError, create_app
from backend_common.core import health
from backend_common.security import Proxies
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]

HTTPS = "https://shop.example.org"
HTTP = "http://shop.example.org"


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(**config: Any) -> App:
        app = create_app("shop", extensions=["security"], config={"SECRET_KEY": "x" * 32, **config})
        app.add_url_rule("/", "page", page)
        app.add_url_rule("/login", "login", login, methods=["GET", "POST"])
        return app

    return make_app


@pytest.fixture
def production(make: Make) -> Make:
    return lambda **config: make(
        **{"APP_CHANNEL": "production", "SECURITY_TRUSTED_HOPS": 1, **config}
    )


def page() -> str:
    return flask.render_template_string(
        "<script nonce='{{ csp_nonce() }}'></script> {{ request.remote_addr }} {{ request.host }}"
    )


def login() -> str:
    flask.session["user"] = "alice"
    return "ok"


def get(app: App, url: str = f"{HTTPS}/", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get(url, headers=named)


# What pages may do.


def test_scripts_need_the_nonce(make: Make) -> None:
    response = get(make())
    policy = directives(response)
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy["script-src"])
    assert f"nonce='{nonce}'" in response.text
    assert len(nonce) >= 22  # 128 bits in base 64, as CSP 3 asks for
    assert policy["style-src"] == f"'self' 'nonce-{nonce}'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_a_nonce_is_used_once(make: Make) -> None:
    app = make()
    assert get(app).text != get(app).text


def test_the_nonce_of_a_view_is_the_one_of_its_response(make: Make) -> None:
    app = make()
    app.add_url_rule("/nonce", "nonce", lambda: app.security.nonce)
    response = get(app, f"{HTTPS}/nonce")
    assert f"'nonce-{response.text}'" in response.headers["Content-Security-Policy"]


def kept(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Expires"] = "Thu, 01 Jan 2099 00:00:00 GMT"
    response.headers["Last-Modified"] = "Thu, 01 Jan 2026 00:00:00 GMT"
    response.set_etag("same")
    return response


def test_a_page_with_a_nonce_is_kept_by_nobody(make: Make) -> None:
    app = make()
    app.add_url_rule("/kept", "kept", lambda: kept(flask.make_response(page())))
    response = get(app, f"{HTTPS}/kept")
    assert "'nonce-" in response.headers["Content-Security-Policy"]
    assert response.headers.getlist("Cache-Control") == ["no-store"]
    assert not {"ETag", "Last-Modified", "Expires"} & set(response.headers.keys())


def test_a_page_without_a_nonce_may_be_kept(make: Make) -> None:
    app = make()
    app.add_url_rule("/kept", "kept", lambda: kept(flask.make_response("page")))
    app.add_url_rule("/parts", "parts", lambda: kept(flask.Response(iter(["page"]))))
    for path in ("/kept", "/parts"):
        response = get(app, HTTPS + path)
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.headers["ETag"] == '"same"'
        assert "'nonce-" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("control", [None, "no-store", "no-cache", "private, no-store"])
def test_a_stream_may_still_ask_for_its_nonce(make: Make, control: str | None) -> None:
    app = make()

    def view() -> flask.Response:
        response = flask.Response(flask.stream_template_string("{{ csp_nonce() }}"))
        if control:
            response.headers["Cache-Control"] = control
        return response

    app.add_url_rule("/stream", "stream", view)
    response = get(app, f"{HTTPS}/stream")
    assert f"'nonce-{response.text}'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_validation_brings_no_other_nonce(make: Make) -> None:
    app = make()

    def view() -> flask.Response:
        response = flask.make_response(app.security.nonce)
        response.set_etag("same")
        response.make_conditional(flask.request)
        return response

    app.add_url_rule("/valid", "valid", view)
    response = get(app, f"{HTTPS}/valid", If_None_Match='"same"')
    assert response.status_code == 304
    assert "Content-Security-Policy" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_there_is_no_nonce_that_nobody_asked_for(make: Make) -> None:
    app = make()
    app.add_url_rule("/plain", "plain", lambda: "plain")
    policy = directives(get(app, f"{HTTPS}/plain"))
    assert (policy["script-src"], policy["style-src"]) == ("'strict-dynamic'", "'self'")
    assert policy.keys() == directives(get(app)).keys()


def test_a_page_that_is_streamed_has_its_nonce(make: Make) -> None:
    app = make()
    app.add_url_rule("/stream", "stream", lambda: flask.stream_template_string("{{ csp_nonce() }}"))
    response = get(app, f"{HTTPS}/stream")
    assert f"'nonce-{response.text}'" in response.headers["Content-Security-Policy"]


def test_a_view_does_not_weaken_the_other_headers(make: Make) -> None:
    app = make()
    own = {"x-frame-options": "ALLOWALL", "Referrer-Policy": "unsafe-url"}
    app.add_url_rule("/own", "own", lambda: ("", own))
    response = get(app, f"{HTTPS}/own")
    assert response.headers.getlist("X-Frame-Options") == ["DENY"]
    assert response.headers.getlist("Referrer-Policy") == ["same-origin"]


def test_nothing_else_is_allowed_by_default(make: Make) -> None:
    policy = directives(get(make()))
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"


def test_a_directive_of_the_service(make: Make) -> None:
    policy = directives(get(make(SECURITY_CSP={"img-src": "https://images.example.org"})))
    assert policy["img-src"] == "https://images.example.org"
    assert policy["object-src"] == "'none'"


def test_a_directive_is_removed(make: Make) -> None:
    assert "img-src" not in directives(get(make(SECURITY_CSP={"img-src": ""})))


def test_a_view_may_have_a_policy_of_its_own(make: Make) -> None:
    app = make()
    own = {"Content-Security-Policy": "default-src 'none'"}
    app.add_url_rule("/own", "own", lambda: ("", own))
    response = get(app, f"{HTTPS}/own")
    assert response.headers.getlist("Content-Security-Policy") == ["default-src 'none'"]


def test_swagger_ui_has_its_own_policy_with_the_nonce(service: Service) -> None:
    pytest.importorskip("connexion", reason="needs the extra api too")
    pytest.importorskip("flask_swagger_ui", reason="needs flask-swagger-ui too")
    document = "{openapi: 3.0.3, info: {title: shop, version: '1'}, paths: {}}"
    service({"shop/api.yml": document})
    app = create_app("shop", extensions=["security", "api"])
    app.api.register("api.yml")
    response = get(app, f"{HTTPS}/ui/")
    (nonce,) = set(re.findall(r'<script nonce="([^"]+)"', response.text))
    assert directives(response)["script-src"] == f"'nonce-{nonce}'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("ancestors", "options"),
    [("'none'", "DENY"), ("'self'", "SAMEORIGIN"), ("https://example.org", None)],
)
def test_frames(make: Make, ancestors: str, options: str | None) -> None:
    response = get(make(SECURITY_CSP={"frame-ancestors": ancestors}))
    assert response.headers.get("X-Frame-Options") == options
    assert directives(response)["frame-ancestors"] == ancestors


def test_the_other_headers(make: Make) -> None:
    headers = get(make()).headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"


@pytest.mark.parametrize("path", ["missing", "fails"])
def test_errors_have_the_headers(make: Make, path: str) -> None:
    app = make()
    app.add_url_rule("/fails", "fails", lambda: str(1 / 0))
    response = get(app, f"{HTTPS}/{path}")
    assert response.status_code in (404, 500)
    assert "script-src" in directives(response)


def directives(response: TestResponse) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


# Connections.


@pytest.mark.parametrize("testing", [False, True])
@pytest.mark.parametrize("debug", [False, True])
def test_production_leads_to_https(production: Make, testing: bool, debug: bool) -> None:
    app = production(TESTING=testing)
    app.debug = debug
    response = get(app, f"{HTTP}/a?b=c")
    assert (response.status_code, response.location) == (307, f"{HTTPS}/a?b=c")
    assert "Strict-Transport-Security" not in response.headers
    assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize("path", sorted(health.PATHS))
def test_health_is_told_over_http(production: Make, path: str) -> None:
    assert get(production(), f"{HTTP}{path}").status_code == 200


def test_production_asks_for_https_from_now_on(production: Make) -> None:
    assert get(production()).headers["Strict-Transport-Security"] == "max-age=31536000"
    app = production(SECURITY_HSTS=60, SECURITY_HSTS_SUBDOMAINS=True)
    assert get(app).headers["Strict-Transport-Security"] == "max-age=60; includeSubDomains"


@pytest.mark.parametrize("url", [f"{HTTP}/", f"{HTTPS}/"])
def test_development_is_usable_over_http(make: Make, url: str) -> None:
    response = get(make(), url)
    assert response.status_code == 200
    assert "Strict-Transport-Security" not in response.headers


def test_the_cookie_of_production(production: Make) -> None:
    app = production()
    app.debug = True
    cookie = get(app, f"{HTTPS}/login").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_the_cookie_of_development(make: Make) -> None:
    cookie = get(make(SESSION_COOKIE_SAMESITE="Strict"), f"{HTTP}/login").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


# Proxies.


def test_nobody_is_believed_without_proxies(production: Make) -> None:
    app = production(SECURITY_TRUSTED_HOPS=0)
    response = get(app, f"{HTTP}/", X_Forwarded_Proto="https")
    assert response.status_code == 307
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize(
    ("hops", "said", "seen"),
    [
        (0, "1.1.1.1, 2.2.2.2", "127.0.0.1"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "2.2.2.2", "127.0.0.1"),
    ],
)
def test_as_many_proxies_are_believed_as_there_are(
    make: Make, hops: int, said: str, seen: str
) -> None:
    response = get(make(SECURITY_TRUSTED_HOPS=hops), X_Forwarded_For=said)
    assert f" {seen} " in response.text


@pytest.mark.parametrize("said", ["https", "HTTPS"])
def test_https_at_the_proxy(production: Make, said: str) -> None:
    response = get(production(), f"{HTTP}/", X_Forwarded_Proto=said)
    assert response.status_code == 200
    assert "Strict-Transport-Security" in response.headers


@pytest.mark.parametrize("said", ["https, http", "http", "httpss", "\xe9", ""])
def test_http_at_the_proxy(production: Make, said: str) -> None:
    assert get(production(), f"{HTTP}/", X_Forwarded_Proto=said).status_code == 307


@pytest.mark.parametrize(
    "said",
    [
        "192.0.2.1", "2001:db8::1", "[2001:db8::1]:80", "https", "a-b.example:8080", "_x", "-", ":",
        " a", "a ", "a b", '"a"', '"a, b"', "a,", ",a", ",", "a;b", "a\tb", "\xe9", "\\a", "",
        "a, b",
    ],
)  # fmt: skip
@pytest.mark.parametrize("trusted", [0, 1, 2])
def test_a_single_value_is_what_werkzeug_reads(said: str, trusted: int) -> None:
    """The method that is replaced is Werkzeug's own: it must be there, and return the same."""
    theirs, ours = (kind(no_app)._get_real_value for kind in (ProxyFix, Proxies))
    assert ours(trusted, said) == theirs(trusted, said)


def no_app(_environ: object, _start_response: object) -> list[bytes]:
    return []


def test_a_host_is_believed_only_if_proxies_are_known_to_set_it(make: Make) -> None:
    forged = {"X_Forwarded_Host": "evil.example"}
    assert "evil" not in get(make(SECURITY_TRUSTED_HOPS=1), **forged).text
    trusting = make(SECURITY_TRUSTED_HOPS=1, SECURITY_TRUSTED_HEADERS=["host"])
    assert "evil" in get(trusting, **forged).text


def test_a_loop_of_redirects_is_explained(
    production: Make, caplog: pytest.LogCaptureFixture
) -> None:
    app = production(SECURITY_TRUSTED_HOPS=0)
    for _ in range(2):
        get(app, f"{HTTP}/", X_Forwarded_Proto="https")
    (record,) = caplog.records
    assert record.getMessage() == (
        "redirected to https what a proxy says was https: if the proxy is yours, "
        "correct SECURITY_TRUSTED_HOPS, how many proxies there are; this is said once"
    )


# Settings.


def test_production_needs_the_number_of_proxies(make: Make) -> None:
    with pytest.raises(SettingError) as error:
        make(APP_CHANNEL="production")
    assert str(error.value) == (
        "the setting SECURITY_TRUSTED_HOPS of 'shop' is missing: expected how many proxies of "
        "yours each request comes through, from 0 to 10; "
        "set it in the settings file, or in the environment variable SECURITY_TRUSTED_HOPS"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("SECURITY_CSP", {"script-src": "'unsafe-inline'"}),
        ("SECURITY_CSP", {"script-src": "'Unsafe-Eval'"}),
        ("SECURITY_CSP", {"img-src": "a; script-src *"}),
        ("SECURITY_CSP", {"img-src": "a, script-src *"}),
        ("SECURITY_CSP", {"img-src": "a\r\nb"}),
        ("SECURITY_CSP", {"img src": "a"}),
        ("SECURITY_CSP", {"img-src": ["a"]}),
        ("SECURITY_HSTS", -1),
        ("SECURITY_HSTS", 1.5),
        ("SECURITY_HSTS_SUBDOMAINS", "yes"),
        ("SECURITY_REFERRER", "unsafe-url"),
        ("SECURITY_TRUSTED_HEADERS", ["by"]),
        ("SECURITY_TRUSTED_HOPS", -1),
        ("SECURITY_TRUSTED_HOPS", True),
        ("SESSION_COOKIE_SAMESITE", "None"),
    ],
)
def test_a_wrong_setting(make: Make, key: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong"):
        make(**{key: value})
