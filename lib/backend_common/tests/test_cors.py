from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError, create_app
from werkzeug.exceptions import Unauthorized
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]

PAGE = "https://shop.example.org"
OTHER = "http://localhost:3000"
ELSEWHERE = "https://shop.example.org.evil.example"


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(**config: Any) -> App:
        app = create_app("shop", extensions=["cors"], config=config)
        app.add_url_rule("/", "home", lambda: "ok", methods=["GET", "PUT"])
        app.add_url_rule("/refused", "refused", refused)
        app.add_url_rule("/fails", "fails", lambda: str(1 / 0))
        app.add_url_rule("/cached", "cached", cached)
        return app

    return make_app


def refused() -> str:
    raise Unauthorized


def cached() -> flask.Response:
    response = flask.make_response("ok")
    response.vary.add("Accept")
    return response


def ask(app: App, path: str = "/", origin: str = PAGE, method: str = "GET") -> TestResponse:
    return app.test_client().open(path, method=method, headers={"Origin": origin})


def preflight(app: App, path: str = "/", origin: str = PAGE, method: str = "PUT") -> TestResponse:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,x-other",
    }
    return app.test_client().options(path, headers=headers)


def cors_headers(response: TestResponse) -> dict[str, str]:
    return {
        name: value
        for name, value in response.headers.items()
        if name.startswith("Access-Control-")
    }


def test_it_is_closed_by_default(make: Make) -> None:
    app = make()
    assert app.cors.origins == ()
    for response in (ask(app), preflight(app), ask(app, "/fails"), ask(app, origin="null")):
        assert cors_headers(response) == {}


@pytest.mark.parametrize("origin", [PAGE, OTHER])
def test_a_named_origin(make: Make, origin: str) -> None:
    response = ask(make(CORS_ORIGINS=[PAGE, OTHER]), origin=origin)
    assert cors_headers(response) == {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Location, Retry-After, WWW-Authenticate, X-Request-ID",
    }


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", "", "http://shop.example.org", "*"])
def test_any_other_origin(make: Make, origin: str) -> None:
    app = make(CORS_ORIGINS=[PAGE])
    for response in (ask(app, origin=origin), preflight(app, origin=origin)):
        assert cors_headers(response) == {}


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/missing", "GET", 404),
        ("/", "DELETE", 405),
        ("/refused", "GET", 401),
        ("/fails", "GET", 500),
    ],
)
@pytest.mark.parametrize("testing", [False, True])
def test_errors_may_be_read(make: Make, path: str, method: str, status: int, testing: bool) -> None:
    app = make(CORS_ORIGINS=[PAGE], TESTING=testing, PROPAGATE_EXCEPTIONS=False)
    response = ask(app, path, method=method)
    assert response.status_code == status
    assert response.headers.getlist("Access-Control-Allow-Origin") == [PAGE]


def test_a_preflight(make: Make) -> None:
    response = preflight(make(CORS_ORIGINS=[PAGE]))
    assert response.status_code == 200
    headers = cors_headers(response)
    assert headers["Access-Control-Allow-Origin"] == PAGE
    assert headers["Access-Control-Allow-Headers"] == "authorization"
    assert headers["Access-Control-Max-Age"] == "600"
    assert "PUT" in headers["Access-Control-Allow-Methods"].split(", ")
    assert "Access-Control-Allow-Credentials" not in headers


OPERATIONS = """
openapi: 3.0.3
info: {title: shop, version: "1"}
paths:
  /orders/{number}:
    put:
      operationId: shop.put
      parameters: [{name: number, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: stored}}
"""


def test_operations_of_an_api(service: Service) -> None:
    pytest.importorskip("connexion", reason="needs the extra api too")
    service({"shop/api.yml": OPERATIONS, "shop/__init__.py": "def put(number): return 'ok'"})
    app = create_app("shop", extensions=["cors", "api"], config={"CORS_ORIGINS": [PAGE]})
    app.api.register("api.yml")
    answer = preflight(app, "/orders/1")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    problem = ask(app, "/orders/one", method="PUT")
    assert (problem.status_code, problem.mimetype) == (400, "application/problem+json")
    assert problem.headers["Access-Control-Allow-Origin"] == PAGE


def test_no_page_reaches_a_private_network_through_a_browser(make: Make) -> None:
    headers = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Private-Network": "true",
    }
    response = make(CORS_ORIGINS=[PAGE]).test_client().options("/", headers=headers)
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers.get("Access-Control-Allow-Private-Network") != "true"


def test_a_preflight_of_no_method(make: Make) -> None:
    response = preflight(make(CORS_ORIGINS=[PAGE]), method="BREW")
    assert "Access-Control-Allow-Methods" not in response.headers


@pytest.mark.parametrize("origin", [PAGE, ELSEWHERE, None])
def test_caches_keep_origins_apart(make: Make, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    client = make(CORS_ORIGINS=[PAGE]).test_client()
    assert client.get("/", headers=headers).headers["Vary"] == "Origin"
    assert client.get("/cached", headers=headers).headers["Vary"] == "Accept, Origin"


def test_any_origin(make: Make) -> None:
    response = ask(make(CORS_ORIGINS=["*"]), origin=ELSEWHERE)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in response.headers
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_credentials_of_a_named_origin(make: Make) -> None:
    app = make(CORS_ORIGINS=[PAGE], CORS_CREDENTIALS=True)
    assert ask(app).headers["Access-Control-Allow-Credentials"] == "true"
    assert cors_headers(ask(app, origin=ELSEWHERE)) == {}


def test_credentials_of_any_origin(make: Make) -> None:
    with pytest.raises(SettingError) as error:
        make(CORS_ORIGINS=["*"], CORS_CREDENTIALS=True)
    assert str(error.value) == (
        "the settings CORS_ORIGINS and CORS_CREDENTIALS of 'shop' do not go together: "
        "with *, every page could act as its visitor; name the origins in CORS_ORIGINS, "
        "or turn CORS_CREDENTIALS off"
    )


def test_origins_from_the_environment(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", f"{PAGE}, {OTHER}")
    assert make().cors.origins == (PAGE, OTHER)


def test_what_flask_cors_reads_by_itself_changes_nothing(make: Make) -> None:
    app = make(CORS_ORIGINS=[PAGE], CORS_SUPPORTS_CREDENTIALS=True, CORS_METHODS=["BREW"])
    headers = cors_headers(preflight(app))
    assert "Access-Control-Allow-Credentials" not in headers
    assert "BREW" not in headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "origins",
    [
        PAGE,
        "*",
        {PAGE},
        {PAGE: 1},
        ["null"],
        ["*", PAGE],
        ["https://*.example.org"],
        ["https://.*"],
        [f"{PAGE}/"],
        [f"{PAGE}:443"],
        ["http://shop.example.org:80"],
        ["https://Shop.example.org"],
        ["https://a@shop.example.org"],
        ["https://shop.example.org:port"],
        ["https://shop.example.org:"],
        ["https://"],
        ["ftp://shop.example.org"],
        ["shop.example.org"],
        [1],
    ],
)
def test_no_origins(make: Make, origins: object) -> None:
    with pytest.raises(SettingError, match=r"the setting CORS_ORIGINS of 'shop' is wrong: .*as b"):
        make(CORS_ORIGINS=origins)


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "https://a-b.c",
        "http://a.b",
        "https://a.b:80",
        "http://a.b:443",
    ],
)
def test_origins(make: Make, origin: str) -> None:
    response = ask(make(CORS_ORIGINS=[origin]), origin=origin)
    assert response.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("CORS_ALLOW_HEADERS", ["*"]),
        ("CORS_ALLOW_HEADERS", "Accept"),
        ("CORS_EXPOSE_HEADERS", ["a b"]),
        ("CORS_CREDENTIALS", "yes"),
        ("CORS_MAX_AGE", -1),
    ],
)
def test_a_wrong_setting(make: Make, key: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong"):
        make(**{key: value})


def test_browsers_may_ask_each_time(make: Make) -> None:
    response = preflight(make(CORS_ORIGINS=[PAGE], CORS_MAX_AGE=0))
    assert cors_headers(response)["Access-Control-Max-Age"] == "0"
