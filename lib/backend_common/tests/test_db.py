import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import flask_migrate  # type: ignore[import-untyped]
import pytest
from backend_common import App, SettingError, create_app, db
from backend_common.core import store
from backend_common.db import schema_is_current
from click.testing import Result
from sqlalchemy import QueuePool, text

Service = Callable[..., Path]
Make = Callable[..., App]

ENV = """
from backend_common.db import run_migrations
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
Table("things", metadata, Column("id", Integer, primary_key=True))
run_migrations(metadata)
"""
VERSION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("things")
"""


def migration(upgrade: str) -> str:
    head = VERSION.partition("def upgrade")[0].replace('"0001", None', '"0002", "0001"')
    return f"{head}def upgrade():\n    {upgrade}\n"


@pytest.fixture
def make(service: Service) -> Make:
    service({"migrations/env.py": ENV, "migrations/versions/0001_things.py": VERSION})

    def make_app(**config: Any) -> App:
        app = create_app("shop", extensions=["db"], config=config)

        @app.get("/count")
        def count() -> str:
            return str(app.db.session.scalar(text("SELECT count(*) FROM things")))

        @app.get("/typo")
        def typo() -> str:
            return str(app.db.session.scalar(text("SELECT count(*) FROM thinks")))

        @app.get("/double/<int:number>")
        def double(number: int) -> str:
            return str(app.db.session.scalar(text("SELECT 2 * :number"), {"number": number}))

        return app

    return make_app


def flask_db(app: App, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["db", *arguments])


def test_sqlite_by_default_in_a_file_made_on_first_use(make: Make, tmp_path: Path) -> None:
    app = make()
    assert not (tmp_path / "state").exists()
    assert flask_db(app, "upgrade").output == "applied 0001\n"
    assert (tmp_path / "state" / "shop.db").is_file()
    assert app.test_client().get("/count").text == "0"


def test_flask_migrate_works_without_its_commands(make: Make) -> None:
    app = make()
    with app.app_context():
        flask_migrate.upgrade()
        assert schema_is_current()
    assert app.extensions["migrate"].db is app.db


def test_the_commands_are_listed_and_explained(make: Make) -> None:
    app = make()
    listed = app.test_cli_runner().invoke(args=["--help"]).output
    assert "db " in listed
    assert "Perform database migrations." in listed
    assert "upgrade" in flask_db(app, "--help").output


@pytest.mark.parametrize(
    "command", [["init"], ["revision"], ["migrate"], ["edit"], ["merge", "heads"]]
)
def test_a_command_that_would_write_into_the_store(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    app = make()
    flask_db(app, "upgrade")
    directory = Path(app.extensions["migrate"].directory)
    monkeypatch.setattr(store, "STORE", str(directory.parent))
    before = sorted(directory.rglob("*"))
    result = flask_db(app, *command)
    assert result.output == (
        f"Error: `flask db {command[0]}` writes into {directory}, which is in the Nix store, and "
        "nothing may write there: run it in the development shell of the service, or name another "
        "directory with --directory\n"
    )
    assert result.exit_code == 1
    assert sorted(directory.rglob("*")) == before
    assert flask_db(app, "current").exit_code == 0
    assert flask_db(app, "init", "--directory", str(tmp_path / "new")).exit_code == 0


def test_the_module_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match=r"'backend_common\.db' has no attribute 'upgrade'"):
        db.upgrade  # noqa: B018


def test_sqlite_checks_foreign_keys(make: Make) -> None:
    app = make()
    with app.app_context():
        assert app.db.session.scalar(text("PRAGMA foreign_keys")) == 1
    flask_db(app, "upgrade")
    with app.app_context():
        assert app.db.session.scalar(text("PRAGMA foreign_keys")) == 1


def test_sqlite_serves_several_processes(make: Make) -> None:
    app = make(DATABASE_BUSY_TIMEOUT=1.5)
    with app.app_context():
        assert app.db.session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert app.db.session.scalar(text("PRAGMA busy_timeout")) == 1500


def test_sqlite_that_somebody_else_writes_to(make: Make, tmp_path: Path) -> None:
    app = make(DATABASE_BUSY_TIMEOUT=0.05)
    flask_db(app, "upgrade")

    @app.get("/add")
    def add() -> str:
        app.db.session.execute(text("INSERT INTO things DEFAULT VALUES"))
        return ""

    with closing(sqlite3.connect(tmp_path / "state" / "shop.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert app.test_client().get("/count").status_code == 200
        response = app.test_client().get("/add")
    assert response.status_code == 503
    assert "The database is busy. Try again later." in response.text


def test_a_migration_that_fails_in_sqlite_leaves_nothing(make: Make, service: Service) -> None:
    app = make()
    service({"migrations/versions/0002.py": migration("op.drop_table('things')\n    0 / 0")})
    result = flask_db(app, "upgrade")
    assert isinstance(result.exception, ZeroDivisionError)
    assert result.output == "applied 0001\n"
    assert app.test_client().get("/count").status_code == 200
    service({"migrations/versions/0002.py": migration("pass")})
    assert flask_db(app, "upgrade").output == "applied 0002\n"


def test_a_table_made_anew_in_sqlite_keeps_what_refers_to_it(make: Make, service: Service) -> None:
    app = make()
    flask_db(app, "upgrade")
    with app.app_context():
        for statement in (
            "CREATE TABLE parts (thing INTEGER REFERENCES things (id) ON DELETE CASCADE)",
            "INSERT INTO things VALUES (1)",
            "INSERT INTO parts VALUES (1)",
        ):
            app.db.session.execute(text(statement))
        app.db.session.commit()
    anew = """with op.batch_alter_table("things", recreate="always") as things:
        things.add_column(sa.Column("size", sa.Integer))"""
    service({"migrations/versions/0002.py": migration(anew)})
    assert flask_db(app, "upgrade").output == "applied 0002\n"
    with app.app_context():
        assert app.db.session.scalar(text("SELECT count(*) FROM parts")) == 1


def test_a_migration_that_leaves_keys_that_lead_nowhere(make: Make, service: Service) -> None:
    app = make()
    lost = """op.execute("CREATE TABLE parts (thing INTEGER REFERENCES things (id))")
    op.execute("INSERT INTO parts VALUES (7)")"""
    service({"migrations/versions/0002.py": migration(lost)})
    result = flask_db(app, "upgrade")
    assert result.exit_code == 1
    assert result.output == (
        "applied 0001\n"
        "Error: the migration 0002 leaves rows whose foreign keys lead nowhere, in parts: it has "
        "been taken back; correct it, or the rows\n"
    )
    service({"migrations/versions/0002.py": migration("pass")})
    assert flask_db(app, "upgrade").output == "applied 0002\n"


def test_the_heartbeat_is_red_until_the_schema_is_at_head(make: Make, service: Service) -> None:
    app = make(HEARTBEAT_CACHE=0)
    client = app.test_client()

    def told() -> object:
        return client.get("/__heartbeat__").get_json().get("details", {}).get("db", {})

    red = {"db": "the database lacks migrations: run flask db upgrade"}
    assert told()["messages"] == red  # type: ignore[index]
    flask_db(app, "upgrade")
    assert told() == {}
    newer = service({"migrations/versions/0002.py": migration("pass")})
    assert told()["messages"] == red  # type: ignore[index]
    flask_db(app, "upgrade")
    assert told() == {}
    # An old process beside a new one is not to be ended before its time.
    (newer / "migrations/versions/0002.py").unlink()
    assert told() == {}


def test_a_password_in_the_query_is_hidden(make: Make) -> None:
    app = make(DATABASE_URL="postgresql://me@127.0.0.1:1/shop?password=hidden")
    with app.app_context():
        assert app.db.engine.url.password == "hidden"
        assert "hidden" not in repr(app.db.engine) + str(app.config["SQLALCHEMY_DATABASE_URI"])
    response = app.test_client().get("/__heartbeat__")
    assert "hidden" not in response.text
    assert response.get_json()["details"]["db"]["messages"] == {
        "db": "the database does not answer"
    }


def test_the_password_is_not_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    app = make(DATABASE_URL="postgresql://me:hidden@127.0.0.1:1/shop")
    assert app.test_client().get("/count").status_code == 503
    assert app.test_client().get("/__heartbeat__").status_code == 500
    assert "does not answer" in caplog.text
    assert "hidden" not in caplog.text


def test_production_hides_parameters(make: Make) -> None:
    with make(APP_CHANNEL="production").app_context() as context:
        assert context.app.db.engine.hide_parameters  # type: ignore[attr-defined]


def test_the_pool(make: Make) -> None:
    app = make(
        DATABASE_URL="postgresql://me@127.0.0.1:1/shop",
        DATABASE_POOL_SIZE=2,
        DATABASE_POOL_OVERFLOW=3,
        DATABASE_POOL_TIMEOUT=4.0,
        DATABASE_POOL_RECYCLE=5,
    )
    with app.app_context():
        pool = app.db.engine.pool
    assert isinstance(pool, QueuePool)
    assert (pool.size(), pool._max_overflow, pool.timeout(), pool._recycle) == (2, 3, 4.0, 5)
    assert pool._pre_ping


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("DATABASE_POOL_SIZE", 0, "a whole number of connections, 1 or more"),
        ("DATABASE_POOL_OVERFLOW", -1, "a whole number of connections, 0 or more"),
        ("DATABASE_POOL_TIMEOUT", 0, "seconds, more than 0"),
        ("DATABASE_POOL_RECYCLE", 0, "a whole number of seconds, 1 or more"),
        ("DATABASE_CONNECT_TIMEOUT", 1, "a whole number of seconds, 2 or more"),
        ("DATABASE_STATEMENT_TIMEOUT", -1, "seconds, 0 or more"),
        ("DATABASE_IDLE_TIMEOUT", -1, "seconds, 0 or more"),
        ("DATABASE_BUSY_TIMEOUT", 0, "seconds, more than 0"),
        ("DATABASE_MIGRATION_WAIT", float("inf"), "seconds, 0 or more"),
    ],
)
def test_wrong_settings(make: Make, key: str, value: float, expected: str) -> None:
    with pytest.raises(SettingError, match=f"{key} of 'shop' is wrong: expected {expected};"):
        make(**{key: value})


def test_the_schema_is_current_after_the_upgrade_alone(make: Make) -> None:
    app = make()
    with app.app_context():
        assert not schema_is_current()
    flask_db(app, "upgrade")
    with app.app_context():
        assert schema_is_current()
    assert flask_db(app, "downgrade").output == "took back 0001\n"
    with app.app_context():
        assert not schema_is_current()


def test_the_models_can_be_compared_with_the_database(make: Make) -> None:
    app = make()
    assert flask_db(app, "check").exit_code == 1
    flask_db(app, "upgrade")
    assert flask_db(app, "check").exit_code == 0


def test_the_migrations_as_sql(make: Make) -> None:
    assert "CREATE TABLE things" in flask_db(make(), "upgrade", "--sql").output


def test_a_schema_that_is_not_current(make: Make) -> None:
    response = make().test_client().get("/count")
    assert response.status_code == 503
    assert (
        "The database schema is not up to date: "
        "the operator must run: flask --app shop.flask db upgrade"
    ) in response.text


def test_another_error_is_told_as_it_is(make: Make) -> None:
    app = make()
    flask_db(app, "upgrade")
    assert app.test_client().get("/typo").status_code == 500


def test_a_number_that_sqlite_cannot_take(make: Make) -> None:
    client = make().test_client()
    assert client.get("/double/3").text == "6"
    response = client.get(f"/double/{2**63}")
    assert response.status_code == 400
    assert (
        "The database cannot take a value: it is too long or too large, or not text."
        in response.text
    )


def test_a_database_that_does_not_answer(make: Make) -> None:
    app = make(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    response = app.test_client().get("/count")
    assert response.status_code == 503
    assert "The database does not answer. Try again later." in response.text


def test_a_state_directory_that_cannot_be_made(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/dev/null/state")
    app = make()
    with app.app_context(), pytest.raises(SettingError) as error:
        app.db.session.scalar(text("SELECT 1"))
    assert str(error.value) == (
        "cannot create /dev/null/state, where the database is to be: Not a directory; "
        "set STATE_DIRECTORY to a directory that can be written, or DATABASE_URL"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_means_psycopg_3(make: Make, scheme: str) -> None:
    app = make(DATABASE_URL=f"{scheme}://me:secret@example.org/shop")
    with app.app_context():
        assert app.db.engine.dialect.driver == "psycopg"
        assert app.db.engine.url.password == "secret"


@pytest.mark.parametrize("url", ["hidden", "mysql://me:hidden@localhost/shop", "postgresql://h:p/"])
def test_a_url_that_cannot_be_read(make: Make, url: str) -> None:
    with pytest.raises(SettingError) as error:
        make(DATABASE_URL=url)
    assert str(error.value) == (
        "the setting DATABASE_URL of 'shop' is wrong: "
        "expected postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE; "
        "correct it in the settings file, or in the environment variable that it reads"
    )


def test_two_apps_have_their_own_databases(make: Make, tmp_path: Path) -> None:
    one = make(DATABASE_URL=f"sqlite:///{tmp_path}/one.db")
    two = make(DATABASE_URL=f"sqlite:///{tmp_path}/two.db")
    flask_db(one, "upgrade")
    assert one.test_client().get("/count").status_code == 200
    assert two.test_client().get("/count").status_code == 503
