"""Opaque tokens that an issuer of the service explains."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError
from backend_common.auth import opaque
from issuer import get, make_shop, refused
from registry import Registry, registry

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


@pytest.mark.parametrize("kind", ["prm", "usr"])
def test_a_token(kind: str) -> None:
    token = opaque.make(kind)
    assert len(token) == opaque.LENGTH == 54
    assert token.startswith(f"sat_{kind}_")
    assert opaque.is_like(token)
    assert opaque.is_whole(token)
    assert opaque.make(kind) != token


def test_garbage_is_no_token() -> None:
    token = opaque.make("prm")
    other = "1" if token[20] == "0" else "0"
    for text in (token[:20] + other + token[21:], "sat_prm_" + "0" * 46, "sat_usr_" + token[8:]):
        assert opaque.is_like(text)
        assert not opaque.is_whole(text)
    for text in (token[:-1], token + "0", "sat_xyz_" + token[8:], "", token[:-1] + "é"):
        assert not opaque.is_whole(text)


def test_a_token_stands_for_its_user(make: Make, tokens: Registry) -> None:
    tokens.valid("shop/*", "other/*")
    app, token = make(), opaque.make("prm")
    assert get(app, "/orders", token).text == "tokens#robot"
    assert get(app, "/me", token).text == "token"
    assert tokens.provider.posted == [{"token": token}], "asked once, and then known for a while"
    tokens.valid("shop/refunds")
    assert get(app, "/orders", opaque.make("usr")).status_code == 403


def test_the_issuer_grants_what_its_entry_says(make: Make, tokens: Registry) -> None:
    tokens.valid("shop/*", "other/*")
    user = get(make(), "/__permissions__", opaque.make("prm")).get_json()
    assert user == {"user_id": "tokens#robot", "permissions": ["shop/*"]}


def test_a_revoked_token_ends_at_once(make: Make, tokens: Registry) -> None:
    tokens.valid("shop/*")
    app, token = make(AUTH_QUERY_LIFETIME=0), opaque.make("prm")
    assert get(app, "/orders", token).status_code == 200
    tokens.say(status="revoked")
    assert refused(app, token) == "it has been revoked"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("revoked", "it has been revoked"),
        ("expired", "it has expired"),
        ("invalid", "it is unknown"),
        ("odd", "it is unknown"),
    ],
)
def test_a_token_that_is_not_valid(make: Make, tokens: Registry, status: str, reason: str) -> None:
    tokens.valid("shop/*", status=status)
    app, token = make(), opaque.make("prm")
    for _ in range(3):
        assert refused(app, token) == reason
    assert tokens.asked("/query") == 1


def test_a_token_that_ends_while_it_is_known(make: Make, tokens: Registry) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    tokens.valid("shop/*", expires=past)
    assert refused(make(), opaque.make("prm")) == "it has expired"


def test_a_token_for_other_services(make: Make, tokens: Registry) -> None:
    tokens.valid("shopping/*", "other/shop/read")
    assert refused(make(), opaque.make("prm")) == "it is for other services, by its permissions"


def test_garbage_is_refused_without_a_question(make: Make, tokens: Registry) -> None:
    app = make()
    for _ in range(3):
        assert refused(app, "sat_prm_" + "0" * 46) == "it is not whole: its checksum is wrong"
    assert tokens.provider.asked == []


def test_a_service_that_trusts_no_issuer_of_such_tokens(service: Service) -> None:
    service()
    app = make_shop()
    assert refused(app, opaque.make("prm")) == "this service trusts no issuer of such tokens"


@pytest.mark.parametrize(
    "said",
    [
        {"typ": "tmp"},
        {"typ": None},
        {"id": 7},
        {"user": ""},
        {"user": "a\nb"},
        {"permissions": "shop/*"},
        {"permissions": ["*"]},
        {"expires": "soon"},
        {"expires": 7},
    ],
)
def test_an_answer_that_is_none(make: Make, tokens: Registry, said: dict[str, Any]) -> None:
    tokens.valid(**{"permissions": ["shop/*"], **said})
    response = get(make(), "/orders", opaque.make("prm"))
    assert response.status_code == 503
    assert "The issuer of the token does not answer now. Try again later." in response.text
    assert response.headers["Retry-After"] == "5"


@pytest.mark.parametrize("answer", [None, [], {}, {"result": None}, {"result": []}, "valid"])
def test_an_answer_of_another_shape(make: Make, tokens: Registry, answer: Any) -> None:
    tokens.provider.answers["/query"] = answer
    assert get(make(), "/orders", opaque.make("prm")).status_code == 503


def test_an_issuer_that_fails_is_left_alone_for_a_moment(make: Make, tokens: Registry) -> None:
    tokens.provider.status = 500
    app = make()
    for _ in range(5):
        assert get(app, "/orders", opaque.make("prm")).status_code == 503
    assert tokens.asked("/query") == 1


def test_an_issuer_that_is_silent(make: Make, tokens: Registry) -> None:
    tokens.provider.pause = 3
    assert get(make(AUTH_QUERY_TIMEOUT=0.1), "/orders", opaque.make("prm")).status_code == 503
    tokens.provider.pause = 0


def test_a_secret_follows_no_redirect(make: Make, tokens: Registry) -> None:
    tokens.provider.redirects["/query"] = f"{tokens.provider.url}/elsewhere"
    assert get(make(), "/orders", opaque.make("prm")).status_code == 503
    assert tokens.asked("/elsewhere") == 0


def test_a_question_on_this_machine_goes_through_no_proxy(
    make: Make, tokens: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.delenv("no_proxy", raising=False)
    tokens.valid("shop/*")
    assert get(make(), "/orders", opaque.make("prm")).status_code == 200


def test_what_is_known_is_bounded(
    make: Make, tokens: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend_common.auth.query.MOST_KEPT", 2)
    tokens.say(status="invalid")
    app = make(AUTH_QUERY_LIFETIME=5)
    first, *others = [opaque.make("prm") for _ in range(3)]
    for token in (first, *others, *others, first):
        refused(app, token)
    assert [each["token"] for each in tokens.provider.posted] == [first, *others, first]


def test_few_questions_at_once(make: Make, tokens: Registry) -> None:
    tokens.valid("shop/*")
    tokens.provider.pause = 0.05
    app = make(AUTH_QUERY_TIMEOUT=60)
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(get(app, "/orders", opaque.make("prm")).status_code)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 10


@pytest.mark.parametrize(
    "url",
    ["http://tokens.example.org/tokens/query", "http://127.0.0.1.example.org/", "ftp://x/", "", 7],
)
def test_a_question_goes_where_nobody_reads_it(service: Service, url: Any) -> None:
    service()
    with pytest.raises(SettingError, match="the setting AUTH_ISSUERS of 'shop' is wrong"):
        make_shop(AUTH_ISSUERS={"tokens": {"keys": "https://x.example.org/", "query": url}})


def test_one_issuer_explains_opaque_tokens(service: Service) -> None:
    service()
    entry = {"keys": "https://x.example.org/jwks", "query": "https://x.example.org/query"}
    with pytest.raises(SettingError) as error:
        make_shop(AUTH_ISSUERS={"one": entry, "two": entry})
    assert str(error.value) == (
        "the setting AUTH_ISSUERS of 'shop' is wrong: one and two have the field query, and an "
        "opaque token does not say which of them issued it: leave the field to one of them"
    )


def test_a_bearer_of_such_a_token_signs_tokens_that_end_soon(make: Make, tokens: Registry) -> None:
    tokens.valid("shop/*")
    app = make()
    app.add_url_rule("/sign", view_func=lambda: app.auth.sign("child", ["shop/read"]))
    signed = app.auth.keys.read(get(app, "/sign", opaque.make("prm")).text)
    assert signed["exp"] - signed["iat"] == timedelta(hours=1).total_seconds()
    with app.test_request_context(headers={"Authorization": f"Bearer {opaque.make('usr')}"}):
        latest = app.auth.latest_end()
    assert latest is not None
    assert latest <= datetime.now(UTC) + timedelta(hours=1)
