"""An application with pages and an API: who reads an error, a person or a program?"""

from collections.abc import Callable
from pathlib import Path

import flask
import pytest
from backend_common import App, create_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Service = Callable[..., Path]

DOCUMENT = """openapi: "3.0.3"
info: {title: Shop, version: "1"}
servers: [{url: /v1}]
paths:
  /things/{name}:
    get:
      operationId: shop.api.get_thing
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: The thing.}}
"""
FUNCTIONS = """import flask


def get_thing(name):
    if name == "all":
        raise ValueError(name)
    flask.abort(404, "No such thing.")
"""
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture(params=["/v1", ""])
def base_path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(service: Service, base_path: str) -> App:
    service({"shop/api.yml": DOCUMENT, "shop/api.py": FUNCTIONS})
    app = create_app("shop", extensions=["api"], config={"API_UI": False})
    app.api.register("api.yml", base_path=base_path)

    @app.get("/page/<name>")
    def page(name: str) -> str:
        if name == "raised":
            flask.abort(flask.Response("as it is", 418))
        if name == "fails":
            raise ValueError(name)
        flask.abort(403, "<Not> you.")

    return app


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.test_client()


def browse(client: FlaskClient, path: str, method: str = "GET") -> TestResponse:
    return client.open(path, method=method, headers={"Accept": BROWSER})


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/page/x", "GET", 403),
        ("/page/x", "POST", 405),
        ("/page/fails", "GET", 500),
        ("/nowhere", "GET", 404),
        ("/v10/things", "GET", 404),
    ],
)
def test_errors_of_pages_are_pages(
    client: FlaskClient, path: str, method: str, status: int
) -> None:
    response = browse(client, path, method)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert response.text.startswith("<!doctype html>")
    assert response.vary.as_set() == {"accept"}
    if method == "POST":
        assert response.allow.as_set() == {"get", "head", "options"}
    assert "<Not>" not in response.text


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/json", "application/problem+json, text/html;q=0.5", "text/html;q=0"],
)
@pytest.mark.parametrize("path", ["/page/x", "/nowhere"])
def test_programs_get_problems_of_pages_too(
    client: FlaskClient, path: str, accept: str | None
) -> None:
    response = client.get(path, headers={"Accept": accept} if accept else {})
    assert response.mimetype == "application/problem+json"
    assert response.vary.as_set() == {"accept"}


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/things/a", "GET", 404), ("/things/a", "POST", 405), ("/things/all", "GET", 500)],
)
def test_errors_of_operations_are_problems(
    client: FlaskClient, base_path: str, path: str, method: str, status: int
) -> None:
    response = browse(client, base_path + path, method)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert "Accept" not in response.vary


def test_what_is_under_a_base_path_is_the_api(client: FlaskClient, base_path: str) -> None:
    kind = "application/problem+json" if base_path else "text/html"
    for path in ("/v1", "/v1/", "/v1/nothing", "/v1/a/b"):
        response = browse(client, path)
        assert (response.status_code, response.mimetype) == (404, kind)


def test_a_response_that_was_raised_is_left_alone(client: FlaskClient) -> None:
    response = browse(client, "/page/raised")
    assert (response.status_code, response.text) == (418, "as it is")


def test_a_page_may_handle_its_own_errors(app: App) -> None:
    app.register_error_handler(404, lambda _: ("Our own page", 404))
    assert browse(app.test_client(), "/nowhere").text == "Our own page"


def test_the_redirect_to_swagger_ui_leaves_other_errors_alone(service: Service) -> None:
    pytest.importorskip("flask_swagger_ui", reason="flask-swagger-ui is no part of the extra")
    service({"shop/api.yml": DOCUMENT, "shop/api.py": FUNCTIONS})
    app = create_app("shop", extensions=["api"], config={"API_UI": True})
    app.api.register("api.yml")
    client = app.test_client()
    assert browse(client, "/").location == "/v1/ui/"
    assert browse(client, "/nowhere").mimetype == "text/html"
    assert client.get("/nowhere").mimetype == "application/problem+json"
