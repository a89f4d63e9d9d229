import base64
import contextlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError, create_app
from backend_common.auth import require_permissions
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]

ISSUER = "https://issuer.example.org/"


class Provider:
    """An issuer's web server: what it answers with, and how often it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.status = 200
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                body = json.dumps(provider.documents.get(self.path)).encode()
                self.send_response(provider.status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, *keys: Key) -> None:
        self.documents["/jwks"] = KeySet(list(keys)).as_dict(private=False)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, args=[0.05])
    thread.start()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()
    thread.join()


@pytest.fixture
def make(service: Service) -> Make:
    service()

    def make_app(*extensions: str, **config: Any) -> App:
        app = create_app("shop", extensions=["auth", *extensions], config=config)

        @app.get("/orders")
        @require_permissions(["shop/orders/read"])
        def orders() -> str:
            return app.auth.current_user.name

        @app.get("/refunds")
        @app.auth.require_permissions([["shop/admin"], ["shop/orders/read", "shop/money"]])
        def refunds() -> str:
            return app.auth.current_user.name

        @app.get("/me")
        @require_permissions([])
        def me() -> str:
            return app.auth.current_user.method or ""

        return app

    return make_app


def get(app: App, path: str, token: str | None = None, **headers: str) -> TestResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return app.test_client().get(path, headers=headers)


def claims(**more: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER,
        "aud": "shop",
        "sub": "somebody",
        "exp": int(time.time()) + 60,
        "permissions": ["shop/orders/read"],
    }
    return {key: value for key, value in {**usual, **more}.items() if value is not None}


def sign(key: Key, said: dict[str, Any], algorithm: str = "ES256", **header: Any) -> str:
    return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, said, key, [algorithm])


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def ec_key(key_id: str = "one") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": key_id, "use": "sig"})


# What they may do.


def test_nobody_is_asked_for_a_token(make: Make) -> None:
    response = get(make(), "/orders")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="shop"'
    assert "send a token in the header Authorization: Bearer TOKEN." in response.text


def test_who_lacks_a_permission_is_told_which(make: Make) -> None:
    app = make()
    response = get(app, "/orders", app.auth.sign("me", ["shop/orders"]))
    assert response.status_code == 403
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="shop", error="insufficient_scope", scope="shop/orders/read"'
    )
    assert "This needs the permission shop/orders/read." in response.text


def test_who_lacks_every_role_is_told_all_of_them(make: Make) -> None:
    app = make()
    response = get(app, "/refunds", app.auth.sign("me", ["shop/orders/*"]))
    assert response.status_code == 403
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="shop", error="insufficient_scope"'
    )
    assert "the permission shop/admin or shop/orders/read and shop/money." in response.text


@pytest.mark.parametrize(
    ("path", "granted"),
    [
        ("/orders", ["shop/orders/read"]),
        ("/orders", ["shop/orders/*"]),
        ("/orders", ["other", "shop/*"]),
        ("/refunds", ["shop/admin"]),
        ("/refunds", ["shop/money", "shop/orders/read"]),
        ("/refunds", ["shop/*"]),
    ],
)
def test_who_has_the_permissions(make: Make, path: str, granted: list[str]) -> None:
    app = make()
    response = get(app, path, app.auth.sign("me", granted))
    assert (response.status_code, response.text) == (200, "me")


@pytest.mark.parametrize(
    "granted", [["shop"], ["shop/orders/read/*"], ["shop/o/*"], ["shopping/*"]]
)
def test_a_prefix_ends_at_a_slash(make: Make, granted: list[str]) -> None:
    app = make()
    assert get(app, "/orders", app.auth.sign("me", granted)).status_code == 403


def test_everybody_who_is_known(make: Make) -> None:
    app = make()
    assert get(app, "/me").status_code == 401
    assert get(app, "/me", app.auth.sign("me", [])).text == "bearer"


@pytest.mark.parametrize("needed", ["shop", ["a b"], [["a"], "b"], [1], None, ["*"]])
def test_needs_that_are_none_fail_where_they_are_written(needed: Any) -> None:
    with pytest.raises(ValueError, match="are no permissions: write a list of names such as"):
        require_permissions(needed)


def test_what_callers_are_told_of_themselves(make: Make) -> None:
    app = make()
    response = get(app, "/__permissions__", app.auth.sign("me", ["b", "a/*"]))
    assert response.get_json() == {"user_id": "me", "permissions": ["a/*", "b"]}
    assert response.headers["Cache-Control"] == "no-store"
    assert get(app, "/__permissions__").get_json() == {"user_id": None, "permissions": []}
    assert get(app, "/__permissions__", "wrong").status_code == 401


# Development, and production.


def test_development_may_do_without_credentials(make: Make) -> None:
    app = make(AUTH_DEVELOPMENT_PERMISSIONS=["shop/orders/*"])
    assert get(app, "/orders").text == "anonymous"
    assert get(app, "/refunds").status_code == 401
    assert get(app, "/orders", "wrong").status_code == 401
    assert get(app, "/__permissions__").get_json() == {
        "user_id": None,
        "permissions": ["shop/orders/*"],
    }


@pytest.mark.parametrize("testing", [False, True])
def test_production_may_not(make: Make, key_file: Path, testing: bool) -> None:
    app = make(
        APP_CHANNEL="production",
        AUTH_DEVELOPMENT_PERMISSIONS=["shop/*"],
        AUTH_KEY_FILES=[str(key_file)],
        TESTING=testing,
    )
    assert get(app, "/orders").status_code == 401
    assert get(app, "/orders", app.auth.sign("me", ["shop/*"])).text == "me"


def test_production_needs_to_know_whom_to_trust(make: Make) -> None:
    with pytest.raises(SettingError) as error:
        make(APP_CHANNEL="production")
    assert str(error.value) == (
        "the settings AUTH_ISSUERS and AUTH_KEY_FILES of 'shop' are missing, and production "
        "needs to know whose tokens to trust: name issuers and where their keys are, or a file "
        "with a private key of the service's own; "
        "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    )


def test_production_does_not_make_keys(make: Make, tmp_path: Path) -> None:
    app = make(APP_CHANNEL="production", AUTH_ISSUERS={ISSUER: None})
    assert get(app, "/.well-known/jwks.json").get_json() == {"keys": []}
    with pytest.raises(SettingError, match="has no key to sign tokens with: set AUTH_KEY_FILES"):
        app.auth.sign("me", [])
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("AUTH_ISSUER", ""),
        ("AUTH_AUDIENCE", 7),
        ("AUTH_KEY_FILES", "hidden.pem"),
        ("AUTH_ISSUERS", {"hidden": None}),
        ("AUTH_ISSUERS", {ISSUER: "file:///hidden"}),
        ("AUTH_ISSUERS", ["hidden"]),
        ("AUTH_KEYS_LIFETIME", 0),
        ("AUTH_KEYS_COOLDOWN", "hidden"),
        ("AUTH_KEYS_TIMEOUT", float("inf")),
        ("AUTH_ALGORITHMS", ["HS256"]),
        ("AUTH_ALGORITHMS", ["none"]),
        ("AUTH_ALGORITHMS", []),
        ("AUTH_CLAIM", ""),
        ("AUTH_LEEWAY", -1),
        ("AUTH_DEVELOPMENT_PERMISSIONS", ["*"]),
    ],
)
def test_a_wrong_setting(make: Make, key: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"the setting {key} of 'shop' is wrong") as error:
        make(**{key: value})
    assert "hidden" not in str(error.value)


# The service's own keys.


def test_the_key_of_development_is_made_once(make: Make, tmp_path: Path) -> None:
    app = make()
    file = tmp_path / "state" / "auth.pem"
    assert not file.exists()
    token = app.auth.sign("me", ["shop/*"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert get(make(), "/orders", token).text == "me"


def test_workers_that_start_together_have_one_key(make: Make) -> None:
    apps = [make() for _ in range(8)]
    barrier = threading.Barrier(len(apps))
    tokens = []

    def start(app: App) -> None:
        barrier.wait()
        tokens.append(app.auth.sign("me", ["shop/*"]))

    threads = [threading.Thread(target=start, args=[app]) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [get(app, "/orders", token).text for app in apps for token in tokens] == ["me"] * 64


def test_a_state_directory_that_cannot_be_made(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/dev/null/state")
    with pytest.raises(SettingError) as error:
        make().auth.sign("me", [])
    assert str(error.value) == (
        "cannot keep the key that signs tokens in /dev/null/state: Not a directory; "
        "set STATE_DIRECTORY to a directory that can be written, or AUTH_KEY_FILES"
    )


def write_key(file: Path) -> Path:
    file.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    return file


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return write_key(tmp_path / "key.pem")


def test_a_key_on_its_way_out_still_verifies(make: Make, key_file: Path, tmp_path: Path) -> None:
    new = write_key(tmp_path / "new.pem")
    token = make(AUTH_KEY_FILES=[str(key_file)]).auth.sign("me", ["shop/*"])
    both = make(AUTH_KEY_FILES=[str(new), str(key_file)])
    assert get(both, "/orders", token).text == "me"
    assert get(both, "/orders", both.auth.sign("me", ["shop/*"])).text == "me"
    assert len(get(both, "/.well-known/jwks.json").get_json()["keys"]) == 2
    assert get(make(AUTH_KEY_FILES=[str(new)]), "/orders", token).status_code == 401


def test_the_public_keys_are_public_alone(make: Make) -> None:
    response = get(make(), "/.well-known/jwks.json")
    (key,) = response.get_json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert response.headers["Cache-Control"] == "max-age=300"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"secret", "is not a private key in PEM"),
        (OKPKey.generate_key("Ed448").as_pem(private=True), "is not an Ed25519 private key"),
        (OKPKey.generate_key("Ed25519").as_pem(private=False), "is not an Ed25519 private key"),
    ],
    ids=["missing", "garbage", "other", "public"],
)
def test_a_wrong_key(make: Make, tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "wrong.pem"
    if content:
        file.write_bytes(content)
    with pytest.raises(SettingError) as error:
        make(AUTH_KEY_FILES=[str(file)])
    assert str(error.value) == (
        f"the setting AUTH_KEY_FILES of 'shop' is wrong: {file} {reason}; "
        "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    )


def test_names_and_permissions_that_cannot_be_signed(make: Make) -> None:
    auth = make().auth
    for name, granted in [("", []), ("a\n", []), ("me", ["*"]), ("me", ["a b"])]:
        with pytest.raises(ValueError, match=r"a token needs a name \(printable text\) and perm"):
            auth.sign(name, granted)


def test_two_apps_do_not_trust_each_other(make: Make, service: Service) -> None:
    service({"other/__init__.py": ""})
    other = create_app("other", extensions=["auth"])
    app = make()
    response = get(app, "/orders", other.auth.sign("me", ["shop/*"], audience=["shop"]))
    assert response.status_code == 401
    assert "The token is invalid: its issuer is unknown here." in response.text


# The tokens of others.


@pytest.fixture
def trusting(make: Make, provider: Provider) -> Callable[..., App]:
    def make_app(**config: Any) -> App:
        return make(AUTH_ISSUERS={ISSUER: f"{provider.url}/jwks"}, **config)

    return make_app


Trusting = Callable[..., App]


def refused(app: App, token: str) -> str:
    """Return why *token* is refused."""
    response = get(app, "/orders", token)
    assert response.status_code == 401
    header = response.headers["WWW-Authenticate"]
    prefix = 'Bearer realm="shop", error="invalid_token", error_description="'
    assert header.startswith(prefix)
    reason = header.removeprefix(prefix).removesuffix('"')
    assert f"The token is invalid: {reason}." in response.text
    return reason


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec_key(), "ES256"),
        (RSAKey.generate_key(2048), "RS256"),
        (RSAKey.generate_key(2048), "PS256"),
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
    ],
    ids=["ES256", "RS256", "PS256", "Ed25519"],
)
def test_a_token_of_an_issuer(
    trusting: Trusting, provider: Provider, key: Key, algorithm: str
) -> None:
    provider.publish(key)
    app = trusting()
    for _ in range(3):
        assert get(app, "/orders", sign(key, claims(), algorithm)).text == "somebody"
    assert provider.asked == ["/jwks"]


def test_an_issuer_that_is_discovered(make: Make, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    well_known = "/.well-known/openid-configuration"
    provider.documents[well_known] = {"jwks_uri": f"{provider.url}/jwks"}
    app = make(AUTH_ISSUERS={f"{provider.url}/": None})
    assert get(app, "/orders", sign(key, claims(iss=f"{provider.url}/"))).text == "somebody"
    assert provider.asked == [well_known, "/jwks"]


def test_discovery_that_points_to_a_file(make: Make, provider: Provider) -> None:
    well_known = "/.well-known/openid-configuration"
    provider.documents[well_known] = {"jwks_uri": "file:///etc/passwd"}
    app = make(AUTH_ISSUERS={provider.url: None})
    assert get(app, "/orders", sign(ec_key(), claims(iss=provider.url))).status_code == 503


def test_permissions_as_a_scope(trusting: Trusting, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting(AUTH_CLAIM="scope")
    token = sign(key, claims(scope="openid shop/orders/read https://example.org/x"))
    assert get(app, "/orders", token).text == "somebody"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"exp": 1}, "it has expired"),
        ({"exp": None}, "its claim exp is missing or wrong"),
        ({"exp": "never"}, "its claim exp is missing or wrong"),
        ({"exp": True}, "its claim exp is missing or wrong"),
        ({"nbf": 2**40}, "its claim nbf is missing or wrong"),
        ({"aud": "other"}, "its claim aud is missing or wrong"),
        ({"aud": None}, "its claim aud is missing or wrong"),
        ({"aud": {"shop": 1}}, "its claim aud is missing or wrong"),
        ({"sub": None}, "its claim sub is missing or wrong"),
        ({"sub": ""}, "its claim sub is missing or wrong"),
        ({"sub": 7}, "its claim sub is missing or wrong"),
        ({"sub": "a\0"}, "its subject cannot be the name of a user"),
        ({"sub": "a" * 256}, "its subject cannot be the name of a user"),
        ({"iss": "https://else.example.org/"}, "its issuer is unknown here"),
        ({"iss": None}, "its issuer is unknown here"),
        ({"iss": [ISSUER]}, "its issuer is unknown here"),
    ],
)
def test_a_wrong_claim(
    trusting: Trusting, provider: Provider, more: dict[str, Any], reason: str
) -> None:
    key = ec_key()
    provider.publish(key)
    assert refused(trusting(), sign(key, claims(**more))) == reason


def test_clocks_may_differ_a_little(trusting: Trusting, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    token = sign(key, claims(exp=int(time.time()) - 10))
    assert get(trusting(AUTH_LEEWAY=60), "/orders", token).status_code == 200
    assert refused(trusting(AUTH_LEEWAY=0), token) == "it has expired"


@pytest.mark.parametrize(
    "granted", [None, 7, {"shop/orders/read": 1}, [["shop/orders/read"]], ["*"]]
)
def test_permissions_that_are_none_grant_nothing(
    trusting: Trusting, provider: Provider, granted: Any
) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting()
    assert get(app, "/orders", sign(key, claims(permissions=granted))).status_code == 403


def test_a_token_that_was_tampered_with(trusting: Trusting, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting()
    head, said, signature = sign(key, claims()).split(".")
    _, more, _ = sign(key, claims(sub="root")).split(".")
    assert refused(app, f"{head}.{more}.{signature}") == "its signature is wrong"
    assert refused(app, f"{head}.{said}.") == "its signature is wrong"
    forged = sign(ec_key(), claims())
    assert refused(app, forged) == "its signature is wrong"


def test_the_algorithm_is_not_the_token_s_to_choose(trusting: Trusting, provider: Provider) -> None:
    key = RSAKey.generate_key(2048, {"kid": "one"})
    provider.publish(key)
    app = trusting()
    reason = "its algorithm is not among those that are allowed"
    said = sign(key, claims(), "RS256").split(".")[1]
    unsigned = encode(b'{"alg": "none"}') + f".{said}"
    assert refused(app, f"{unsigned}.") == reason
    # With the public key as the secret: joserfc, like others, would not sign this.
    shared = encode(b'{"alg": "HS256"}') + f".{said}"
    digest = hmac.digest(key.as_pem(private=False), shared.encode(), "sha256")
    assert refused(app, f"{shared}.{encode(digest)}") == reason
    assert refused(trusting(AUTH_ALGORITHMS=["ES256"]), sign(key, claims(), "RS256")) == reason


def test_a_shared_key_in_a_public_document_is_not_used(
    trusting: Trusting, provider: Provider
) -> None:
    key, shared = ec_key(), OctKey.generate_key(256, {"kid": "shared"})
    provider.documents["/jwks"] = KeySet([key, shared]).as_dict()
    assert refused(trusting(), sign(shared, claims(), "HS256"))
    assert get(trusting(), "/orders", sign(key, claims())).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "....",
        "é",
        "sat_unknown",
        "eyJhbGciOiJFUzI1NiJ9.W10.",
        "a b",
        "." * 99_999,
    ],
)
def test_what_is_no_token(trusting: Trusting, provider: Provider, token: str) -> None:
    provider.publish(ec_key())
    assert refused(trusting(), token)


@pytest.mark.parametrize("header", ["Basic bWU6bWU=", "", "Digest x", "bearers x", " "])
def test_other_credentials_are_none(make: Make, header: str) -> None:
    response = get(make(), "/orders", Authorization=header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="shop"'


def test_the_scheme_is_in_any_case(make: Make) -> None:
    app = make()
    token = app.auth.sign("me", ["shop/*"])
    assert get(app, "/orders", Authorization=f"bEARER   {token} ").text == "me"


# Issuers change their keys, and fail.


def test_a_new_key_is_found_at_once(trusting: Trusting, provider: Provider) -> None:
    one, two = ec_key("one"), ec_key("two")
    provider.publish(one)
    app = trusting()
    assert get(app, "/orders", sign(one, claims())).status_code == 200
    provider.publish(two)
    assert get(app, "/orders", sign(two, claims())).status_code == 200
    assert refused(app, sign(one, claims())) == "its issuer has no such key"


def test_unknown_keys_do_not_make_the_service_hammer_an_issuer(
    trusting: Trusting, provider: Provider
) -> None:
    provider.publish(ec_key())
    app = trusting()
    for number in range(20):
        assert refused(app, sign(ec_key(str(number)), claims())) == "its issuer has no such key"
    assert len(provider.asked) == 2


def test_keys_stay_in_use_when_their_issuer_is_gone(trusting: Trusting, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting(AUTH_KEYS_LIFETIME=1e-9)
    assert get(app, "/orders", sign(key, claims())).status_code == 200
    provider.status = 500
    for _ in range(5):
        assert get(app, "/orders", sign(key, claims())).status_code == 200
    assert len(provider.asked) == 2


def test_an_issuer_that_was_never_there(trusting: Trusting, provider: Provider) -> None:
    provider.status = 500
    app = trusting()
    for _ in range(5):
        response = get(app, "/orders", sign(ec_key(), claims()))
        assert response.status_code == 503
        assert "issuer cannot be had now. Try again later." in response.text
    assert len(provider.asked) == 1
    assert get(app, "/orders").status_code == 401
    assert get(app, "/orders", app.auth.sign("me", ["shop/*"])).text == "me"


def test_an_issuer_that_comes_back(trusting: Trusting, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    provider.status = 500
    app = trusting(AUTH_KEYS_COOLDOWN=1e-9)
    assert get(app, "/orders", sign(key, claims())).status_code == 503
    provider.status = 200
    assert get(app, "/orders", sign(key, claims())).status_code == 200


def test_an_issuer_that_never_comes_to_an_end(make: Make) -> None:
    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server])
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/jwks"
        app = make(AUTH_ISSUERS={ISSUER: url}, AUTH_KEYS_TIMEOUT=0.2)
        assert get(app, "/orders", sign(ec_key(), claims())).status_code == 503
        thread.join()


@pytest.mark.parametrize("document", [None, [], {}, {"keys": []}, {"keys": [7]}, "x" * 2_000_000])
def test_keys_that_are_none(trusting: Trusting, provider: Provider, document: Any) -> None:
    provider.documents["/jwks"] = document
    assert get(trusting(), "/orders", sign(ec_key(), claims())).status_code == 503


def test_the_heartbeat_follows_the_issuers(trusting: Trusting, provider: Provider) -> None:
    provider.publish(ec_key())
    app = trusting(HEARTBEAT_CACHE=0)
    assert get(app, "/__heartbeat__").status_code == 200
    provider.status = 500
    response = get(app, "/__heartbeat__")
    assert response.status_code == 500
    assert f"the keys of {ISSUER} cannot be had: its answer was 500" in response.text
    provider.status = 200
    assert get(app, "/__heartbeat__").status_code == 200


def test_the_heartbeat_without_an_issuer(make: Make) -> None:
    app = make(AUTH_ISSUERS={ISSUER: "http://127.0.0.1:1/jwks"})
    response = get(app, "/__heartbeat__")
    assert response.status_code == 500
    assert f"the keys of {ISSUER} cannot be had: no connection" in response.text


def test_no_issuers_no_check(make: Make) -> None:
    assert "auth" not in get(make(), "/__heartbeat__").text


# Who it was, for logs; and the command.


def test_the_known_user(make: Make) -> None:
    app = make()
    known = []

    @app.after_request
    def note(response: flask.Response) -> flask.Response:
        known.append(app.auth.known_user)
        return response

    get(app, "/orders")
    get(app, "/orders", "wrong")
    get(app, "/orders", app.auth.sign("me", []))
    get(app, "/nowhere", app.auth.sign("me", []))
    assert [user and user.name for user in known] == [None, None, "me", None]


def test_requests_in_one_application_context_are_told_apart(make: Make) -> None:
    app = make()
    with app.app_context():
        assert get(app, "/orders", app.auth.sign("me", ["shop/*"])).status_code == 200
        assert get(app, "/orders").status_code == 401


def test_the_command_signs(make: Make) -> None:
    app = make()
    result = app.test_cli_runner().invoke(args=["auth", "sign", "me", "shop/*", "--hours", "2"])
    token = result.output.strip()
    assert get(app, "/orders", token).text == "me"
    said = app.auth.keys.read(token)
    assert said["exp"] - said["iat"] == timedelta(hours=2).total_seconds()


def test_the_command_says_what_is_wrong(make: Make) -> None:
    runner = make().test_cli_runner()
    result = runner.invoke(args=["auth", "sign", "me", "*"])
    assert result.exit_code == 2
    assert "'*' is none; write it like shop/orders/update or shop/*" in result.output
    result = runner.invoke(args=["auth", "issue", "me", "shop/*"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: 'shop' has no database to keep API tokens in: name the extension 'db' in "
        "create_app('shop', extensions=[..., 'db']), or sign tokens (flask auth sign), "
        "which are not kept\n"
    )
