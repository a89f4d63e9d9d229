import contextlib
import hmac
import io
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError
from backend_common.auth import fetch, jwks
from issuer import (
    ISSUER,
    SOMEBODY,
    Provider,
    claims,
    ec_key,
    encode,
    get,
    make_shop,
    refused,
    serving,
    sign,
)
from joserfc.jwk import Key, KeySet, OctKey, OKPKey, RSAKey

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def make(service: Service) -> Make:
    service()
    return make_shop


@pytest.fixture
def trusting(make: Make, provider: Provider) -> Callable[..., App]:
    def make_app(**config: Any) -> App:
        entry = {"keys": f"{provider.url}/jwks", "permissions": ["shop/*"]}
        return make(AUTH_ISSUERS={ISSUER: entry}, **config)

    return make_app


Trusting = Callable[..., App]


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
        assert get(app, "/orders", sign(key, claims(), algorithm)).text == SOMEBODY
    assert provider.asked == ["/jwks"]


def test_an_issuer_that_is_discovered(make: Make, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    well_known = "/.well-known/openid-configuration"
    provider.documents[well_known] = {"jwks_uri": f"{provider.url}/jwks"}
    issuer = f"{provider.url}/"
    app = make(AUTH_ISSUERS={issuer: {"permissions": ["shop/*"]}})
    assert get(app, "/orders", sign(key, claims(iss=issuer))).text == f"{issuer}#somebody"
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
    assert get(app, "/orders", token).text == SOMEBODY


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


def test_a_caller_with_usable_keys_does_not_wait_for_a_refresh(
    trusting: Trusting, provider: Provider
) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting(AUTH_KEYS_LIFETIME=1e-9, AUTH_KEYS_TIMEOUT=60)
    assert get(app, "/orders", sign(key, claims())).status_code == 200
    provider.may_answer.clear()
    statuses: list[int] = []

    def refresh() -> None:
        statuses.append(get(app, "/orders", sign(key, claims())).status_code)

    thread = threading.Thread(target=refresh)
    thread.start()
    while len(provider.asked) < 2:
        thread.join(0.01)
    for _ in range(5):
        assert get(app, "/orders", sign(key, claims())).status_code == 200
    assert statuses == []
    assert len(provider.asked) == 2
    provider.may_answer.set()
    thread.join()
    assert statuses == [200]


def test_an_issuer_that_was_never_there(trusting: Trusting, provider: Provider) -> None:
    provider.status = 500
    app = trusting()
    for _ in range(5):
        response = get(app, "/orders", sign(ec_key(), claims()))
        assert response.status_code == 503
        assert "The issuer of the token does not answer now. Try again later." in response.text
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


def test_users_of_two_issuers_are_two_users(make: Make, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    partner = "https://partner.example.org/"
    entry = {"keys": f"{provider.url}/jwks", "permissions": ["shop/*"]}
    app = make(AUTH_ISSUERS={ISSUER: entry, partner: entry})
    own = app.auth.sign("alice", ["shop/*"])
    tokens = [own, *(sign(key, claims(sub="alice", iss=iss)) for iss in (ISSUER, partner))]
    names = [get(app, "/orders", token).text for token in tokens]
    assert names == ["alice", f"{ISSUER}#alice", f"{partner}#alice"]
    told = [get(app, "/__permissions__", token).get_json()["user_id"] for token in tokens]
    assert told == names


def test_a_user_of_an_issuer_cannot_take_the_name_of_another_one(
    trusting: Trusting, provider: Provider
) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting()
    for subject in ("alice", "https://partner.example.org/#alice", "#alice", "#"):
        response = get(app, "/orders", sign(key, claims(sub=subject)))
        assert response.text == f"{ISSUER}#{subject}"


def test_the_parts_of_a_user(trusting: Trusting, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    app = trusting()
    said = claims()
    for token, parts in (
        (sign(key, said), (ISSUER, "somebody", "bearer")),
        (app.auth.sign("me#1", []), (None, "me#1", "bearer")),
    ):
        with app.test_request_context(headers={"Authorization": f"Bearer {token}"}):
            user = app.auth.current_user
        assert (user.issuer, user.subject, user.method) == parts
    with app.test_request_context(headers={"Authorization": f"Bearer {sign(key, said)}"}):
        assert app.auth.current_user.expires == datetime.fromtimestamp(said["exp"], UTC)


@pytest.mark.parametrize(
    ("grants", "claimed", "granted"),
    [
        ([], ["shop/orders/read"], []),
        (["shop/orders/*"], ["shop/orders/read", "shop/money"], ["shop/orders/read"]),
        (["shop/orders/read"], ["shop/*"], ["shop/orders/read"]),
        (["shop/*", "mail/send"], ["mail/*", "shop/*"], ["mail/send", "shop/*"]),
        (["shop/*"], ["shop", "shopping/read"], []),
    ],
)
def test_an_issuer_grants_what_it_may(
    make: Make, provider: Provider, grants: list[str], claimed: list[str], granted: list[str]
) -> None:
    key = ec_key()
    provider.publish(key)
    app = make(AUTH_ISSUERS={ISSUER: {"keys": f"{provider.url}/jwks", "permissions": grants}})
    told = get(app, "/__permissions__", sign(key, claims(permissions=claimed))).get_json()
    assert told == {"user_id": SOMEBODY, "permissions": granted}


def test_an_issuer_grants_nothing_unless_its_entry_says_so(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    key = ec_key()
    provider.publish(key)
    app = make(AUTH_ISSUERS={ISSUER: f"{provider.url}/jwks"})
    token = sign(key, claims(permissions=["shop/orders/read", "shop/admin"]))
    for _ in range(2):
        assert get(app, "/me", token).text == "bearer"
        assert get(app, "/orders", token).status_code == 403
    assert caplog.messages == [
        f"a token of the issuer {ISSUER} has permissions that this issuer may not grant, such as "
        "shop/admin: they are ignored; if it may, add them to its entry in AUTH_ISSUERS, under "
        "permissions; this is said once"
    ]


@pytest.mark.parametrize(
    "issuers",
    [
        {"partner": "http://partner.example.org/jwks"},
        {"partner": {"keys": "http://127.0.0.1/jwks"}},
        {"http://partner.example.org/": None},
        {"http://partner.example.org/": {"permissions": ["shop/*"]}},
        {ISSUER: None, "partner": "http://[::1]/"},
    ],
)
def test_production_fetches_keys_by_https(make: Make, issuers: dict[str, Any]) -> None:
    with pytest.raises(SettingError) as error:
        make(APP_CHANNEL="production", AUTH_ISSUERS=issuers)
    url = next(part for part in str(error.value).split() if part.startswith("http:"))
    assert str(error.value) == (
        "the setting AUTH_ISSUERS of 'shop' is wrong: production fetches keys by https alone, and "
        f"not from {url} anybody on the way could change them"
    )
    make(AUTH_ISSUERS=issuers)


def test_production_follows_no_way_to_http(provider: Provider) -> None:
    patience = jwks.Patience(1, 1, 1, schemes=["https"])
    with pytest.raises(jwks.KeysError, match="it leads to a URL that is not https"):
        jwks.IssuerKeys(ISSUER, f"{provider.url}/jwks", patience).check()
    assert provider.asked == []


def test_discovery_that_leads_away(make: Make, provider: Provider) -> None:
    well_known = "/.well-known/openid-configuration"
    for url in ("ftp://127.0.0.1/jwks", "data:,x", "jwks"):
        provider.documents[well_known] = {"jwks_uri": url}
        app = make(AUTH_ISSUERS={provider.url: None}, HEARTBEAT_CACHE=0)
        assert "it leads to a URL that is not https or http" in get(app, "/__heartbeat__").text


def test_redirects(make: Make, provider: Provider) -> None:
    key = ec_key()
    provider.publish(key)
    for target, status in (
        (f"{provider.url}/jwks", 200),
        ("file:///etc/passwd", 503),
        ("ftp://127.0.0.1/jwks", 503),
    ):
        provider.redirects["/moved"] = target
        entry = {"keys": f"{provider.url}/moved", "permissions": ["shop/*"]}
        app = make(AUTH_ISSUERS={ISSUER: entry})
        assert get(app, "/orders", sign(key, claims())).status_code == status
    provider.redirects["/moved"] = f"{provider.url}/jwks"
    request = urllib.request.Request(f"{provider.url}/moved")
    with pytest.raises(fetch.SchemeError, match="it leads to a URL that is not https"):
        fetch.Redirects(["https"]).redirect_request(
            request, io.BytesIO(), 302, "", {}, f"{provider.url}/jwks"
        )


@pytest.mark.parametrize(
    "issuers",
    [
        {f"{ISSUER}#": None},
        {"partner#1": "https://partner.example.org/jwks"},
        {"": "https://partner.example.org/jwks"},
        {ISSUER: {"key": None}},
        {ISSUER: {"keys": 7}},
        {ISSUER: {"keys": ""}},
        {ISSUER: {"permissions": "shop/*"}},
        {ISSUER: {"permissions": ["*"]}},
        {ISSUER: {"types": []}},
        {ISSUER: {"types": "JWT"}},
        {ISSUER: {"types": ["ID"]}},
        {ISSUER: {"types": [["JWT"]]}},
        {"partner": {}},
        {ISSUER: []},
    ],
)
def test_entries_that_are_wrong(make: Make, issuers: Any) -> None:
    with pytest.raises(SettingError, match="the setting AUTH_ISSUERS of 'shop' is wrong") as error:
        make(AUTH_ISSUERS=issuers)
    assert "expected issuers (without #), and for each the URL of its keys or null" in str(
        error.value
    )


def test_no_other_issuer_has_the_name_of_the_service(make: Make) -> None:
    with pytest.raises(SettingError) as error:
        make(AUTH_ISSUERS={"shop": "https://partner.example.org/jwks"})
    assert str(error.value) == (
        "the settings AUTH_ISSUER and AUTH_ISSUERS of 'shop' do not go together: both name "
        "'shop', and tokens of another issuer would pass for the service's own; change "
        "AUTH_ISSUER, or remove the entry"
    )
    make(AUTH_ISSUER="own", AUTH_ISSUERS={"shop": "https://partner.example.org/jwks"})
