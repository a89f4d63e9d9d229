"""Tokens that are not what they say, and tokens of another kind (RFC 8725)."""

import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError
from backend_common.auth import bearer
from issuer import (
    ISSUER,
    SOMEBODY,
    Provider,
    claims,
    encode,
    get,
    make_shop,
    refused,
    serving,
    sign,
)
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

Service = Callable[..., Path]

KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
FOREIGN = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
"""A key of an attacker, with the id of the issuer's."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as provider:
        provider.publish(KEY)
        yield provider


@pytest.fixture
def app(service: Service, provider: Provider) -> App:
    """A service that takes tokens of both types from the issuer."""
    service()
    entry = {
        "keys": f"{provider.url}/jwks",
        "permissions": ["shop/*"],
        "types": ["at+jwt", "JWT"],
    }
    return make_shop(AUTH_ISSUERS={ISSUER: entry})


def signed(payload: bytes, header: dict[str, Any] | None = None) -> str:
    """Sign a payload that need not be JSON."""
    given = {"alg": "ES256", "kid": "one", "typ": "at+jwt", **(header or {})}
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    return jws.serialize_compact(given, payload, KEY, registry=registry)


# The type, and the kind.


@pytest.mark.parametrize("type_", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt", None])
def test_types_of_access_tokens(app: App, type_: str | None) -> None:
    header = {"typ": type_} if type_ else {}
    token = jwt.encode({"alg": "ES256", "kid": "one", **header}, claims(), KEY, default_type=None)
    assert get(app, "/orders", token).text == SOMEBODY


@pytest.mark.parametrize("type_", ["logout+jwt", "secevent+jwt", "dpop+jwt", "id+jwt", "at", ""])
def test_types_of_other_tokens(app: App, type_: str) -> None:
    assert refused(app, sign(KEY, claims(), typ=type_)) == "its type is not at+jwt or JWT"


def test_a_plain_jwt_where_the_entry_does_not_allow_it(
    service: Service, provider: Provider
) -> None:
    service()
    entry = {"keys": f"{provider.url}/jwks", "permissions": ["shop/*"]}
    app = make_shop(AUTH_ISSUERS={ISSUER: entry})
    assert get(app, "/orders", sign(KEY, claims())).text == SOMEBODY
    assert refused(app, sign(KEY, claims(), typ="JWT")) == "its type is not at+jwt"
    untyped = jwt.encode({"alg": "ES256", "kid": "one"}, claims(), KEY, default_type=None)
    assert refused(app, untyped) == "its type is not at+jwt"


def test_a_service_takes_no_plain_jwt_of_its_own(app: App) -> None:
    said = {"iss": "shop", "aud": "shop", "sub": "me", "exp": int(time.time()) + 60}
    key = app.auth.keys._keys.keys[0]
    plain = jwt.encode({"alg": "Ed25519", "kid": key.kid}, said, key, ["Ed25519"])
    assert refused(app, plain) == "its type is not at+jwt"


LOGOUT: dict[str, Any] = {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}


@pytest.mark.parametrize(
    ("more", "claim"),
    [
        ({"nonce": "n"}, "nonce"),
        ({"at_hash": "h"}, "at_hash"),
        ({"c_hash": "h"}, "c_hash"),
        ({"s_hash": ""}, "s_hash"),
        (LOGOUT, "events"),
        ({"typ": "ID"}, "typ"),
        ({"typ": "Refresh"}, "typ"),
        ({"typ": 7}, "typ"),
        ({"token_use": "id"}, "token_use"),
        ({"token_type": "refresh"}, "token_type"),
    ],
)
@pytest.mark.parametrize("type_", ["at+jwt", "JWT"])
def test_other_tokens_by_their_claims(
    app: App, more: dict[str, Any], claim: str, type_: str
) -> None:
    reason = refused(app, sign(KEY, claims(**more), typ=type_))
    assert reason == f"it is not an access token, by its claim {claim}"


@pytest.mark.parametrize(
    "more",
    [
        {"typ": "Bearer"},
        {"token_use": "access"},
        {"token_type": "access_token"},
        {"azp": "web", "client_id": "web", "sid": "s", "auth_time": 1, "acr": "1", "jti": "j"},
    ],
)
def test_access_tokens_of_real_providers(app: App, more: dict[str, Any]) -> None:
    assert get(app, "/orders", sign(KEY, claims(**more), typ="JWT")).text == SOMEBODY


def test_a_token_that_is_bound_to_a_key(app: App) -> None:
    token = sign(KEY, claims(cnf={"jkt": "thumbprint"}))
    assert refused(app, token) == ("it is bound to a key, and not a bearer token, by its claim cnf")


def test_the_audience_of_id_tokens(app: App) -> None:
    app.auth.require_another_audience(ISSUER, "another client")
    app.auth.require_another_audience("https://else.example.org/", "shop")
    with pytest.raises(SettingError) as error:
        app.auth.require_another_audience(ISSUER, "shop")
    assert str(error.value) == (
        "the setting AUTH_AUDIENCE of 'shop' is the client id of its logins at "
        f"{ISSUER}, and AUTH_ISSUERS accepts tokens of type JWT from there: an ID token would "
        "pass for an access token; give the service another audience at the issuer, or accept "
        "at+jwt alone"
    )


def test_where_types_keep_id_tokens_away_the_audience_may_be_the_client(
    service: Service, provider: Provider
) -> None:
    service()
    app = make_shop(AUTH_ISSUERS={ISSUER: {"keys": f"{provider.url}/jwks"}})
    app.auth.require_another_audience(ISSUER, "shop")


# The header.


def test_headers_that_name_a_key_of_the_attacker(app: App) -> None:
    public = FOREIGN.as_dict(private=False)
    for header in (
        {"jwk": public},
        {"jku": "https://attacker.example.org/jwks"},
        {"x5u": "https://attacker.example.org/x5u"},
        {"x5c": ["MIIB"]},
    ):
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        given = {"alg": "ES256", "kid": "one", "typ": "at+jwt", **header}
        payload = json.dumps(claims()).encode()
        token = jws.serialize_compact(given, payload, FOREIGN, registry=registry)
        assert refused(app, token) == "its signature is wrong"


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"crit": "x"},
        {"kid": ["one"]},
        {"kid": {"one": 1}},
        {"kid": 1},
        {"alg": ["ES256"]},
        {"alg": None},
    ],
)
def test_headers_that_are_wrong(app: App, header: dict[str, Any]) -> None:
    given = {"alg": "ES256", "kid": "one", "typ": "at+jwt", **header}
    _, payload, signature = sign(KEY, claims()).split(".")
    assert refused(app, f"{encode(json.dumps(given).encode())}.{payload}.{signature}")


@pytest.mark.parametrize(
    "kid", ["../../../../dev/null", "' OR '1'='1", "one\0", "", "ONE", "one ", "http://x/"]
)
def test_key_ids_are_compared_and_nothing_else(app: App, kid: str) -> None:
    assert refused(app, sign(KEY, claims(), kid=kid)) == "its issuer has no such key"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "ES256K"])
def test_algorithms_without_a_secret(app: App, algorithm: str) -> None:
    header = encode(json.dumps({"alg": algorithm, "kid": "one", "typ": "at+jwt"}).encode())
    payload = encode(json.dumps(claims()).encode())
    reason = "its algorithm is not among those that are allowed"
    assert refused(app, f"{header}.{payload}.") == reason


def test_a_public_key_is_not_a_shared_secret(app: App, provider: Provider) -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    provider.publish(key)
    public = key.as_pem(private=False)
    header = encode(b'{"alg":"HS256","kid":"rsa","typ":"at+jwt"}')
    text = f"{header}.{encode(json.dumps(claims()).encode())}"
    for secret in (public, public.strip(), json.dumps(key.as_dict(private=False)).encode()):
        token = f"{text}.{encode(hmac.digest(secret, text.encode(), 'sha256'))}"
        assert refused(app, token) == "its algorithm is not among those that are allowed"


def test_a_key_of_another_kind_than_the_algorithm(app: App, provider: Provider) -> None:
    provider.documents["/jwks"] = KeySet([OKPKey.generate_key("Ed25519", {"kid": "one"})]).as_dict(
        private=False
    )
    assert refused(app, sign(KEY, claims()))


def test_a_key_that_is_for_encryption(app: App, provider: Provider) -> None:
    public = {**KEY.as_dict(private=False), "use": "enc"}
    provider.documents["/jwks"] = {"keys": [public, FOREIGN.as_dict(private=False) | {"kid": "x"}]}
    assert refused(app, sign(KEY, claims())) == "its issuer has no such key"


def test_a_shared_key_of_the_document_signs_nothing(app: App, provider: Provider) -> None:
    shared = OctKey.generate_key(256, {"kid": "shared"})
    provider.documents["/jwks"] = KeySet([KEY, shared]).as_dict()
    assert refused(app, sign(shared, claims(), "HS256"))


# The claims.


def payload(**replaced: str) -> bytes:
    """Return claims as JSON; values that Python would not write are given as text."""
    said = {name: json.dumps(value) for name, value in claims().items()} | replaced
    return ("{" + ",".join(f'"{name}":{value}' for name, value in said.items()) + "}").encode()


@pytest.mark.parametrize(
    ("replaced", "reason"),
    [
        ({"exp": '"99999999999"'}, "its claim exp is missing or wrong"),
        ({"exp": "NaN"}, "its claim exp is missing or wrong"),
        ({"exp": "Infinity"}, "its claim exp is missing or wrong"),
        ({"exp": "1e999"}, "its claim exp is missing or wrong"),
        ({"exp": "true"}, "its claim exp is missing or wrong"),
        ({"exp": "[99999999999]"}, "its claim exp is missing or wrong"),
        ({"exp": "null"}, "its claim exp is missing or wrong"),
        ({"exp": "-1"}, "it has expired"),
        ({"exp": "0"}, "it has expired"),
        ({"nbf": "99999999999"}, "its claim nbf is missing or wrong"),
        ({"nbf": '"0"'}, "its claim nbf is missing or wrong"),
        ({"nbf": "NaN"}, "its claim nbf is missing or wrong"),
        ({"iat": "99999999999"}, "its claim iat is missing or wrong"),
        ({"iat": "NaN"}, "its claim iat is missing or wrong"),
        ({"aud": "[]"}, "its claim aud is missing or wrong"),
        ({"aud": '["other"]'}, "its claim aud is missing or wrong"),
        ({"aud": '[["shop"]]'}, "its claim aud is missing or wrong"),
        ({"aud": '["shop",1]'}, "its claim aud is missing or wrong"),
        ({"aud": '"shop2"'}, "its claim aud is missing or wrong"),
        ({"aud": '"Shop"'}, "its claim aud is missing or wrong"),
        ({"sub": '["somebody"]'}, "its claim sub is missing or wrong"),
        ({"iss": f'["{ISSUER}"]'}, "its issuer is unknown here"),
        ({"iss": f'"{ISSUER.rstrip("/")}"'}, "its issuer is unknown here"),
        ({"iss": f'"{ISSUER.upper()}"'}, "its issuer is unknown here"),
    ],
)
def test_wrong_claims(app: App, replaced: dict[str, str], reason: str) -> None:
    assert refused(app, signed(payload(**replaced))) == reason


@pytest.mark.parametrize(
    "replaced", [{"exp": "99999999999.5"}, {"exp": "9" * 400}, {"aud": '["other","shop"]'}]
)
def test_odd_claims_that_are_right(app: App, replaced: dict[str, str]) -> None:
    assert get(app, "/orders", signed(payload(**replaced))).text == SOMEBODY


@pytest.mark.parametrize("name", ["sub", "iss", "exp", "aud", "permissions"])
def test_claims_that_are_there_twice(app: App, name: str) -> None:
    twice = payload().removesuffix(b"}") + b',"%s":%s}' % (
        name.encode(),
        json.dumps(claims()[name]).encode(),
    )
    assert refused(app, signed(twice)) == "it cannot be read"


@pytest.mark.parametrize("text", [b"", b"[]", b'"x"', b"null", b"\xff", b"{", b"[" * 9000])
def test_payloads_that_are_not_claims(app: App, text: bytes) -> None:
    assert refused(app, signed(text)) in ("it cannot be read", "its issuer is unknown here")


def test_the_longest_token(app: App) -> None:
    def sized(length: int) -> str:
        rest = length - len(signed(payload(pad='""')))
        found = signed(payload(pad=f'"{"x" * (rest * 3 // 4)}"'))
        assert length - 2 <= len(found) <= length + 2
        return found

    assert bearer.LONGEST == 16_384
    assert get(app, "/orders", sized(bearer.LONGEST - 3)).text == SOMEBODY
    assert refused(app, sized(bearer.LONGEST + 3)) == "it is too long"
