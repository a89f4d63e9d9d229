import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from backend_common import App, SettingError, create_app
from shop_api import operation, problem, serve

Service = Callable[..., Path]

FUNCTIONS = "def get():\n    return []\n"
PATHS = {"/things": {"get": operation("get")}}
SERVERS = [{"url": "https://shop.example/v1"}]


@pytest.fixture
def app(service: Service) -> App:
    return serve(service, FUNCTIONS, PATHS, servers=SERVERS)


@pytest.fixture(
    params=[
        {"swagger": "2.0", "basePath": "/v1"},
        {"openapi": "3.0.3", "servers": SERVERS},
        {"openapi": "3.1.0", "servers": SERVERS},
    ],
    ids=lambda document: next(iter(document.values())),
)
def of_any_version(request: pytest.FixtureRequest, service: Service) -> App:
    return serve(service, FUNCTIONS, PATHS, **request.param)


def test_the_document(app: App) -> None:
    response = app.test_client().get("/v1/openapi.json")
    assert response.content_type == "application/json"
    document = response.get_json()
    assert document["servers"] == [{"url": "/v1"}]
    assert document["paths"] == PATHS


def test_the_document_behind_a_prefix(app: App) -> None:
    response = app.test_client().get("/v1/openapi.json", base_url="http://localhost/shop")
    assert response.get_json()["servers"] == [{"url": "/shop/v1"}]


@pytest.mark.parametrize("base_path", ["", "/v2"])
def test_the_document_of_swagger(service: Service, base_path: str) -> None:
    serve(service, FUNCTIONS, PATHS, swagger="2.0", basePath="/v1")
    app = create_app("shop", extensions=["api"])
    app.api.register("api.yml", base_path=base_path)
    document = app.test_client().get(f"{base_path}/openapi.json").get_json()
    assert (document["basePath"], document["swagger"]) == (base_path or "/", "2.0")


def test_swagger_ui_needs_no_unsafe_script(of_any_version: App) -> None:
    response = of_any_version.test_client().get("/v1/ui/")
    policy = response.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
    assert "unsafe" not in policy
    scripts = re.findall(r"<script[^>]*>", response.text)
    assert len(scripts) == 2
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert not re.search(r"\son\w+=|style=", response.text)
    assert of_any_version.test_client().get("/v1/ui/").text != response.text


def test_the_assets_are_there(of_any_version: App) -> None:
    client = of_any_version.test_client()
    page = client.get("/v1/ui/").text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert "swagger-ui-bundle.js" in assets
    for asset in assets:
        with client.get(f"/v1/ui/{asset}") as response:
            assert response.status_code == 200
    problem(client.get("/v1/ui/nothing.js"))
    problem(client.get("/v1/ui/..%2f__init__.py"))


def test_the_title_is_escaped(service: Service) -> None:
    info = {"title": "<script>alert()</script>", "version": "1"}
    app = serve(service, FUNCTIONS, PATHS, info=info)
    assert "<script>alert" not in app.test_client().get("/ui/").text


def test_home_leads_to_the_first_document(app: App) -> None:
    app.api.register("api.yml", base_path="/v2")
    client = app.test_client()
    response = client.get("/?a=b", base_url="http://localhost/shop")
    assert (response.status_code, response.location) == (302, "/shop/v1/ui/")
    assert client.get("/v2/ui/").status_code == 200
    assert client.post("/").status_code == 404
    problem(client.get("/nothing"))


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_of_the_services_own_goes_before(app: App, status: int) -> None:
    app.add_url_rule("/", "home", lambda: ("home", status))
    assert app.test_client().get("/").text == "home"


def test_no_swagger_ui(service: Service) -> None:
    app = serve(service, FUNCTIONS, PATHS, {"API_UI": False})
    client = app.test_client()
    assert client.get("/ui/").status_code == client.get("/").status_code == 404
    assert client.get("/openapi.json").status_code == 200


def test_swagger_ui_is_not_installed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", find)
    app = serve(service, FUNCTIONS, PATHS)
    assert app.test_client().get("/ui/").status_code == 404
    with pytest.raises(SettingError, match=r"API_UI of 'shop' is wrong: .*flask-swagger-ui among"):
        serve(service, FUNCTIONS, PATHS, {"API_UI": True})
