"""Headers that Werkzeug fails on: a client must not be able to make a request fail."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, create_app
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response

Service = Callable[..., Path]

FAR = "Fri, 31 Dec 99999999999 23:59:59 GMT"
OFFSET = "Fri, 31 Dec 2021 23:59:59 +99999999999999"


def make_app(*extensions: str, **config: Any) -> App:
    app = create_app("shop", extensions=extensions, config=config)

    @app.get("/")
    def page() -> str:
        return f"{flask.request.url} {flask.request.host}"

    @app.get("/conditional")
    def conditional() -> flask.Response:
        response = flask.Response("page")
        response.last_modified = 0  # type: ignore[assignment]  # seconds are accepted
        response.set_etag("one")
        response.make_conditional(flask.request, accept_ranges=True, complete_length=4)
        return response

    @app.get("/credentials")
    def credentials() -> str:
        return repr(flask.request.authorization)

    return app


@pytest.fixture
def app(service: Service) -> App:
    service()
    return make_app()


def get(app: App, path: str, **environ: str) -> Response:
    # Without the client of tests, which makes URLs of the host, too.
    return Response(*run_wsgi_app(app, {**EnvironBuilder(path).get_environ(), **environ}))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a,b",
        "a b",
        "a/b",
        "user@shop",
        "shop:99999",
        "shop:port",
        "[::1",
        "shop..example",
        ".example",
        "s" * 64,
        "s" * 300,
        "xn--a",
        "xn--a:8000",
        "www.xn--a.example",
        "XN--A",
        "xn--\x80",
        "%0d%0a",
        "sh\xf6p",
        "my_shop,a",
        "my_shop:port",
        "my_shop..example",
        "<script>",
    ],
)
@pytest.mark.parametrize("path", ["/", "/nothing", "/__lbheartbeat__", "/static/a.css"])
def test_what_is_no_host(app: App, host: str, path: str) -> None:
    response = get(app, path, HTTP_HOST=host)
    assert (response.status_code, "Location" in response.headers) == (400, False)
    assert "The header Host is not a host" in response.get_data(
        as_text=True
    ) or "could not understand" in response.get_data(as_text=True)


@pytest.mark.parametrize("host", ["a,b", "xn--a", "shop..example", ""])
def test_no_redirect_leads_to_what_is_no_host(service: Service, host: str) -> None:
    service()
    app = make_app("log", "security", APP_CHANNEL="production", SECURITY_TRUSTED_HOPS=0)
    response = get(app, "/", HTTP_HOST=host)
    assert (response.status_code, "Location" in response.headers) == (400, False)
    assert response.headers["Content-Security-Policy"]


def test_the_host_that_a_proxy_tells_is_checked(service: Service) -> None:
    service()
    app = make_app("security", SECURITY_TRUSTED_HOPS=1, SECURITY_TRUSTED_HEADERS=["host"])
    assert get(app, "/", HTTP_X_FORWARDED_HOST="xn--a").status_code == 400
    assert get(app, "/", HTTP_X_FORWARDED_HOST="shop").get_data() == b"http://shop/ shop"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("shop", "http://shop/"),
        ("shop:8000", "http://shop:8000/"),
        ("shop.example.", "http://shop.example./"),
        ("my_shop", "http://my_shop/"),
        ("my_shop.example:8000", "http://my_shop.example:8000/"),
        ("127.0.0.1:80", "http://127.0.0.1/"),
        ("[::1]:8000", "http://[::1]:8000/"),
        ("[2001:db8:1111:2222:3333:4444:5555:6666]", None),
        ("xn--mnchen-3ya.example:8000", "http://m\xfcnchen.example:8000/"),
    ],
)
def test_a_host(app: App, host: str, url: str | None) -> None:
    response = get(app, "/", HTTP_HOST=host)
    assert response.status_code == 200
    if url:
        assert response.get_data(as_text=True).startswith(f"{url} ")


@pytest.mark.parametrize("server", ["127.0.0.1", ""])
def test_no_host_in_http_1_0(app: App, server: str) -> None:
    environ = EnvironBuilder("/").get_environ()
    del environ["HTTP_HOST"]
    environ["SERVER_NAME"] = server
    _, status, _ = run_wsgi_app(app, environ)
    assert status == "200 OK"


def test_trusted_hosts(service: Service) -> None:
    service()
    config = {"APP_CHANNEL": "production", "SECURITY_TRUSTED_HOPS": 0}
    app = make_app("security", TRUSTED_HOSTS=["shop"], **config)
    assert get(app, "/", HTTP_HOST="evil").status_code == 400
    assert get(app, "/", HTTP_HOST="shop").headers["Location"] == "https://shop/"


@pytest.mark.parametrize("date", [FAR, OFFSET])
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("IF_MODIFIED_SINCE", 200),
        ("IF_UNMODIFIED_SINCE", 200),
        ("DATE", 200),
    ],
)
def test_impossible_dates_are_ignored(app: App, header: str, status: int, date: str) -> None:
    assert get(app, "/conditional", **{f"HTTP_{header}": date}).status_code == status


@pytest.mark.parametrize("date", [FAR, OFFSET])
def test_a_range_of_an_impossible_date_is_the_whole(app: App, date: str) -> None:
    whole = get(app, "/conditional", HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE=date)
    assert (whole.status_code, whole.get_data()) == (200, b"page")
    part = get(app, "/conditional", HTTP_RANGE="bytes=0-1")
    assert (part.status_code, part.get_data()) == (206, b"pa")


def test_dates(app: App) -> None:
    since = {"HTTP_IF_MODIFIED_SINCE": "Fri, 31 Dec 2021 23:59:59 GMT"}
    assert get(app, "/conditional", **since).status_code == 304


@pytest.mark.parametrize(
    "given", ["Basic \x80", "Basic \xff\xfe", "Basic a", "Basic ====", "Basic \xe9=", "Digest \x80"]
)
def test_credentials_that_cannot_be_read(app: App, given: str) -> None:
    assert get(app, "/credentials", HTTP_AUTHORIZATION=given).status_code == 200


def test_credentials(app: App) -> None:
    assert "Authorization" in get(app, "/credentials", HTTP_AUTHORIZATION="Basic YTpi").get_data(
        as_text=True
    )
    assert get(app, "/credentials", HTTP_AUTHORIZATION="Basic \x80").get_data() == b"None"
