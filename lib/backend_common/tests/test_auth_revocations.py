"""Signed tokens that their issuer revoked, as its signed list says."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError
from backend_common.auth.revocations import claims as list_claims
from issuer import claims, ec_key, get, make_shop, refused, sign
from registry import NAME, Registry, registry

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def tokens() -> Iterator[Registry]:
    with registry() as tokens:
        yield tokens


@pytest.fixture
def make(service: Service, tokens: Registry) -> Make:
    service()
    return lambda **config: make_shop(AUTH_ISSUERS=tokens.entry, **config)


@pytest.fixture
def token(tokens: Registry) -> str:
    return sign(tokens.key, claims(iss=NAME, jti="one"))


def until(outcome: Callable[[], bool]) -> None:
    """Wait until something is so, which it becomes in another thread."""
    deadline = time.monotonic() + 60
    while not outcome():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_token_that_is_not_in_the_list(make: Make, tokens: Registry, token: str) -> None:
    tokens.list_("other")
    app = make()
    for _ in range(3):
        assert get(app, "/orders", token).text == "tokens#somebody"
    assert tokens.asked("/revoked") == 1


def test_a_token_in_the_list(make: Make, tokens: Registry, token: str) -> None:
    tokens.list_("one")
    assert refused(make(), token) == "it has been revoked"


def test_a_revocation_is_learned_of(make: Make, tokens: Registry, token: str) -> None:
    app = make(AUTH_REVOKED_INTERVAL=0.1)
    assert get(app, "/orders", token).status_code == 200
    tokens.list_("one")
    until(lambda: get(app, "/orders", token).status_code == 401)
    assert refused(app, token) == "it has been revoked"


def test_a_token_without_an_id(make: Make, tokens: Registry) -> None:
    app = make()
    reason = refused(app, sign(tokens.key, claims(iss=NAME)))
    assert reason == "it has no id (jti), by which it could be revoked"
    reason = refused(app, sign(tokens.key, claims(iss=NAME, jti=7)))
    assert reason == "its claim jti is missing or wrong"


def refuses_for_want_of_a_list(app: App, token: str) -> bool:
    response = get(app, "/orders", token)
    if response.status_code == 503:
        assert "The issuer of the token does not answer now. Try again later." in response.text
        assert response.headers["Retry-After"] == "5"
    return response.status_code == 503


def test_a_list_is_used_while_it_is_fresh(make: Make, tokens: Registry, token: str) -> None:
    now = int(time.time())
    tokens.list_(iat=now, exp=now + 2)
    app = make(AUTH_REVOKED_INTERVAL=0.1, AUTH_LEEWAY=0)
    assert get(app, "/orders", token).status_code == 200
    tokens.provider.status = 500
    assert get(app, "/orders", token).status_code == 200
    until(lambda: refuses_for_want_of_a_list(app, token))
    assert refuses_for_want_of_a_list(app, token)
    tokens.provider.status = 200
    tokens.list_()
    until(lambda: get(app, "/orders", token).status_code == 200)


def test_without_a_list_nothing_is_accepted(make: Make, tokens: Registry, token: str) -> None:
    tokens.provider.texts.clear()
    app = make(HEARTBEAT_CACHE=0)
    for _ in range(3):
        assert refuses_for_want_of_a_list(app, token)
    assert tokens.asked("/revoked") == 1, "not again at once"
    response = get(app, "/__heartbeat__")
    assert response.status_code == 500
    assert response.get_json()["details"]["auth"]["messages"]["auth"] == (
        "the list of revoked tokens of tokens cannot be fetched from "
        f"{tokens.provider.url}/revoked: its answer is not a signed list of this issuer"
    )


@pytest.mark.parametrize(
    "more",
    [
        {"typ": "at+jwt"},
        {"typ": "JWT"},
        {"iss": "other"},
        {"iss": None},
        {"iat": None},
        {"exp": None},
        {"exp": 1.5},
        {"exp": True},
        {"iat": 1, "exp": 61},
        {"iat": 2**40, "exp": 2**40},
        {"revoked": None},
        {"revoked": "one"},
        {"revoked": [1]},
    ],
)
def test_what_is_no_list(make: Make, tokens: Registry, token: str, more: dict[str, Any]) -> None:
    tokens.list_(**more)
    assert refuses_for_want_of_a_list(make(), token)


def test_a_list_that_somebody_else_signed(make: Make, tokens: Registry, token: str) -> None:
    tokens.list_(key=ec_key())  # the same key id
    assert refuses_for_want_of_a_list(make(), token)
    tokens.list_(key=ec_key("another"))
    assert refuses_for_want_of_a_list(make(), token)


def test_a_list_is_no_access_token(make: Make, tokens: Registry) -> None:
    now = int(time.time())
    tokens.list_(aud="shop", sub="me", permissions=["shop/*"], iat=now)
    reason = refused(make(), tokens.provider.texts["/revoked"])
    assert reason == "its type is not at+jwt"


def test_what_a_list_says() -> None:
    made = datetime(2030, 1, 1, 0, 0, 0, 999, tzinfo=UTC)
    said = list_claims("tokens", ["one"], made, timedelta(seconds=60))
    begin = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
    assert said == {"iss": "tokens", "iat": begin, "exp": begin + 60, "revoked": ["one"]}


def test_where_a_list_may_be(service: Service) -> None:
    service()
    for url in ("ftp://x/", "", 7):
        entry = {"keys": "https://x.example.org/", "revoked": url}
        with pytest.raises(SettingError, match="the setting AUTH_ISSUERS of 'shop' is wrong"):
            make_shop(AUTH_ISSUERS={"tokens": entry})
    entry = {"keys": "https://x.example.org/", "revoked": "http://x.example.org/revoked"}
    with pytest.raises(SettingError, match=r"by https alone, and not from http://x\.example\.org"):
        make_shop(APP_CHANNEL="production", AUTH_ISSUERS={"tokens": entry})
