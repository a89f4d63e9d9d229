import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import flask
import pytest
from backend_common import App, create_app
from backend_common.auth import LifeError, tokens
from backend_common.core.loader import ExtensionError
from click.testing import Result
from werkzeug.test import TestResponse

pytest.importorskip("flask_sqlalchemy", reason="API tokens are kept where the extra db is")

from table_definition import definition

Service = Callable[..., Path]

ENV = """
from backend_common.db import run_migrations
from sqlalchemy import MetaData

run_migrations(MetaData())
"""

SCRIPT = '''"""${message}"""
from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades}


def downgrade():
    ${downgrades}
'''

TABLE = """
CREATE TABLE auth_tokens (
    id SERIAL NOT NULL,
    digest VARCHAR(64) NOT NULL,
    name VARCHAR(255) NOT NULL,
    permissions JSON NOT NULL,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    expires TIMESTAMP WITH TIME ZONE,
    revoked TIMESTAMP WITH TIME ZONE,
    parent INTEGER,
    PRIMARY KEY (id),
    UNIQUE (digest),
    FOREIGN KEY(parent) REFERENCES auth_tokens (id)
)
CREATE INDEX ix_auth_tokens_parent ON auth_tokens (parent)
"""


@pytest.fixture
def empty_app(service: Service) -> App:
    """The application of a service that has no migrations yet."""
    migrations = {"env.py": ENV, "script.py.mako": SCRIPT, "versions/.keep": ""}
    service({f"migrations/{file}": text for file, text in migrations.items()})
    app = create_app("shop", extensions=["auth", "db"])

    @app.get("/orders")
    @app.auth.require_permissions(["shop/orders/read"])
    def orders() -> str:
        user = app.auth.current_user
        return f"{user.method} {user.name}"

    return app


def command(app: App, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


@pytest.fixture
def app(empty_app: App) -> App:
    """The same, after its migrations were made and applied."""
    assert command(empty_app, "db", "migrate").exit_code == 0
    assert command(empty_app, "db", "upgrade").exit_code == 0
    return empty_app


def get(app: App, token: str) -> TestResponse:
    return app.test_client().get("/orders", headers={"Authorization": f"Bearer {token}"})


def issue(app: App, *granted: str, expires: datetime | None = None) -> str:
    with app.app_context():
        return app.auth.tokens.issue("robot", list(granted), expires)[0]


def test_migrations_see_the_table(app: App) -> None:
    assert command(app, "db", "check").exit_code == 0


def test_a_token_stands_for_its_user(app: App) -> None:
    assert get(app, issue(app, "shop/*")).text == "token robot"
    assert get(app, issue(app, "other/*")).status_code == 403


def test_only_its_hash_is_kept(app: App, tmp_path: Path) -> None:
    token = issue(app, "shop/*")
    stored = b"".join(file.read_bytes() for file in (tmp_path / "state").glob("shop.db*"))
    assert b"robot" in stored
    assert token.encode() not in stored
    assert token.removeprefix("sat_").encode() not in stored


def test_a_revoked_token_ends_at_once(app: App) -> None:
    token, other = issue(app, "shop/*"), issue(app, "shop/*")
    with app.app_context():
        assert app.auth.tokens.revoke(1)
        assert not app.auth.tokens.revoke(1)
        assert not app.auth.tokens.revoke(99)
    response = get(app, token)
    assert response.status_code == 401
    assert 'error_description="it has been revoked"' in response.headers["WWW-Authenticate"]
    assert get(app, other).status_code == 200


def test_a_token_may_expire(app: App) -> None:
    now = datetime.now(UTC)
    assert get(app, issue(app, "shop/*", expires=now + timedelta(hours=1))).status_code == 200
    response = get(app, issue(app, "shop/*", expires=now))
    assert response.status_code == 401
    assert 'error_description="it has expired"' in response.headers["WWW-Authenticate"]


def test_an_unknown_token(app: App) -> None:
    response = get(app, "sat_unknown")
    assert response.status_code == 401
    assert 'error_description="it is unknown"' in response.headers["WWW-Authenticate"]


def test_what_cannot_be_a_token(app: App) -> None:
    with app.app_context():
        for name, granted in [("", ["shop/*"]), ("a\0", []), ("robot", ["*"])]:
            with pytest.raises(ValueError, match="a token needs a name"):
                app.auth.tokens.issue(name, granted)


def test_the_commands(app: App) -> None:
    result = command(app, "auth", "issue", "robot", "shop/*", "--days", "7")
    assert result.stderr == "This is token 1; it is not told again:\n"
    assert get(app, result.stdout.strip()).text == "token robot"
    with app.app_context():
        (known,) = app.auth.tokens.all()
    assert command(app, "auth", "list").output == f"1\trobot\tshop/*\tuntil {known.expires}\n"
    assert command(app, "auth", "revoke", "1").output == "revoked token 1\n"
    assert command(app, "auth", "list").output == "1\trobot\tshop/*\trevoked\n"
    result = command(app, "auth", "revoke", "1")
    assert result.exit_code == 1
    assert result.output == "Error: there is no token 1 to revoke; flask auth list shows all\n"


def test_a_database_that_lacks_the_table(empty_app: App) -> None:
    response = get(empty_app, "sat_unknown")
    assert response.status_code == 401
    assert "The token is invalid: this service has no API tokens." in response.text
    with empty_app.app_context(), pytest.raises(ExtensionError) as error:
        empty_app.auth.tokens.all()
    assert str(error.value) == (
        "the database of 'shop' lacks the table auth_tokens: add it to the migrations "
        "(flask db migrate), and apply them (flask db upgrade)"
    )


def test_a_service_without_a_database(service: Service) -> None:
    service()
    app = create_app("shop", extensions=["auth"])
    app.add_url_rule("/orders", view_func=app.auth.require_permissions([])(lambda: ""))
    response = get(app, "sat_unknown")
    assert response.status_code == 401
    assert "The token is invalid: this service has no API tokens." in response.text


@pytest.fixture
def issuing(app: App) -> App:
    """A service whose callers issue API tokens."""

    @app.post("/tokens")
    def post() -> str:
        said = flask.request.get_json()
        expires = said.get("expires") and datetime.fromisoformat(said["expires"])
        return app.auth.tokens.issue("child", said["permissions"], expires)[0]

    @app.post("/signed")
    def sign() -> str:
        return app.auth.sign("child", [])

    return app


def ask(app: App, token: str, path: str = "/tokens", **body: object) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().post(path, json={"permissions": [], **body}, headers=headers)


def test_a_token_issues_none_that_may_do_more(issuing: App) -> None:
    parent = issue(issuing, "shop/orders/*")
    child = ask(issuing, parent, permissions=["shop/orders/read"]).text
    assert get(issuing, child).text == "token child"
    response = ask(issuing, parent, permissions=["shop/orders/read", "shop/*"])
    assert response.status_code == 403
    assert "This needs the permission shop/*." in response.text


def test_a_token_issues_none_that_lives_longer(issuing: App) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    parent = issue(issuing, "shop/*", expires=end)
    ask(issuing, parent)
    ask(issuing, parent, expires=(end - timedelta(seconds=1)).isoformat())
    issuing.testing = True
    with pytest.raises(LifeError, match=f"it must end by {re.escape(end.isoformat())}"):
        ask(issuing, parent, expires=(end + timedelta(seconds=1)).isoformat())
    with issuing.app_context():
        first, *children = issuing.auth.tokens.all()
    assert [child.expires for child in children] == [end, end - timedelta(seconds=1)]
    assert [child.parent for child in children] == [first.id, first.id]
    said = issuing.auth.keys.read(ask(issuing, parent, "/signed").text)
    assert said["exp"] <= end.timestamp()


def test_a_signed_token_that_cannot_be_revoked_with_its_parent_is_short(issuing: App) -> None:
    parent = issue(issuing, "shop/*")
    said = issuing.auth.keys.read(ask(issuing, parent, "/signed").text)
    assert said["exp"] - said["iat"] == timedelta(hours=1).total_seconds()
    with issuing.test_request_context(headers={"Authorization": f"Bearer {parent}"}):
        with pytest.raises(LifeError):
            issuing.auth.sign("child", [], timedelta(hours=2))
        assert issuing.auth.sign("child", [], timedelta(hours=2), as_service=True)


def test_a_signed_token_issues_an_api_token_that_ends_with_it(issuing: App) -> None:
    ask(issuing, issuing.auth.sign("me", [], timedelta(minutes=5)))
    with issuing.app_context():
        (child,) = issuing.auth.tokens.all()
    assert child.expires is not None
    assert child.expires - child.created <= timedelta(minutes=5)
    assert child.parent is None


def test_a_revoked_token_takes_along_those_that_it_issued(issuing: App) -> None:
    other = issue(issuing, "shop/*")
    parent = issue(issuing, "shop/*")
    child = ask(issuing, parent, permissions=["shop/*"]).text
    grandchild = ask(issuing, child, permissions=["shop/*"]).text
    with issuing.app_context():
        assert issuing.auth.tokens.revoke(2)
    for token in (parent, child, grandchild):
        assert "it has been revoked" in get(issuing, token).text
    assert get(issuing, other).status_code == 200


def test_the_service_itself_issues_any_token(issuing: App) -> None:
    parent = issue(issuing, expires=datetime.now(UTC) + timedelta(minutes=5))
    with issuing.test_request_context(headers={"Authorization": f"Bearer {parent}"}):
        _, made = issuing.auth.tokens.issue("robot", ["shop/*"], as_service=True)
    assert (made.expires, made.parent) == (None, None)


def test_the_table_stays_what_existing_deployments_have(empty_app: App) -> None:
    assert definition(tokens.TABLE.of(empty_app.db)) == TABLE.strip()
