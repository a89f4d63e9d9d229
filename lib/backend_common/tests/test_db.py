from collections.abc import Callable
from pathlib import Path

import pytest
from backend_common import App, SettingError, create_app
from backend_common.db import schema_is_current
from click.testing import Result
from sqlalchemy import text

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


@pytest.fixture
def make(service: Service) -> Make:
    service({"migrations/env.py": ENV, "migrations/versions/0001_things.py": VERSION})

    def make_app(**config: str) -> App:
        app = create_app("shop", extensions=["db"], config=config)

        @app.get("/count")
        def count() -> str:
            return str(app.db.session.scalar(text("SELECT count(*) FROM things")))

        @app.get("/typo")
        def typo() -> str:
            return str(app.db.session.scalar(text("SELECT count(*) FROM thinks")))

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


def test_sqlite_checks_foreign_keys(make: Make) -> None:
    app = make()
    with app.app_context():
        assert app.db.session.scalar(text("PRAGMA foreign_keys")) == 1


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
