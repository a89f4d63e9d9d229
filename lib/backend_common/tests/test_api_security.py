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
from werkzeug.test import TestResponse

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
    "asked": {"type": "http", "scheme": "bearer", "x-tokenInfoUrl": "https://a.example"},
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


# Schemes that are left to auth.
LEFT: Json = {
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example"},
    "password": {"type": "http", "scheme": "basic"},
    "authorization": {"type": "apiKey", "in": "header", "name": "authorization"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
    **{
        f"my_{place}": {"type": "apiKey", "in": place, "name": "Mine"}
        for place in ("header", "query", "cookie")
    },
}


class Auth:
    """What the api uses of the extension ``auth``: everybody who says so may do what they say."""

    def __init__(self) -> None:
        self.token: str | None = None

    def authenticate(self, token: str | None = None) -> Any:
        self.token = token or self.token
        user = self.token or flask.request.headers.get("From")
        if user == "wrong":
            raise Unauthorized("The token is wrong.")
        return user

    def require_permissions(self, permissions: Any) -> None:
        if "" in permissions:
            raise ValueError(f"{permissions} are no permissions")

    def require(self, permissions: Any) -> None:
        if not self.authenticate():
            raise Unauthorized("This needs credentials.")
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
        "components": {"securitySchemes": {**SCHEMES, **LEFT}},
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


@pytest.mark.parametrize(
    ("requirements", "more", "reason"),
    [
        (
            [{}, {"unbound": []}],
            {"x-permissions": ["a"]},
            "x-permissions cannot be enforced beside the security requirement {}, which lets "
            "everybody pass: remove one of the two (at #/paths/~1/get)",
        ),
        (
            [{"unbound": []}, {}],
            {"x-permissions": []},
            "x-permissions cannot be enforced beside the security requirement {}",
        ),
        (
            [{"unbound": []}, {"header": []}],
            {"x-permissions": ["a"]},
            "x-permissions cannot be enforced beside the security scheme 'header', which is not "
            "left to the extension 'auth': load it and remove the function of the scheme, or",
        ),
        (
            [{"bearer": []}],
            {"x-permissions": ["a"]},
            "x-permissions cannot be enforced beside the security scheme 'bearer'",
        ),
        (
            [{"unbound": [""]}],
            {},
            "[''] are no permissions",
        ),
        (
            [{"unbound": []}],
            {"x-permissions": [""]},
            "[''] are no permissions",
        ),
        (
            [{"header": ["a"]}],
            {},
            "",
        ),
        (
            [{"basic": ["a"]}],
            {},
            "the scopes of the security scheme 'basic' would not be checked: "
            "give shop.api.basic an argument required_scopes, or remove them",
        ),
        (
            [{"password": []}],
            {},
            "nothing checks the security scheme 'password', since the extension 'auth' knows no "
            "passwords: name a function in its x-basicInfoFunc",
        ),
        ([{"digest": []}], {}, "the security scheme 'digest' is of the unsupported kind 'digest'"),
        (
            [{"unbound": [], "my_query": []}],
            {},
            "the security schemes 'unbound' and 'my_query' are both left to the extension 'auth', "
            "which knows one user: name one of them",
        ),
        (
            [{"asked": []}],
            {},
            "x-tokenInfoUrl of the security scheme 'asked' is not supported: name a function in "
            "x-tokenInfoFunc, or leave it to the extension 'auth'",
        ),
    ],
)
def test_what_could_not_be_enforced(
    service: Service, requirements: list[Json], more: Json, reason: str
) -> None:
    if not reason:
        bound(service, requirements, more)
        return
    with pytest.raises(DocumentError) as error:
        bound(service, requirements, more)
    assert reason in str(error.value)


def test_permissions_beside_a_function_that_is_asked_too(service: Service) -> None:
    app = bound(service, [{"unbound": [], "header": []}], {"x-permissions": ["a"]})
    client = app.test_client()
    headers = {"From": "me", "May": "a", "Key": "good"}
    assert client.get("/", headers=headers).get_json()["user"] == "me"
    assert client.get("/", headers={**headers, "May": "b"}).status_code == 403
    assert client.get("/", headers={**headers, "Key": "bad"}).status_code == 401
    assert client.get("/", headers={"From": "me", "May": "a"}).status_code == 401


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
def test_a_key_that_is_left_to_auth(service: Service, place: str) -> None:
    client = bound(service, [{f"my_{place}": ["a"]}], {}).test_client(use_cookies=False)

    def ask(key: str | None, **headers: str) -> TestResponse:
        if key is None:
            return client.get("/", headers=headers)
        where: Json = {
            "header": {"headers": {**headers, "Mine": key}},
            "query": {"query_string": {"Mine": key}, "headers": headers},
            "cookie": {"headers": {**headers, "Cookie": f"Mine={key}"}},
        }
        return client.get("/", **where[place])

    response = ask(None, From="other", May="a")
    assert (response.status_code, problem(response)["detail"]) == (
        401,
        "No authorization token provided",
    )
    assert response.headers["WWW-Authenticate"] == 'Apikey realm="this API"'
    assert ask("me", May="a").get_json()["user"] == "me"
    assert ask("me", From="other", May="a").get_json()["user"] == "me"
    assert ask("me", May="b").status_code == 403
    response = ask("wrong", May="a")
    assert (response.status_code, problem(response)["detail"]) == (401, "The token is wrong.")


@pytest.mark.parametrize("scheme", ["authorization", "session", "oidc", "unbound"])
def test_places_that_auth_looks_at_by_itself(service: Service, scheme: str) -> None:
    client = bound(service, [{scheme: []}], {}).test_client()
    assert client.get("/", headers={"From": "me"}).get_json()["user"] == "me"
    response = client.get("/")
    assert (response.status_code, problem(response)["detail"]) == (401, "This needs credentials.")


OPTIONAL = [[{}, {"unbound": ["a"]}], [{"unbound": ["a"]}, {}]]


@pytest.mark.parametrize("requirements", OPTIONAL)
def test_who_is_known_is_known_although_nobody_must_be(
    service: Service, requirements: list[Json]
) -> None:
    client = bound(service, requirements, {}).test_client()
    assert client.get("/", headers={"From": "me", "May": "a"}).get_json()["user"] == "me"
    assert client.get("/").get_json()["user"] is None
    # A user without the permission is nobody here, and a wrong token is told.
    assert client.get("/", headers={"From": "me", "May": "b"}).get_json()["user"] is None
    response = client.get("/", headers={"From": "wrong"})
    assert (response.status_code, problem(response)["detail"]) == (401, "The token is wrong.")


@pytest.mark.parametrize("requirements", [[{}, {"bearer": []}], [{"bearer": []}, {}]])
def test_a_function_knows_who_calls_although_nobody_must(
    service: Service, requirements: list[Json]
) -> None:
    client = guarded(service, *requirements)
    assert client.get("/", **GOOD["bearer"]).get_json() == {"user": "me", "scope": "read"}
    assert client.get("/").get_json() == {"user": None, "scope": None}
    wrong = client.get("/", headers={"Authorization": "Bearer wrong"})
    assert wrong.get_json() == {"user": None, "scope": None}


@pytest.mark.parametrize("order", [1, -1])
def test_one_alternative_is_left_to_auth(service: Service, order: int) -> None:
    both: list[Json] = [{"unbound": ["a"]}, {"query": []}]
    requirements = both[::order]
    client = bound(service, requirements, {}).test_client()
    assert client.get("/", headers={"From": "me", "May": "a"}).get_json()["user"] == "me"
    assert client.get("/?Key=good").get_json()["user"] == "/"
    assert client.get("/?Key=good", headers={"From": "wrong"}).get_json()["user"] == "/"
    assert client.get("/", headers={"From": "me", "May": "b"}).status_code == 403
    response = client.get("/")
    assert response.status_code == 401
    challenges = response.headers.getlist("WWW-Authenticate")
    assert sorted(challenges) == ['Apikey realm="this API"', 'Bearer realm="this API"']


def test_an_error_of_connexion_leaves_the_other_alternatives(service: Service) -> None:
    functions = FUNCTIONS.replace(
        'return {"sub": "me", "scope": "read"} if token == "good" else None',
        "from connexion.exceptions import OAuthProblem; raise OAuthProblem('no good')",
    )
    paths = {"/": {"get": operation("get", security=[{"bearer": []}, {"query": []}])}}
    app = serve(service, functions, paths, components={"securitySchemes": SCHEMES})
    client = app.test_client()
    headers = {"Authorization": "Bearer x"}
    assert client.get("/?Key=good", headers=headers).get_json()["user"] == "/"
    response = client.get("/", headers=headers)
    assert (response.status_code, problem(response)["detail"]) == (401, "no good")
    assert response.headers.getlist("WWW-Authenticate")


@pytest.mark.parametrize(
    ("place", "key", "reason"),
    [
        ("root", "x-permissions", "x-permissions belong to an operation (at #)"),
        ("item", "x-permissions", "x-permissions belong to an operation (at #/paths/~1)"),
        ("operation", "x-permission", "x-permission is unknown: write x-permissions (at #/paths"),
        ("operation", "X-Permissions", "X-Permissions is unknown: write x-permissions"),
    ],
)
def test_permissions_at_the_wrong_place(
    service: Service, place: str, key: str, reason: str
) -> None:
    more: Json = {key: ["a"]}
    item: Json = {"get": operation("get", **(more if place == "operation" else {}))}
    paths = {"/": {**item, **(more if place == "item" else {})}}
    with pytest.raises(DocumentError) as error:
        serve(service, FUNCTIONS, paths, **(more if place == "root" else {}))
    assert reason in str(error.value)


def test_permissions_without_a_scheme(service: Service) -> None:
    paths = {"/": {"get": operation("get", **{"x-permissions": ["a"]})}}
    with pytest.raises(DocumentError, match="x-permissions need a security requirement"):
        serve(service, FUNCTIONS, paths)
