import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError, create_app
from backend_common.auth import require_permissions
from backend_common.auth.permissions import covers, is_permission
from backend_common.auth.user import is_name
from issuer import ISSUER, get, make_shop
from joserfc.jwk import OKPKey

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def make(service: Service) -> Make:
    service()
    return make_shop


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
        ("AUTH_LEEWAY", 301),
        ("AUTH_LEEWAY", True),
        ("AUTH_LEEWAY", 1.5),
        ("AUTH_ALGORITHMS", "ES256"),
        ("AUTH_KEY_FILES", ["hidden.pem", ""]),
        ("AUTH_KEY_FILES", [7]),
        ("AUTH_KEYS_LIFETIME", True),
        ("AUTH_KEYS_TIMEOUT", float("nan")),
        ("AUTH_AUDIENCE", "a" * 256),
        ("AUTH_DEVELOPMENT_PERMISSIONS", "shop/orders"),
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


@pytest.mark.parametrize("header", ["Basic bWU6bWU=", "", "Digest x", "bearers x", " "])
def test_other_credentials_are_none(make: Make, header: str) -> None:
    response = get(make(), "/orders", Authorization=header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="shop"'


def test_the_scheme_is_in_any_case(make: Make) -> None:
    app = make()
    token = app.auth.sign("me", ["shop/*"])
    assert get(app, "/orders", Authorization=f"bEARER   {token} ").text == "me"


# Callers that another extension knows.


def test_others_are_asked_in_turn_who_calls(make: Make) -> None:
    app = make(AUTH_DEVELOPMENT_PERMISSIONS=["shop/money"])
    answers: dict[str, Any] = {"one": None, "two": None}
    asked: list[str] = []

    def identify(name: str) -> Any:
        asked.append(name)
        return answers[name]

    app.auth.accept(lambda: identify("one"))
    app.auth.accept(lambda: identify("two"))
    everybody = get(app, "/__permissions__").get_json()
    assert everybody == {"user_id": None, "permissions": ["shop/money"]}
    assert asked == ["one", "two"]

    answers["two"] = ("alice", ["shop/orders/read"], None)
    assert get(app, "/orders").text == "alice"
    assert get(app, "/me").text == "session"
    answers["one"] = ("alice", ["shop/orders/*"], ISSUER)
    asked.clear()
    assert get(app, "/orders").text == f"{ISSUER}#alice"
    assert asked == ["one"]
    assert get(app, "/refunds").status_code == 403, "development's permissions are not added"


def test_a_token_comes_before_a_session(make: Make) -> None:
    app = make()
    app.auth.accept(lambda: pytest.fail("nobody needs to ask"))
    assert get(app, "/orders", app.auth.sign("me", ["shop/*"])).text == "me"
    assert get(app, "/orders", "wrong").status_code == 401


def test_a_caller_is_identified_once_in_a_request(make: Make) -> None:
    app = make()
    asked = []

    def identify() -> None:
        asked.append(1)

    app.auth.accept(identify)
    with app.test_request_context():
        assert app.auth.authenticate() is None
        assert app.auth.current_user.name == "anonymous"
        assert app.auth.known_user is None
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("granted", "needed", "is_covered"),
    [
        ("a", "a", True),
        ("a", "a/b", False),
        ("a/b", "a", False),
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", True),
        ("a/*", "a/*", True),
        ("a/*", "a/b/*", True),
        ("a/b/*", "a/*", False),
        ("a/*", "a", False),
        ("a/*", "ab", False),
        ("a*", "ab", False),
    ],
)
def test_what_a_permission_covers(granted: str, needed: str, is_covered: bool) -> None:
    assert covers(granted, needed) is is_covered


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        *[(name, True) for name in ("a", "a" * 255, "a/b-c_d.e:f", "a/b/*")],
        *[(name, False) for name in ("", "a" * 256, "*", "a//b", "/a", "a/", "a/*/b", 7)],
    ],
)
def test_what_a_permission_is(name: Any, is_one: bool) -> None:
    assert is_permission(name) is is_one


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a", True), ("a" * 255, True), ("a" * 256, False), ("", False), ("a\n", False), (7, False)],
)
def test_what_a_name_is(name: Any, is_one: bool) -> None:
    assert is_name(name) is is_one


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
