"""Logins in several tabs, and callbacks that are loaded again."""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flask
import pytest
from backend_common import App, create_app
from backend_common.auth0 import attempts
from flask.testing import FlaskClient
from provider import CLIENT, Provider, providing
from werkzeug.http import parse_cookie
from werkzeug.test import Cookie, TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]

SECRET_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def make(service: Service, provider: Provider) -> Make:
    service()

    def make_app(**config: Any) -> App:
        usual = {
            "AUTH0_ISSUER": provider.issuer,
            "AUTH0_CLIENT_ID": CLIENT,
            "AUTH0_CLIENT_SECRET": "hidden",
            "SECRET_KEY": SECRET_KEY,
        }
        app = create_app("shop", extensions=["auth0"], config={**usual, **config})

        @app.get("/me")
        def me() -> str:
            session = app.auth0.session()
            return session.name if session else ""

        return app

    return make_app


@pytest.fixture
def client(make: Make) -> FlaskClient:
    return make().test_client()


def begin(client: FlaskClient, where: str = "/") -> str:
    """Begin to log in; return the URL at the provider."""
    response = client.get("/auth0/login", query_string={"next": where})
    assert response.status_code == 302
    assert response.location
    return response.location


def cookies_of(client: FlaskClient) -> Iterable[tuple[tuple[str, str, str], Cookie]]:
    """Return all cookies of a browser: domain, path and name, and the cookie."""
    return (client._cookies or {}).items()


def begun(client: FlaskClient) -> list[str]:
    """Return the names of the cookies of logins that the browser has."""
    names = (name for (_, _, name), _ in cookies_of(client))
    return [name for name in names if name.startswith(attempts.PREFIX)]


def landed(response: TestResponse) -> str | None:
    assert response.status_code == 302, response.text
    return response.location


def test_two_tabs_arrive_at_their_own_pages(client: FlaskClient, provider: Provider) -> None:
    urls = [begin(client, where) for where in ("/one", "/two?a=b")]
    assert landed(client.get(provider.log_in(urls[1]))) == "/two?a=b"
    assert landed(client.get(provider.log_in(urls[0]))) == "/one"
    assert client.get("/me").text == "alice"


def test_two_tabs_begin_at_the_same_time(make: Make, provider: Provider) -> None:
    """Neither request has the cookie that the answer to the other one sets."""
    app = make()
    tabs = [app.test_client() for _ in range(2)]
    urls = [begin(tab, f"/{number}") for number, tab in enumerate(tabs)]
    browser = app.test_client()
    for tab in tabs:
        for (domain, path, name), cookie in cookies_of(tab):
            browser.set_cookie(name, cookie.value, domain=domain, path=path)
    for number, url in enumerate(urls):
        assert landed(browser.get(provider.log_in(url))) == f"/{number}"


def test_a_callback_that_is_loaded_again(client: FlaskClient, provider: Provider) -> None:
    back = provider.log_in(begin(client, "/orders"))
    for _ in range(3):
        assert landed(client.get(back)) == "/orders"
    assert client.get("/me").text == "alice"


def test_a_callback_that_is_loaded_again_after_the_logout(
    client: FlaskClient, provider: Provider
) -> None:
    back = provider.log_in(begin(client, "/orders"))
    client.get(back)
    client.get("/auth0/logout")
    again = landed(client.get(back))
    assert again
    assert again.startswith(f"{provider.issuer}authorize?")
    assert client.get("/me").text == ""
    assert landed(client.get(provider.log_in(again))) == "/orders"


def test_a_callback_whose_answer_got_lost(make: Make, provider: Provider) -> None:
    """The provider takes a code once; the browser does not have what came of it."""
    app = make()
    client = app.test_client()
    back = provider.log_in(begin(client, "/orders"))
    provider.codes.clear()
    again = landed(client.get(back))
    assert again
    assert again.startswith(f"{provider.issuer}authorize?")
    assert len(begun(client)) == 1
    assert landed(client.get(provider.log_in(again))) == "/orders"


def test_a_provider_that_takes_no_code_is_not_asked_without_end(
    client: FlaskClient, provider: Provider
) -> None:
    back = provider.log_in(begin(client))
    provider.codes.clear()
    again = landed(client.get(back)) or ""
    back = provider.log_in(again)
    provider.codes.clear()
    response = client.get(back)
    assert response.status_code == 400
    assert "This login has expired, or did not begin here. Begin again at" in response.text


def test_a_lost_answer_while_another_tab_has_logged_in(
    client: FlaskClient, provider: Provider
) -> None:
    lost = provider.log_in(begin(client, "/lost"))
    provider.codes.clear()
    client.get(provider.log_in(begin(client)))
    assert landed(client.get(lost)) == "/lost"


def test_a_callback_of_nobody_while_somebody_is_logged_in(
    client: FlaskClient, provider: Provider
) -> None:
    client.get(provider.log_in(begin(client)))
    for query in ("", "?code=x", "?code=x&state=y", "?state=y"):
        assert landed(client.get(f"/auth0/callback{query}")) == "/"
    assert client.get("/me").text == "alice"


def test_somebody_else_s_callback_logs_nobody_in(make: Make, provider: Provider) -> None:
    app = make()
    back = provider.log_in(begin(app.test_client()))
    victim = app.test_client()
    response = victim.get(back)
    assert response.status_code == 400
    assert victim.get("/me").text == ""


def test_a_state_of_another_login(client: FlaskClient, provider: Provider) -> None:
    one, two = begin(client), begin(client)
    state = parse_qs(urlsplit(two).query)["state"]
    code = parse_qs(urlsplit(provider.log_in(one)).query)["code"]
    response = client.get("/auth0/callback?" + urlencode({"code": code[0], "state": state[0]}))
    assert response.status_code == 400, "the nonce is of the other login"
    said = "This answer of the provider belongs to another login. Begin again at /auth0/login."
    assert said in response.text
    assert client.get("/me").text == ""


@pytest.mark.parametrize("claims", [{"aud": "other"}, {"iss": "https://a.example/"}, {"exp": 1}])
def test_an_id_token_that_is_wrong_is_the_provider_s_fault(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    client = make().test_client()
    assert client.get(provider.log_in(begin(client))).status_code == 503
    assert "its answer cannot be trusted (" in caplog.text
    assert client.get("/me").text == ""


def test_logins_that_are_given_up_are_bounded(client: FlaskClient, provider: Provider) -> None:
    urls = [begin(client, f"/{number}") for number in range(20)]
    assert len(begun(client)) == attempts.MOST
    last = urls[-attempts.MOST :]
    for number, url in zip(range(20 - attempts.MOST, 20), last, strict=True):
        assert landed(client.get(provider.log_in(url))) == f"/{number}"
    assert client.get(provider.log_in(urls[0])).status_code == 302
    assert len(begun(client)) <= attempts.MOST


def test_long_paths_are_bounded_together(client: FlaskClient, provider: Provider) -> None:
    assert attempts.LONGEST_PATH == 2_000
    where = "/" + "".join(f"{number:x}" for number in range(10_000))[: attempts.LONGEST_PATH - 1]
    for _ in range(5):
        url = begin(client, where)
        cookies = {name: cookie.value for (_, _, name), cookie in cookies_of(client)}
        assert sum(map(len, [*cookies, *cookies.values()])) <= attempts.LARGEST
    assert landed(client.get(provider.log_in(url))) == where
    response = client.get("/auth0/login", query_string={"next": where + "x"})
    assert response.status_code == 400
    assert f"next: must have at most {attempts.LONGEST_PATH} characters" in response.text


def test_cookies_that_are_wrong_are_removed(client: FlaskClient) -> None:
    client.set_cookie(f"{attempts.PREFIX}garbage", "x.y.z", path="/auth0")
    client.set_cookie("other", "x.y.z", path="/auth0")
    begin(client)
    assert len(begun(client)) == 1
    assert client.get_cookie("other", path="/auth0")


def test_a_login_expires(
    client: FlaskClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = provider.log_in(begin(client))
    monkeypatch.setattr(attempts, "LIFETIME", -1)
    assert client.get(back).status_code == 400


def test_the_cookie_of_a_login(make: Make) -> None:
    for channel, secure in (("development", False), ("production", True)):
        client = make(APP_CHANNEL=channel).test_client()
        response = client.get("/auth0/login", base_url="https://localhost")
        (header,) = response.headers.getlist("Set-Cookie")
        said = parse_cookie(header)
        assert header.startswith(attempts.PREFIX)
        assert (said["Path"], said["SameSite"]) == ("/auth0", "Lax")
        assert said["Max-Age"] == str(attempts.LIFETIME)
        assert "HttpOnly" in said
        assert ("Secure" in said) is secure


def test_a_login_survives_a_new_secret_key(make: Make, provider: Provider) -> None:
    old = make().test_client()
    back = provider.log_in(begin(old))
    new = make(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[SECRET_KEY]).test_client()
    for (domain, path, name), cookie in cookies_of(old):
        new.set_cookie(name, cookie.value, domain=domain, path=path)
    assert landed(new.get(back)) == "/"
    stranger = make(SECRET_KEY="another" * 8).test_client()
    for (domain, path, name), cookie in cookies_of(old):
        stranger.set_cookie(name, cookie.value, domain=domain, path=path)
    assert stranger.get(provider.log_in(begin(old))).status_code == 400


def test_a_service_below_a_prefix(make: Make) -> None:
    client = make().test_client()
    response = client.get("/auth0/login", environ_overrides={"SCRIPT_NAME": "/shop"})
    assert "Path=/shop/auth0" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "where",
    [
        "//e.example",
        "/\\e.example",
        "\\/e.example",
        "///e.example",
        "/\t/e.example",
        "/\n/e",
    ],
)
def test_no_login_ends_on_another_site(client: FlaskClient, where: str) -> None:
    response = client.get("/auth0/login", query_string={"next": where})
    assert response.status_code == 400
    assert begun(client) == []


def test_another_site_logs_nobody_out(client: FlaskClient, provider: Provider) -> None:
    client.get(provider.log_in(begin(client)))
    for headers, method in (
        ({"Sec-Fetch-Site": "cross-site"}, "GET"),
        ({"Origin": "https://e.example"}, "POST"),
        ({"Origin": "null"}, "POST"),
    ):
        response = client.open("/auth0/logout", method=method, headers=headers)
        assert response.status_code == 403
        assert "Another site cannot log you out. Log out on a page of this site." in response.text
        assert client.get("/me").text == "alice"
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/auth0/logout", headers=own).status_code == 302
    assert client.get("/me").text == ""


def test_logins_at_the_same_time_in_one_process(make: Make, provider: Provider) -> None:
    app = make()
    pages: list[str | None] = []

    def log_in(number: int) -> None:
        client = app.test_client()
        pages.append(landed(client.get(provider.log_in(begin(client, f"/{number}")))))

    threads = [threading.Thread(target=log_in, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, pages)) == ["/0", "/1", "/2", "/3"]


def test_what_the_service_keeps_in_its_session_is_not_touched_by_a_begun_login(
    make: Make,
) -> None:
    app = make()

    @app.get("/basket")
    def basket() -> str:
        flask.session["basket"] = flask.session.get("basket", 0) + 1
        return str(flask.session["basket"])

    client = app.test_client()
    client.get("/basket")
    begin(client)
    assert client.get("/basket").text == "2"


# UserInfo.


def log_in(client: FlaskClient, provider: Provider) -> TestResponse:
    return client.get(provider.log_in(begin(client)))


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_user_info_that_fails(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    provider.statuses["/userinfo"] = status
    client = make().test_client()
    assert landed(log_in(client, provider)) == "/"
    assert client.get("/me").text == "alice"
    assert caplog.messages == [
        "a login goes on with the claims of the ID token alone: UserInfo failed: "
        f"{provider.issuer}userinfo answered {status}"
    ]


@pytest.mark.parametrize("document", [[], "x", 7, None, {}])
def test_user_info_that_is_none(make: Make, provider: Provider, document: Any) -> None:
    provider.user_info = document
    client = make().test_client()
    assert landed(log_in(client, provider)) == "/"
    assert client.get("/me").text == "alice"


def test_user_info_that_fails_and_is_needed(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.statuses["/userinfo"] = 500
    provider.claims = {"email": "me@example.org"}
    grants = {"groups": {"all": ["a"]}, "email": {"me@example.org": ["b"]}}
    client = make(AUTH0_PERMISSIONS=grants).test_client()
    assert log_in(client, provider).status_code == 503
    assert caplog.messages == [
        "the login provider does not answer as it should: UserInfo failed: "
        f"{provider.issuer}userinfo answered 500; the ID token has no email_verified, groups"
    ]
    provider.claims |= {"email_verified": True, "groups": []}
    assert landed(log_in(client, provider)) == "/"


def test_user_info_about_another_user(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.user_info = {"sub": "mallory"}
    client = make().test_client()
    assert log_in(client, provider).status_code == 503
    assert caplog.messages[0].endswith(
        f"its UserInfo ({provider.issuer}userinfo) is about another user"
    )


def test_claims_of_both(make: Make, provider: Provider) -> None:
    provider.user_info = {"sub": "alice", "nickname": "al", "name": "of UserInfo"}
    provider.claims = {"name": "of the ID token"}
    for claim, name in (("nickname", "al"), ("name", "of the ID token")):
        client = make(AUTH0_NAME=claim).test_client()
        log_in(client, provider)
        assert client.get("/me").text == name


@pytest.mark.parametrize("path", ["/token", "/jwks", "/.well-known/openid-configuration"])
def test_the_log_names_the_endpoint_that_fails(
    make: Make, provider: Provider, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client = make().test_client()
    back = provider.log_in(begin(client))
    provider.statuses[path] = 500
    assert client.get(back).status_code == 503
    assert caplog.messages == [
        "the login provider does not answer as it should: "
        f"{provider.issuer.rstrip('/')}{path} answered 500"
    ]


def test_the_log_names_the_endpoint_that_is_away(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    client = make(AUTH0_ISSUER="http://127.0.0.1:1").test_client()
    assert client.get("/auth0/login").status_code == 503
    assert caplog.messages == [
        "the login provider does not answer as it should: "
        "http://127.0.0.1:1/.well-known/openid-configuration did not answer (ConnectionError)"
    ]
