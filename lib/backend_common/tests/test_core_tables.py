from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, ExtensionError, create_app
from backend_common.core import tables

Service = Callable[..., Path]


@pytest.fixture
def app(service: Service) -> App:
    service()
    return create_app("shop", extensions=["db"])


NOTES = tables.Table("notes", lambda db: [db.Column("text", db.String, primary_key=True)])


def write(app: App, text: str) -> Any:
    return NOTES.execute(app, lambda table: table.insert().values(text=text))


def test_declared_tables_are_made(app: App) -> None:
    NOTES.declare(app)
    tables.make_all(app, app.db)
    assert "notes" in app.db.metadata.tables


def test_a_table_that_is_not_there_is_named(app: App) -> None:
    with app.app_context(), pytest.raises(ExtensionError) as error:
        write(app, "a")
    assert str(error.value) == (
        "the database of 'shop' lacks the table notes: add it to the migrations "
        "(flask db migrate), and apply them (flask db upgrade)"
    )


def test_other_errors_stay_what_they_are(app: App) -> None:
    with app.app_context():
        NOTES.of(app.db).create(app.db.engine)
        with pytest.raises(app.db.exc.OperationalError, match="no such column"):
            NOTES.execute(app, lambda _: app.db.text("SELECT x FROM notes"))


def test_a_row_that_is_there_already_ends_no_transaction(app: App) -> None:
    with app.app_context():
        NOTES.of(app.db).create(app.db.engine)
        write(app, "a")
        with pytest.raises(app.db.exc.IntegrityError):
            write(app, "a")
        app.db.session.commit()
        found = NOTES.execute(app, lambda table: table.select())
        assert [row.text for row in found] == ["a"]
