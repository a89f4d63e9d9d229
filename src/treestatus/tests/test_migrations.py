import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from backend_common import App
from click.testing import Result

pytestmark = pytest.mark.own_database


def flask_db(app: App, command: str) -> Result:
    return app.test_cli_runner().invoke(args=["db", command])


def test_the_migrations_make_what_the_models_say(app: App) -> None:
    assert flask_db(app, "check").exit_code == 0


def test_the_migrations_can_be_taken_back(app: App) -> None:
    assert flask_db(app, "downgrade").output == "took back 0003\n"
    assert flask_db(app, "downgrade").output == "took back 0002\n"
    assert flask_db(app, "downgrade").output == "took back 0001\n"
    assert app.test_client().get("/trees").status_code == 503
    assert flask_db(app, "upgrade").output == "applied 0001\napplied 0002\napplied 0003\n"
    assert app.test_client().get("/trees").status_code == 200


@contextmanager
def database(app: App) -> Iterator[sa.Connection]:
    with app.app_context(), app.db.engine.begin() as connection:
        yield connection


def rows(app: App, statement: str) -> list[Any]:
    with database(app) as connection:
        return list(connection.execute(sa.text(statement)))


LONG = "bustage " * 1000
BEFORE_0003 = [
    ("autoland", "closed", LONG, ["infra", "é"], "Hello."),
    ("try", "closed", LONG, ["infra", "é"], ""),
    ("beta", "open", "", [], "Hello."),
]


def fill(app: App) -> None:
    """Fill the database as the release before 0003 did."""
    with database(app) as connection:
        for tree, status, reason, tags, message in BEFORE_0003:
            values = {"tree": tree, "status": status, "reason": reason, "tags": json.dumps(tags)}
            connection.execute(
                sa.text("INSERT INTO trees VALUES (:tree, :status, :reason, :tags, :message)"),
                {**values, "message": message},
            )
            for each in ({**values, "status": "open", "reason": "", "tags": "[]"}, values):
                connection.execute(
                    sa.text(
                        'INSERT INTO changes (tree, "when", who, status, reason, tags) VALUES '
                        "(:tree, '2026-01-31 12:00:00+00:00', 'bob', :status, :reason, :tags)"
                    ),
                    each,
                )


def test_what_an_earlier_release_wrote(app: App) -> None:
    flask_db(app, "downgrade")
    fill(app)
    before = (
        rows(app, "SELECT * FROM trees ORDER BY tree"),
        rows(app, "SELECT * FROM changes ORDER BY id"),
    )
    assert flask_db(app, "upgrade").output == "applied 0003\n"

    client = app.test_client()
    for tree, status, reason, tags, message in BEFORE_0003:
        state = client.get(f"/trees/{tree}").get_json()["result"]
        assert (state["status"], state["reason"], state["tags"]) == (status, reason, tags)
        assert (state["message_of_the_day"], state["who"]) == (message, "bob")
        assert state["when"] == "2026-01-31T12:00:00+00:00"
        latest, first = client.get(f"/trees/{tree}/logs").get_json()["result"]
        assert (latest["id"], latest["reason"]) == (state["log_id"], reason)
        assert (first["status"], first["reason"], first["tags"]) == ("open", "", [])
    assert rows(app, "SELECT count(*) FROM texts") == [(3,)], "each text is there once"
    assert rows(app, "SELECT count(*) FROM tags") == [(2,)]

    assert flask_db(app, "downgrade").output == "took back 0003\n"
    after = (
        rows(app, "SELECT * FROM trees ORDER BY tree"),
        rows(app, "SELECT * FROM changes ORDER BY id"),
    )
    assert after == before


def test_entries_after_the_migration_are_later(app: App, user: Any) -> None:
    flask_db(app, "downgrade")
    fill(app)
    flask_db(app, "upgrade")
    client = user("treestatus/*", name="alice")
    assert client.patch("/trees", json={"trees": ["try"], "status": "open"}).status_code == 204
    latest, closed, _ = client.get("/trees/try/logs").get_json()["result"]
    assert (latest["who"], latest["status"], closed["who"]) == ("alice", "open", "bob")
