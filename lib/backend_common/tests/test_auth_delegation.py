"""Tokens that the bearer of a token issues."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, create_app
from backend_common.auth import LifeError, delegation
from backend_common.auth.user import NOBODY, User
from issuer import get
from werkzeug.exceptions import Forbidden

Service = Callable[..., Path]

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def app(service: Service) -> App:
    """A service that signs what its callers ask for."""
    service()
    app = create_app("shop", extensions=["auth"])

    @app.get("/sign")
    def sign() -> str:
        arguments = flask.request.args
        more: dict[str, Any] = {"as_service": "as_service" in arguments}
        if "seconds" in arguments:
            more["expires"] = timedelta(seconds=int(arguments["seconds"]))
        try:
            return app.auth.sign("child", arguments.getlist("p"), **more)
        except LifeError as error:
            return str(error), 400  # type: ignore[return-value]

    return app


def said(app: App, token: str) -> dict[str, Any]:
    return app.auth.keys.read(token)


def test_a_token_issues_what_it_may_do_itself(app: App) -> None:
    parent = app.auth.sign("me", ["shop/orders/*"])
    child = get(app, "/sign?p=shop/orders/read&p=shop/orders/*", parent).text
    assert said(app, child)["permissions"] == ["shop/orders/read", "shop/orders/*"]


@pytest.mark.parametrize("name", ["shop/*", "shop/orders", "shop/refunds", "other/orders/read"])
def test_a_token_issues_nothing_that_may_do_more(app: App, name: str) -> None:
    parent = app.auth.sign("me", ["shop/orders/*"])
    response = get(app, f"/sign?p=shop/orders/read&p={name}", parent)
    assert response.status_code == 403
    assert f"This needs the permission {name}." in response.text
    assert f'scope="{name}"' in response.headers["WWW-Authenticate"]


def test_a_token_may_have_the_permission_to_grant(app: App) -> None:
    parent = app.auth.sign("me", ["shop/grant/other/*"])
    assert get(app, "/sign?p=other/read&p=other/*", parent).status_code == 200
    assert get(app, "/sign?p=shop/read", parent).status_code == 403
    assert get(app, "/sign?p=shop/grant/shop/read", parent).status_code == 403


def test_a_token_does_not_outlive_the_one_that_issued_it(app: App) -> None:
    parent = app.auth.sign("me", ["shop/*"], timedelta(minutes=5))
    end = said(app, parent)["exp"]
    child = get(app, "/sign?p=shop/read", parent).text
    assert said(app, child)["exp"] == end, "an hour would be longer"
    child = get(app, "/sign?p=shop/read&seconds=60", parent).text
    assert said(app, child)["exp"] < end
    response = get(app, "/sign?p=shop/read&seconds=301", parent)
    assert response.text == (
        "a token cannot outlive the token whose bearer issues it: it must end by "
        f"{datetime.fromtimestamp(end, UTC).isoformat()}"
    )
    grandchild = get(app, "/sign?p=shop/read", child).text
    assert said(app, grandchild)["exp"] == said(app, child)["exp"]


def test_the_service_itself_may_issue_any_token(app: App) -> None:
    parent = app.auth.sign("me", [], timedelta(minutes=5))
    for credentials in ({}, {"token": parent}):
        child = get(app, "/sign?p=other/*&seconds=9999&as_service", **credentials).text
        assert said(app, child)["permissions"] == ["other/*"]
    assert get(app, "/sign?p=other/*&seconds=9999").status_code == 200, "nobody issues this one"


def test_the_latest_end_of_what_the_caller_signs(app: App) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
    for token, latest in ((app.auth.sign("me", [], end), end), (None, None)):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with app.test_request_context(headers=headers):
            assert app.auth.latest_end() == latest
    assert app.auth.latest_end() is None


def test_a_wrong_token_issues_nothing(app: App) -> None:
    assert get(app, "/sign", "wrong").status_code == 401


def caller(*granted: str, expires: datetime | None = None, token_id: int | None = None) -> User:
    revocable = token_id is not None
    return User("me", frozenset(granted), "token", None, expires, token_id, revocable=revocable)


def test_the_latest_end() -> None:
    assert delegation.latest_end(None, HOUR, NOW) is None
    assert delegation.latest_end(caller(), HOUR, NOW) is None
    assert delegation.latest_end(caller(expires=NOW + 2 * HOUR), HOUR, NOW) == NOW + 2 * HOUR
    # A revocable token issues a token that cannot be revoked: not for long.
    assert delegation.latest_end(caller(token_id=1), HOUR, NOW) == NOW + HOUR
    assert delegation.latest_end(caller(token_id=1), None, NOW) is None
    both = caller(expires=NOW + HOUR / 2, token_id=1)
    assert delegation.latest_end(both, HOUR, NOW) == NOW + HOUR / 2


def test_the_end() -> None:
    assert delegation.end(None, None, None) is None
    assert delegation.end(None, NOW, None) == NOW
    assert delegation.end(NOW, NOW + HOUR, None) == NOW
    assert delegation.end(None, None, NOW) == NOW
    assert delegation.end(None, NOW + HOUR, NOW) == NOW
    assert delegation.end(None, NOW - HOUR, NOW) == NOW - HOUR
    assert delegation.end(NOW, None, NOW) == NOW
    with pytest.raises(LifeError):
        delegation.end(NOW + timedelta(seconds=1), None, NOW)


def test_permissions_of_the_service_itself() -> None:
    delegation.require_permissions(None, "shop", ["other/*"])
    with pytest.raises(Forbidden):
        delegation.require_permissions(NOBODY, "shop", ["other/*"])
