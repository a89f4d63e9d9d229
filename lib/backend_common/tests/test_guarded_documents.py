"""Documents whose security schemes are left to the extension ``auth``, the real one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, create_app
from backend_common.api import DocumentError
from shop_api import Json, operation

Service = Callable[..., Path]

ONE = "def one(**given):\n    return 'one'\n\n\ndef two(**given):\n    return 'two'\n"
UNGUARDED: Json = {"post": operation("one"), "get": operation("two")}


def production(service: Service, path_item: Json, **more: Any) -> App:
    schemes = {"token": {"type": "http", "scheme": "bearer"}}
    schemes["own"] = {**schemes["token"], "x-bearerInfoFunc": "shop.api.two"}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/": path_item},
        "components": {"securitySchemes": schemes},
    }
    service({"shop/api.yml": json.dumps(document), "shop/api.py": ONE})
    config = {"APP_CHANNEL": "production", "AUTH_ISSUERS": {"https://a.example/": None}, **more}
    app = create_app("shop", extensions=["api", "auth"], config=config)
    app.api.register("api.yml")
    return app


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"security": [{}]},
        {"security": [{"token": []}]},
        {"security": [{"own": []}, {}]},
        {"security": [{"own": []}, {"token": []}]},
    ],
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_production_without_permissions(service: Service, method: str, more: Json) -> None:
    with pytest.raises(DocumentError) as error:
        production(service, {method: operation("one", **more), "get": operation("two")})
    assert str(error.value.message).endswith(
        "shop/api.yml: in production, these operations would need no permission: shop.api.one; "
        "give them security and x-permissions ([] stands for every authenticated caller), or name "
        f"them in the setting API_PUBLIC_OPERATIONS (at #/paths/~1/{method}); correct the document"
    )


@pytest.mark.parametrize(
    "more",
    [
        {"security": [{"token": ["a"]}]},
        {"security": [{"token": []}], "x-permissions": ["a"]},
        {"security": [{"token": []}], "x-permissions": []},
        {"security": [{"own": []}]},
        {"security": [{"own": []}, {"token": ["a"]}]},
    ],
)
def test_production_with_permissions(service: Service, more: Json) -> None:
    app = production(service, {"post": operation("one", **more), "get": operation("two")})
    assert app.test_client().post("/").status_code == 401


def test_public_operations(service: Service) -> None:
    with pytest.raises(DocumentError, match=r"would need no permission: shop\.api\.one;"):
        production(service, UNGUARDED, API_PUBLIC_OPERATIONS=["shop.api.two"])
    app = production(service, UNGUARDED, API_PUBLIC_OPERATIONS=["shop.api.one"])
    assert app.test_client().post("/").get_json() == "one"


def test_public_operations_that_no_document_has(service: Service) -> None:
    names = ["shop.api.one", "shop.api.tow", "shop.old"]
    app = production(service, UNGUARDED, API_PUBLIC_OPERATIONS=names)
    answer = app.test_client().get("/__heartbeat__")
    assert answer.status_code == 500
    assert (
        "API_PUBLIC_OPERATIONS names shop.api.tow, shop.old, which is the operationId of no "
        "operation: correct or remove it" in answer.text
    )


def test_public_operations_of_several_documents(service: Service) -> None:
    names = ["shop.api.one", "shop.api.three"]
    app = production(service, UNGUARDED, API_PUBLIC_OPERATIONS=names)
    more = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "2"},
        "paths": {"/": {"post": operation("three")}},
    }
    app.api.register(more, base_path="/v2", resolver=lambda _: lambda: "three")
    assert app.test_client().get("/__heartbeat__").get_json()["checks"]["api"] == "ok"


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
def test_a_token_in_a_place_of_its_own(service: Service, place: str) -> None:
    schemes = {"key": {"type": "apiKey", "in": place, "name": "X-Key"}}
    get = operation("who", security=[{"key": ["shop/read"]}])
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/": {"get": get}},
        "components": {"securitySchemes": schemes},
    }
    functions = (
        "from backend_common import current_app\n\n\n"
        "def who(user):\n    return [user.name, current_app.auth.current_user.name]\n"
    )
    service({"shop/api.yml": json.dumps(document), "shop/api.py": functions})
    app = create_app("shop", extensions=["api", "auth"])
    app.api.register("api.yml")
    client = app.test_client(use_cookies=False)

    def get_with(token: str) -> Any:
        where: Json = {
            "header": {"headers": {"X-Key": token}},
            "query": {"query_string": {"X-Key": token}},
            "cookie": {"headers": {"Cookie": f"X-Key={token}"}},
        }
        return client.get("/", **where[place])

    assert get_with(app.auth.sign("me", ["shop/read"])).get_json() == ["me", "me"]
    assert get_with(app.auth.sign("me", ["shop/write"])).status_code == 403
    assert get_with("wrong").status_code == 401
    assert client.get("/").status_code == 401
    bearer = {"Authorization": f"Bearer {app.auth.sign('me', ['shop/read'])}"}
    assert client.get("/", headers=bearer).status_code == 401
