import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, create_app
from backend_common.api import DocumentError
from flask.testing import FlaskClient
from shop_api import Json, operation, problem, serve
from werkzeug.exceptions import Forbidden, Unauthorized

Service = Callable[..., Path]

FUNCTIONS = """
def get(user=None, token_info=None):
    return {"user": user, "scope": (token_info or {}).get("scope")}


def bearer(token, required_scopes=None):
    return {"sub": "me", "scope": "read"} if token == "good" else None


def basic(username, password):
    return {"sub": username} if password == "gööd" else None


def key(apikey, required_scopes, request):
    return {"uid": request.path} if apikey == "good" else None


class Waiting:
    async def __call__(self, token):
        return {}


async def waiting(token):
    return {}


waiting_object = Waiting()
"""
SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.bearer"},
    "basic": {"type": "http", "scheme": "Basic", "x-basicInfoFunc": "shop.api.basic"},
    "oauth": {
        "type": "oauth2",
        "x-tokenInfoFunc": "shop.api.bearer",
        "flows": {"implicit": {"authorizationUrl": "https://a.example", "scopes": {}}},
    },
    **{
        place: {"type": "apiKey", "in": place, "name": "Key", "x-apikeyInfoFunc": "shop.api.key"}
        for place in ("header", "query", "cookie")
    },
    "unbound": {"type": "http", "scheme": "bearer"},
    "waiting": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.waiting"},
    "object": {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "shop.api.waiting_object"},
    "digest": {"type": "http", "scheme": "digest"},
}


def guarded(service: Service, *requirements: Json) -> FlaskClient:
    paths = {"/": {"get": operation("get", security=list(requirements))}}
    app = serve(service, FUNCTIONS, paths, components={"securitySchemes": SCHEMES})
    return app.test_client(use_cookies=False)


GOOD = {
    "bearer": {"headers": {"Authorization": "bearer good"}},
    "basic": {"headers": {"Authorization": "Basic bWU6Z8O2w7Zk"}},
    "oauth": {"headers": {"Authorization": "Bearer good"}},
    "header": {"headers": {"Key": "good"}},
    "query": {"query_string": {"Key": "good"}},
    "cookie": {"headers": {"Cookie": "Key=good; a:b=c"}},
}


@pytest.mark.parametrize("scheme", GOOD)
def test_good_credentials(service: Service, scheme: str) -> None:
    response = guarded(service, {scheme: []}).get("/", **GOOD[scheme])
    user = "me" if scheme in ("bearer", "basic", "oauth") else "/"
    assert response.get_json()["user"] == user


@pytest.mark.parametrize(
    ("scheme", "authorization", "detail"),
    [
        ("bearer", None, "No authorization token provided"),
        ("bearer", "", "No authorization token provided"),
        ("bearer", "Basic good", "No authorization token provided"),
        ("bearer", "Bearer", "The credentials for 'bearer' are not valid"),
        ("bearer", "Bearer bad", "The credentials for 'bearer' are not valid"),
        ("basic", "Basic bWU6YmFk", "The credentials for 'basic' are not valid"),
        ("basic", "Basic ===", "The Authorization header is not valid"),
        ("basic", "Basic \xff", "The Authorization header is not valid"),
    ],
)
def test_bad_credentials(
    service: Service, scheme: str, authorization: str | None, detail: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = guarded(service, {scheme: []}).get("/", headers=headers)
    assert (response.status_code, problem(response)) == (401, {"detail": detail})
    assert response.headers["WWW-Authenticate"].lower() == f'{scheme} realm="this api"'


@pytest.mark.parametrize("scheme", ["header", "query", "cookie"])
def test_a_key_that_is_missing(service: Service, scheme: str) -> None:
    response = guarded(service, {scheme: []}).get("/")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].lower() == 'apikey realm="this api"'


def test_scopes(service: Service) -> None:
    headers = GOOD["oauth"]["headers"]
    assert guarded(service, {"oauth": ["read"]}).get("/", headers=headers).status_code == 200
    response = guarded(service, {"oauth": ["read", "write"]}).get("/", headers=headers)
    assert (response.status_code, problem(response)) == (
        403,
        {"detail": "The token does not have the scopes read, write"},
    )


def test_one_of_several_is_enough_and_all_of_one(service: Service) -> None:
    client = guarded(service, {"bearer": [], "header": []}, {"query": []})
    assert client.get("/", **GOOD["query"]).status_code == 200
    assert client.get("/", **GOOD["header"]).status_code == 401
    both = {"Authorization": "Bearer good", "Key": "good"}
    assert client.get("/", headers=both).status_code == 200


def test_nobody_is_welcome_too(service: Service) -> None:
    client = guarded(service, {"bearer": []}, {})
    assert client.get("/").get_json()["user"] is None


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        (
            "waiting",
            "the security function shop.api.waiting is async; make it a plain function "
            "(at #/paths/~1/get); correct the document",
        ),
        ("object", "the security function shop.api.waiting_object is async; make it a plain func"),
        (
            "unbound",
            "nothing checks the security scheme 'unbound': name a function in its "
            "x-bearerInfoFunc, or load the extension 'auth'",
        ),
        ("digest", "the security scheme 'digest' is of the unsupported kind 'digest'"),
        ("nowhere", "there is no security scheme 'nowhere'"),
    ],
)
def test_a_scheme_that_cannot_be_served(service: Service, scheme: str, reason: str) -> None:
    with pytest.raises(DocumentError) as error:
        guarded(service, {scheme: []})
    assert reason in str(error.value)


class Auth:
    """What the api uses of the extension ``auth``: everybody who says so may do what they say."""

    def authenticate(self) -> Any:
        return flask.request.headers.get("From")

    def require(self, permissions: Any) -> None:
        if not self.authenticate():
            raise Unauthorized
        may = flask.request.headers.get("May", "").split()
        roles = permissions if permissions and isinstance(permissions[0], list) else [permissions]
        if not any(set(role) <= set(may) for role in roles):
            raise Forbidden


def bound(
    service: Service, requirements: list[Json], more: Json, functions: str = FUNCTIONS
) -> App:
    serve(service, functions, {})
    app = create_app("shop", extensions=["api"])
    app.attach("auth", Auth())
    paths = {"/": {"get": operation("get", security=requirements, **more)}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "components": {"securitySchemes": {"unbound": SCHEMES["unbound"]}},
        "paths": paths,
    }
    service({"shop/api.yml": json.dumps(document), "shop/api.py": functions})
    app.api.register("api.yml")
    return app


@pytest.mark.parametrize(
    ("requirements", "more", "may", "status"),
    [
        ([{"unbound": []}], {}, None, 401),
        ([{"unbound": []}], {}, "", 200),
        ([{"unbound": ["a"]}], {}, "", 403),
        ([{"unbound": ["a", "b"]}], {}, "a b", 200),
        ([{"unbound": ["a"]}, {"unbound": ["b"]}], {}, "b", 200),
        ([{"unbound": ["a"]}], {"x-permissions": [["b"], ["c"]]}, "c", 200),
        ([{"unbound": ["a"]}], {"x-permissions": [["b"], ["c"]]}, "a", 403),
        ([{"unbound": []}, {}], {}, None, 200),
    ],
)
def test_the_extension_auth_checks_what_names_no_function(
    service: Service, requirements: list[Json], more: Json, may: str | None, status: int
) -> None:
    app = bound(service, requirements, more)
    headers = {} if may is None else {"From": "me", "May": may}
    response = app.test_client().get("/", headers=headers)
    assert response.status_code == status
    if status == 200:
        assert response.get_json()["user"] == headers.get("From")


def test_permissions_of_the_wrong_shape(service: Service) -> None:
    with pytest.raises(DocumentError, match="x-permissions must be a list of permissions"):
        bound(service, [{"unbound": []}], {"x-permissions": "all"})


def test_auth_gives_no_token_info(service: Service) -> None:
    functions = FUNCTIONS.replace("token_info=None", "*, token_info")
    with pytest.raises(
        DocumentError, match=r"the argument 'token_info' of shop.api.get is not giv"
    ):
        bound(service, [{"unbound": []}], {}, functions)


def test_permissions_without_a_scheme(service: Service) -> None:
    paths = {"/": {"get": operation("get", **{"x-permissions": ["a"]})}}
    with pytest.raises(DocumentError, match="x-permissions need a security requirement"):
        serve(service, FUNCTIONS, paths)
