"""Which requests a cached page answers, and which pages are kept."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, create_app
from backend_common.cache import CacheError
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

Service = Callable[..., Path]
Make = Callable[..., App]
View = Callable[..., Any]

PRODUCTION = {"APP_CHANNEL": "production"}


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(extensions: tuple[str, ...] = ("cache",), **config: Any) -> App:
        return create_app("shop", extensions, config={"SECRET_KEY": "x" * 32, **config})

    return make_app


def page(app: App, make_response: View = lambda _: None, **options: Any) -> FlaskClient:
    """Add a page that counts its calls, and what else a function makes of it."""
    calls = itertools.count(1)
    methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]

    @app.route("/", methods=methods)
    @app.route("/<path:rest>", methods=methods)
    @app.cache.cached(**options)
    def view(rest: str = "") -> Any:
        response = flask.make_response(str(next(calls)))
        return make_response(response) or response if rest != "plain" else response

    del view
    return app.test_client(use_cookies=False)


def answers(client: FlaskClient, *paths: str, **options: Any) -> list[str]:
    return [client.get(path, **options).text for path in paths]


# What a request asks for.

OWN = ["X-Api-Key", "Api-Key", "X-Auth-Token", "Proxy-Authorization", "X-Amz-Security-Token"]
OWN += ["X-Forwarded-User", "Remote-User", "X-Auth-Request-Email", "Cf-Access-Jwt-Assertion"]
OWN += ["X-Ms-Client-Principal", "X-Ms-Client-Principal-Name", "X-Amzn-Oidc-Data", "X-Session-Id"]
OWN += ["X-Goog-Authenticated-User-Email", "X-Ssl-Client-Cert", "X-Ssl-Client-S-Dn", "x-userid"]
SHARED = ["User-Agent", "Accept", "If-None-Match", "X-Forwarded-For", "X-Request-Id", "Referer"]
SHARED += ["Sec-Ch-Ua", "Priority", "Dnt", "Traceparent", "X-Real-Ip", "Via", "X-Forwarded-Proto"]


@pytest.mark.parametrize("name", OWN)
def test_what_names_the_caller_is_a_credential(make: Make, name: str) -> None:
    client = page(make())
    assert answers(client, "/", "/", headers={name: "alice"}) == ["1", "2"]
    assert answers(client, "/") == ["3"]
    assert answers(client, "/", headers={name: "bob"}) == ["4"]


@pytest.mark.parametrize("name", OWN)
def test_what_names_the_caller_may_be_in_the_key(make: Make, name: str) -> None:
    client = page(make(), vary=[name])
    assert answers(client, "/", "/", headers={name: "alice"}) == ["1", "1"]
    assert answers(client, "/", headers={name: "bob"}) == ["2"]


@pytest.mark.parametrize("name", OWN)
def test_a_public_page_is_for_every_caller(make: Make, name: str) -> None:
    client = page(make(), lambda response: response.vary.add(name), public=True)
    assert answers(client, "/", headers={name: "alice"}) == ["1"]
    assert answers(client, "/", headers={name: "bob"}) == ["1"]


@pytest.mark.parametrize("name", SHARED)
def test_other_headers_are_no_credentials(make: Make, name: str) -> None:
    client = page(make())
    assert answers(client, "/", "/", headers={name: "a"}) == ["1", "1"]


def test_a_server_that_authenticates(make: Make) -> None:
    client = page(make())
    for user, expected in [("alice", "1"), ("bob", "2")]:
        assert client.get("/", environ_overrides={"REMOTE_USER": user}).text == expected


KEYED = """
openapi: 3.0.3
info: {title: shop, version: "1"}
paths:
  /own:
    get:
      operationId: shop.views.own
      security: [{key: []}, {}]
      responses: {"200": {description: the caller}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Tenant, x-apikeyInfoFunc: shop.views.check}
"""
VIEWS = """
import itertools
import flask

calls = itertools.count(1)


def check(key):
    return {"sub": key}


@flask.current_app.cache.cached()
def own(user):
    return f"{next(calls)} {user}"
"""


def test_a_caller_that_a_document_identifies(service: Service) -> None:
    """The document names the header, so that its name says nothing."""
    pytest.importorskip("connexion", reason="needs the extra api too")
    service({"shop/__init__.py": "", "shop/api.yml": KEYED, "shop/views.py": VIEWS})
    app = create_app("shop", ["api", "cache"])
    with app.app_context():
        app.api.register("api.yml")
    client = app.test_client(use_cookies=False)

    def get(*keys: str | None) -> list[str]:
        headers: list[dict[str, str]] = [{"X-Tenant": key} if key else {} for key in keys]
        return [client.get("/own", headers=each).get_json() for each in headers]

    assert get("alice", "bob", "alice") == ["1 alice", "2 bob", "3 alice"]
    assert get(None, None, "bob", None) == ["4 None", "4 None", "5 bob", "4 None"]


CONTROLS = ["Private", "PRIVATE", 'max-age=3, Private="x-a"', "No-Store", "No-cache", "a=b,private"]
CONTROLS += ["max-age=0, NO-STORE", "private=x"]


@pytest.mark.parametrize("control", CONTROLS)
def test_cache_control_in_any_case(make: Make, control: str) -> None:
    def own(response: flask.Response) -> None:
        response.headers["Cache-Control"] = control

    assert answers(page(make(), own), "/", "/") == ["1", "2"]


@pytest.mark.parametrize("control", ["public", "max-age=60", "s-maxage=60", "must-revalidate"])
def test_cache_control_that_allows_it(make: Make, control: str) -> None:
    def own(response: flask.Response) -> None:
        response.headers["Cache-Control"] = control

    assert answers(page(make(), own), "/", "/") == ["1", "1"]


def test_a_page_is_kept(make: Make) -> None:
    assert answers(page(make()), "/", "/", "/") == ["1", "1", "1"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("options", [{}, {"key_prefix": "home"}, {"make_cache_key": lambda: "k"}])
def test_other_methods_are_not_answered(make: Make, method: str, options: dict[str, Any]) -> None:
    client = page(make(), **options)
    assert answers(client, "/") == ["1"]
    assert client.open("/", method=method).text == "2"
    assert answers(client, "/") == ["1"]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_other_methods_are_not_kept(make: Make, method: str) -> None:
    client = page(make())
    assert client.open("/", method=method).text == "1"
    assert answers(client, "/", "/") == ["2", "2"]


def test_head_is_answered_and_not_kept(make: Make) -> None:
    app = make()
    client = page(app, lambda _: flask.Response() if flask.request.method == "HEAD" else None)
    assert client.head("/").status_code == 200
    assert answers(client, "/") == ["2"]
    assert client.head("/").content_length == 1
    assert answers(client, "/") == ["2"]


def test_the_query_counts(make: Make) -> None:
    client = page(make())
    assert answers(client, "/?a=1", "/?a=2", "/", "/?a=1&b=2") == ["1", "2", "3", "4"]
    assert answers(client, "/?a=1", "/?a=2", "/", "/?b=2&a=1") == ["1", "2", "3", "4"]


def test_the_order_of_the_values_of_a_name_counts(make: Make) -> None:
    client = page(make())
    assert answers(client, "/?a=1&a=2", "/?a=2&a=1", "/?a=1&a=2") == ["1", "2", "1"]


@pytest.mark.parametrize(
    "queries",
    [
        ("a=", "b="),
        ("a=", ""),
        ("a=%ff", "a=%fe"),
        ("a=1%262", "a=1&2"),
        ("a=b=c", "a%3Db=c"),
    ],
)
def test_queries_that_differ(make: Make, queries: tuple[str, str]) -> None:
    client = page(make())
    assert answers(client, *(f"/?{query}" for query in queries)) == ["1", "2"]


def test_the_query_may_be_left_out(make: Make) -> None:
    assert answers(page(make(), query_string=False), "/?a=1", "/?a=2", "/") == ["1", "1", "1"]


def test_the_host_counts(make: Make) -> None:
    client = page(make())
    bases = ["http://shop.example", "http://evil.example", "https://shop.example"]
    found = [client.get("/", base_url=base).text for base in [*bases, *bases]]
    assert found == ["1", "2", "3", "1", "2", "3"]
    assert client.get("/", base_url="http://shop.example/v2").text == "4"


def test_paths_and_prefixes_are_apart(make: Make) -> None:
    app = make()
    client = page(app)

    @app.get("/other")
    @app.cache.cached(key_prefix="other/%s")
    def other() -> str:
        return "other"

    assert answers(client, "/other", "/a", "/A", "/a/") == ["other", "1", "2", "3"]


# Callers.


@pytest.mark.parametrize(
    "headers", [{"Cookie": "theme=dark"}, {"Authorization": "Bearer a"}, {"authorization": ""}]
)
def test_callers_with_credentials_have_their_own(make: Make, headers: dict[str, str]) -> None:
    client = page(make())
    assert answers(client, "/", headers=headers) == ["1"]
    assert answers(client, "/", "/") == ["2", "2"]
    assert answers(client, "/", "/", headers=headers) == ["3", "4"]


def test_a_page_may_be_public(make: Make) -> None:
    client = page(make(), public=True)
    found = [
        client.get("/", headers=headers).text
        for headers in ({"Cookie": "a=b"}, {"Authorization": "Bearer a"}, {})
    ]
    assert found == ["1", "1", "1"]


def test_a_page_may_depend_on_headers(make: Make) -> None:
    def tell(response: flask.Response) -> None:
        response.vary.update(["Cookie", "Accept-Language"])

    client = page(make(), tell, vary=["cookie", "Accept-Language"])

    def ask(**headers: str) -> str:
        return client.get("/", headers={k.replace("_", "-"): v for k, v in headers.items()}).text

    assert [ask(), ask(Cookie="a"), ask(Cookie="b"), ask(Accept_Language="de")] == list("1234")
    assert [ask(), ask(Cookie="a"), ask(Cookie="b"), ask(Accept_Language="de")] == list("1234")
    assert [ask(Authorization="a"), ask(Authorization="a")] == ["5", "6"]


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("name", ["Accept-Language", "*", "X-Theme"])
def test_a_page_that_depends_on_more_is_not_kept(make: Make, name: str, public: bool) -> None:
    client = page(make(), lambda response: response.vary.add(name), public=public)
    assert answers(client, "/", "/") == ["1", "2"]


@pytest.mark.parametrize("name", ["Cookie", "Authorization"])
def test_a_page_that_says_that_it_depends_on_callers(make: Make, name: str) -> None:
    assert answers(page(make(), lambda it: it.vary.add(name)), "/", "/") == ["1", "2"]
    assert answers(page(make(), lambda it: it.vary.add(name), public=True), "/", "/") == ["1", "1"]


def read_session(_: flask.Response) -> None:
    flask.session.get("user")


def write_session(_: flask.Response) -> None:
    flask.session["user"] = "alice"


@pytest.mark.parametrize("use", [read_session, write_session])
def test_a_page_of_a_session_is_not_kept(make: Make, use: View) -> None:
    client = page(make(), use)
    assert answers(client, "/", "/") == ["1", "2"]
    public = page(make(), read_session, public=True)
    assert answers(public, "/", "/") == ["1", "1"]


def test_a_cookie_is_not_kept(make: Make) -> None:
    client = page(make(), lambda response: response.set_cookie("a", "b"), public=True)
    responses = [client.get("/"), client.get("/")]
    assert [response.text for response in responses] == ["1", "2"]
    assert all("Set-Cookie" in response.headers for response in responses)


# Responses.


@pytest.mark.parametrize("control", ["no-store", "private", "no-cache", "max-age=1, private"])
def test_a_page_that_says_so_is_not_kept(make: Make, control: str) -> None:
    client = page(make(), lambda it: it.headers.set("Cache-Control", control))
    assert answers(client, "/", "/") == ["1", "2"]


@pytest.mark.parametrize("status", [200, 203, 300, 301, 308])
def test_a_status_that_is_kept(make: Make, status: int) -> None:
    client = page(make(), lambda response: setattr(response, "status_code", status))
    assert answers(client, "/", "/") == ["1", "1"]


@pytest.mark.parametrize("status", [201, 206, 302, 303, 307, 400, 401, 403, 404, 410, 500, 503])
def test_a_status_that_is_not_kept(make: Make, status: int) -> None:
    client = page(make(), lambda response: setattr(response, "status_code", status))
    assert answers(client, "/", "/") == ["1", "2"]


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_that_is_raised_is_not_kept(make: Make, status: int) -> None:
    calls = itertools.count(1)

    def fail(_: flask.Response) -> None:
        if next(calls) == 1:
            flask.abort(status)

    client = page(make(), fail)
    assert client.get("/").status_code == status
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "text",
        ("text", {"X-A": "b"}),
        ("text", 203, Headers({"X-A": "b"})),
        {"a": [1]},
        ["a"],
        b"bytes",
    ],
)
def test_what_views_return_is_kept(make: Make, value: Any) -> None:
    app = make()
    calls = itertools.count(1)

    @app.get("/")
    @app.cache.cached()
    def view() -> Any:
        next(calls)
        return value

    client = app.test_client()
    one, two = client.get("/"), client.get("/")
    assert (one.data, one.status_code, one.headers) == (two.data, two.status_code, two.headers)
    assert next(calls) == 2


def test_tuples_are_looked_at(make: Make) -> None:
    app = make()
    calls = itertools.count(1)

    @app.get("/<kind>")
    @app.cache.cached()
    def view(kind: str) -> Any:
        text = str(next(calls))
        return (text, 500) if kind == "status" else (text, {"Set-Cookie": "a=b"})

    client = app.test_client(use_cookies=False)
    assert answers(client, "/status", "/status", "/cookie", "/cookie") == ["1", "2", "3", "4"]


def test_a_generator_is_kept_whole(make: Make) -> None:
    app = make()

    @app.get("/")
    @app.cache.cached()
    def view() -> Any:
        yield "a"
        yield "b"

    client = app.test_client()
    assert answers(client, "/", "/") == ["ab", "ab"]


@pytest.fixture
def streamed() -> View:
    return lambda _: flask.Response(part for part in ("a", "b"))


def test_a_stream_is_an_error(make: Make, streamed: View) -> None:
    app = make(TESTING=True)
    with pytest.raises(
        CacheError, match="a value of type Response cannot be cached: TypeError: ca"
    ):
        page(app, streamed).get("/")


def test_a_stream_is_logged_in_production(
    make: Make, streamed: View, caplog: pytest.LogCaptureFixture
) -> None:
    client = page(make(**PRODUCTION), streamed)
    assert answers(client, "/", "/") == ["ab", "ab"]
    assert caplog.text.count("a value of type Response cannot be cached") == 2


def test_a_page_that_is_too_large(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    message = r"a value of type Response has \d+ bytes, and CACHE_MAX_VALUE is 2000: cache less"

    def enlarge(response: flask.Response) -> None:
        response.data += b"x" * 2000

    with pytest.raises(CacheError, match=message):
        page(make(CACHE_MAX_VALUE=2000, TESTING=True), enlarge).get("/")
    client = page(make(CACHE_MAX_VALUE=2000, **PRODUCTION), enlarge)
    assert client.get("/").text == "1" + "x" * 2000
    assert "and CACHE_MAX_VALUE is 2000" in caplog.text


# Nonces.


@pytest.fixture
def secure(make: Make) -> App:
    pytest.importorskip("flask_talisman", reason="needs the extra security too")
    return make(("security", "cache"))


def test_a_page_with_a_nonce_is_not_kept(secure: App, caplog: pytest.LogCaptureFixture) -> None:
    def add(response: flask.Response) -> None:
        response.data += f"<script nonce={secure.security.nonce}>".encode()
        response.headers["Cache-Control"] = "public, max-age=60"
        response.set_etag("same")

    client = page(secure, add, public=True)
    one, two = client.get("/"), client.get("/")
    for response in (one, two):
        nonce = response.text.partition("nonce=")[2].rstrip(">")
        assert f"'nonce-{nonce}'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers
    assert one.text[0] + two.text[0] == "12"
    assert [record.getMessage() for record in caplog.records] == [
        "cache: the page / has a nonce, so that it is never cached; leave out cached, or "
        "csp_nonce(); this is said once"
    ]


def test_a_nonce_that_only_the_policy_has(secure: App) -> None:
    client = page(secure, lambda _: str(bool(secure.security.nonce)))
    assert client.get("/").text == "True"
    assert client.get("/plain").text == "2"
    assert client.get("/").text == "True"
    assert client.get("/plain").text == "2"


def test_a_policy_of_its_own_with_a_nonce(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    policy = "script-src 'nonce-abc'"
    client = page(make(), lambda it: it.headers.set("Content-Security-Policy", policy))
    assert answers(client, "/", "/") == ["1", "2"]
    assert "the page / has a nonce" in caplog.text


def test_a_page_without_a_nonce_is_kept(secure: App) -> None:
    client = page(secure)
    one, two = client.get("/"), client.get("/")
    assert (one.text, two.text) == ("1", "1")
    policies = {response.headers["Content-Security-Policy"] for response in (one, two)}
    assert len(policies) == 1
    assert "nonce-" not in policies.pop()


def test_a_value_with_the_nonce_is_not_kept(secure: App) -> None:
    secure.config["TESTING"] = True
    message = "has the nonce of this response, which no other response may have: leave csp_nonce()"

    @secure.cache.memoize()
    def fragment() -> str:
        return f"<script nonce={secure.security.nonce}>"

    @secure.get("/set")
    def set_() -> str:
        secure.cache.set("a", ["b", secure.security.nonce])
        return "ok"

    @secure.get("/memoize")
    def memoize() -> str:
        return str(fragment())

    client = secure.test_client()
    for path in ("/set", "/memoize"):
        with pytest.raises(CacheError, match=message):
            client.get(path)
    assert secure.cache.get("a") is None


# Options of Flask-Caching.


def test_its_options_still_count(make: Make) -> None:
    app = make()
    client = page(
        app,
        timeout=60,
        unless=lambda: flask.request.args.get("unless") == "1",
        response_filter=lambda _: "filter" not in flask.request.path,
        forced_update=lambda: "force" in flask.request.args,
    )
    assert answers(client, "/", "/?unless=1", "/", "/filter", "/filter") == [
        "1",
        "2",
        "1",
        "3",
        "4",
    ]
    assert answers(client, "/?force", "/?force") == ["5", "6"]


def test_a_key_of_its_own(make: Make) -> None:
    client = page(make(), make_cache_key=lambda *_, **__: flask.request.args["k"])
    assert answers(client, "/a?k=1", "/b?k=1", "/a?k=2") == ["1", "1", "2"]
    client = page(make(), key_prefix=lambda: flask.request.args["k"])
    assert answers(client, "/a?k=1", "/b?k=1", "/a?k=2") == ["1", "1", "2"]


def test_data_is_for_every_request(make: Make) -> None:
    app = make()
    calls = itertools.count(1)

    @app.cache.cached(key_prefix="all")
    def data() -> int:
        return next(calls)

    app.add_url_rule("/", "view", lambda: str(data()), methods=["GET", "POST"])
    client = app.test_client()
    found = [
        client.post("/").text,
        client.get("/", headers={"Cookie": "a=b"}).text,
        client.get("/", headers={"Authorization": "a"}).text,
    ]
    assert found == ["1", "1", "1"]


def test_a_view_inside_of_other_decorators(make: Make) -> None:
    app = make()
    calls = itertools.count(1)

    def decorate(function: View) -> View:
        def call() -> Any:
            return function()

        call.__wrapped__ = function  # type: ignore[attr-defined]
        return call

    @decorate
    @app.cache.cached(key_prefix="home")
    def view() -> str:
        return str(next(calls))

    app.add_url_rule("/", "view", view, methods=["GET", "POST"])
    client = app.test_client()
    assert [client.get("/").text, client.post("/").text, client.get("/").text] == ["1", "2", "1"]


def test_a_page_is_forgotten(make: Make) -> None:
    app = make()
    client = page(app, query_string=True)
    view: Any = app.view_functions["view"]
    assert answers(client, "/a?x=1", "/b") == ["1", "2"]
    with app.test_request_context():
        assert app.cache.delete_cached(view, "/a", {"x": 1})
        assert not app.cache.delete_cached(view, "/a", {"x": 1})
    with app.app_context():
        base = "http://localhost"
        assert app.cache.delete_cached(view, "/b", base_url=base)
        assert not app.cache.delete_cached(view, "/b", base_url="http://other")
    assert answers(client, "/a?x=1", "/b") == ["3", "4"]
    with app.test_request_context():
        assert app.cache.delete_cached(view, rest="b")
    assert answers(client, "/b") == ["5"]


def test_a_page_with_headers_is_forgotten(make: Make) -> None:
    app = make()
    client = page(app, vary=["Cookie"])
    assert answers(client, "/", headers={"Cookie": "a=b"}) == ["1"]
    with app.test_request_context():
        view: Any = app.view_functions["view"]
        assert not app.cache.delete_cached(view, "/")
        assert app.cache.delete_cached(view, "/", headers={"COOKIE": "a=b"})


def test_a_view_of_a_class(make: Make) -> None:
    from flask.views import MethodView  # noqa: PLC0415

    app = make()
    calls = itertools.count(1)

    class Thing(MethodView):
        @app.cache.cached()
        def get(self, name: str) -> str:
            return f"{name} {next(calls)}"

    app.add_url_rule("/<name>", view_func=Thing.as_view("thing"))
    assert answers(app.test_client(), "/a", "/a", "/b") == ["a 1", "a 1", "b 2"]
