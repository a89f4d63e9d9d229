"""What clients and the heartbeat hear when a database refuses, on SQLite and on PostgreSQL."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

import sqlalchemy
from backend_common import App, create_app
from backend_common.db import GetOrCreate, faults
from database_service import database
from flask import request
from sqlalchemy import ForeignKey, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

Service = Callable[..., Path]
Make = Callable[..., App]


class Base(DeclarativeBase):
    """The models of these tests."""


class Tree(GetOrCreate, Base):
    """A row that requests change and delete."""

    __tablename__ = "trees"
    __mapper_args__ = {"confirm_deleted_rows": False}  # noqa: RUF012  SQLAlchemy's way

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    notes: Mapped[list["Note"]] = relationship()


class Note(Base):
    """A row that needs another one."""

    __tablename__ = "notes"
    __mapper_args__ = {"confirm_deleted_rows": False}  # noqa: RUF012  SQLAlchemy's way

    id: Mapped[int] = mapped_column(primary_key=True)
    tree: Mapped[int] = mapped_column(ForeignKey(Tree.id))
    text: Mapped[str]


# What PostgreSQL may say, by its state: the status, and what the heartbeat says.
FULL = "the database has no room: free some on its disk"
READ_ONLY = "the database cannot be written to: is it a standby, or opened read-only?"
BROKEN = "the database cannot read or write its files: see its own log"
# The status, the seconds in Retry-After, and the fault that turns the heartbeat red.
STATES = {
    "08006": (503, 5, None),
    "25006": (503, 10, READ_ONLY),
    "40001": (503, 1, None),
    "40P01": (503, 1, None),
    "53100": (503, 60, FULL),
    "53200": (503, 60, FULL),
    "53300": (503, 5, None),
    "53400": (503, 60, FULL),
    "55P03": (503, 1, None),
    "57014": (503, 1, None),
    "57P01": (503, 5, None),
    "57P03": (503, 5, None),
    "58030": (503, 60, BROKEN),
    "XX001": (503, 60, BROKEN),
    "23503": (409, None, None),
    "23505": (409, None, None),
    "23P01": (409, None, None),
    "23502": (500, None, None),
    "23514": (500, None, None),
    "42501": (500, None, None),
    "42P01": (500, None, None),
    "22012": (500, None, None),
    "P0001": (500, None, None),
    "XX000": (500, None, None),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    found: str = request.getfixturevalue("postgresql")
    return found


@pytest.fixture
def postgresql(given: Mapping[str, str]) -> Iterator[str]:
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    with database(given["DATABASE_URL"]) as found:
        yield found


@pytest.fixture
def make(service: Service) -> Iterator[Make]:
    service()
    apps = []

    def make_app(url: str, **settings: Any) -> App:
        config = {"DATABASE_URL": url, "HEARTBEAT_CACHE": 0, **settings}
        app = create_app("shop", extensions=["db"], config=config)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        apps.append(app)
        with app.app_context():
            Base.metadata.create_all(app.db.engine)
            app.db.session.merge(Tree(id=1, name="one"))
            app.db.session.commit()
        return app

    yield make_app
    for app in apps:
        with app.app_context():
            app.db.engine.dispose()


def heartbeat(app: App) -> str | None:
    details = app.test_client().get("/__heartbeat__").get_json()["details"]
    return details.get("db", {}).get("messages", {}).get("db")  # type: ignore[no-any-return]


# Requests that collide.


def meanwhile(app: App, statement: str) -> None:
    """Have another connection commit *statement*."""
    with app.db.engine.connect() as other, other.begin():
        other.execute(text(statement))


def test_a_row_that_is_deleted_before_it_is_changed(make: Make, url: str) -> None:
    app = make(url)

    @app.put("/tree")
    def put() -> str:
        tree = app.db.session.get_one(Tree, 1)
        meanwhile(app, "DELETE FROM trees")
        tree.name = "two"
        app.db.session.commit()
        return ""

    response = app.test_client().put("/tree")
    assert response.status_code == 409
    assert "Another request has changed or deleted the same. Look at it, and" in response.text


def test_a_row_that_is_deleted_before_it_is_read_again(make: Make, url: str) -> None:
    app = make(url)

    @app.get("/tree")
    def get() -> str:
        tree = app.db.session.get_one(Tree, 1)
        app.db.session.commit()
        meanwhile(app, "DELETE FROM trees")
        return tree.name

    assert app.test_client().get("/tree").status_code == 409


def test_a_row_whose_parent_is_deleted(make: Make, url: str) -> None:
    app = make(url)

    @app.post("/notes")
    def post() -> str:
        app.db.session.add(Note(tree=int(request.args["tree"]), text="secret"))
        app.db.session.commit()
        return ""

    client = app.test_client()
    assert client.post("/notes?tree=1").status_code == 200
    response = client.post("/notes?tree=7")
    assert response.status_code == 409
    assert "secret" not in response.text


@pytest.mark.parametrize("row", [{"id": 1, "name": "secret"}, {"name": "one"}, {"name": "two"}])
def test_a_row_that_is_there_already(
    make: Make, url: str, row: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    app = make(url, APP_CHANNEL="production")

    @app.post("/trees")
    def post() -> str:
        app.db.session.add_all([Tree(id=2, name="two"), Tree(**{"id": 3, **row})])
        app.db.session.commit()
        return ""

    @app.get("/trees")
    def get() -> str:
        return str(len(app.db.session.scalars(select(Tree)).all()))

    response = app.test_client().post("/trees")
    assert response.status_code == 409
    assert "There is the same already. Look at it, and change the request." in response.text
    assert "requests collided" in caplog.text
    assert "secret" not in response.text + caplog.text
    assert app.test_client().get("/trees").text == "1"


def test_a_value_that_is_missing_is_the_fault_of_the_code(make: Make, url: str) -> None:
    app = make(url)

    @app.post("/trees")
    def post() -> str:
        app.db.session.add(Tree(name=None))
        app.db.session.commit()
        return ""

    assert app.test_client().post("/trees").status_code == 500


@pytest.mark.parametrize("name", ["\ud800", "a\udfffb", "\udc80" * 3])
def test_a_half_of_a_surrogate_pair_is_refused(make: Make, url: str, name: str) -> None:
    """JSON may have one, and Python's text, but no database."""
    app = make(url)

    @app.post("/trees")
    def post() -> str:
        app.db.session.add(Tree(name=request.get_json()))
        app.db.session.commit()
        return ""

    @app.get("/trees")
    def get() -> str:
        return str(app.db.session.scalars(select(Tree).filter_by(name=name)).all())

    client = app.test_client()
    response = client.post("/trees", json=name)
    assert response.status_code == 400
    assert "too long or too large, or not text" in response.text
    assert client.get("/trees").status_code == 400


# What PostgreSQL says with values of rows in it, and what an error says of that in production.
TELLING = {
    "INSERT INTO trees (id, name) VALUES (7, 'hunter2'), (8, 'hunter2')": (
        'duplicate key value violates unique constraint "trees_name_key"'
    ),
    "INSERT INTO trees (id, name) VALUES (7, 'hunter2'), (8, NULL)": (
        'null value in column "name" of relation "trees" violates not-null constraint'
    ),
    "ALTER TABLE trees ADD CHECK (name <> 'x'); INSERT INTO trees VALUES (314159, 'x')": (
        'new row for relation "trees" violates check constraint "trees_name_check"'
    ),
    "INSERT INTO notes (id, tree, text) VALUES (1, 314159, 'hunter2')": (
        "violates foreign key constraint"
    ),
    "SELECT CAST('hunter2' AS integer)": "invalid input syntax for type integer",
    "SELECT CAST('hunter2' AS timestamp)": "invalid input syntax for type timestamp",
    "SELECT CAST('{\"hunter2\"' AS jsonb)": "invalid input syntax for type json",
    "DO $$ BEGIN RAISE EXCEPTION 'refused' USING DETAIL = 'hunter2'; END $$": "refused",
    "DO $$ BEGIN RAISE EXCEPTION 'refused' USING HINT = 'an advice'; END $$": "an advice",
    "DO $$ BEGIN RAISE EXCEPTION 'late' USING ERRCODE = '40P01', DETAIL = 'which'; END $$": "which",
}


@pytest.mark.parametrize("statement", TELLING)
def test_errors_in_production_have_no_values_of_rows(
    make: Make, postgresql: str, statement: str
) -> None:
    app = make(postgresql, APP_CHANNEL="production")

    with (
        app.app_context(),
        pytest.raises(DBAPIError) as caught,
        app.db.engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    # The text of a statement is the code's own; the values of its parameters are not.
    said = str(caught.value).partition("[SQL:")[0] + str(caught.value.orig)
    assert TELLING[statement] in said
    assert "hunter2" not in said
    assert "314159" not in said


def test_development_shows_the_values(make: Make, postgresql: str) -> None:
    app = make(postgresql)
    statement = "INSERT INTO trees (id, name) VALUES (7, 'hunter2'), (8, 'hunter2')"
    shown = pytest.raises(IntegrityError, match=r"\(name\)=\(hunter2\)")
    with app.app_context(), shown, app.db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_put_beside_delete_is_no_500(make: Make, postgresql: str) -> None:
    app = make(postgresql)
    statuses: list[int] = []

    @app.put("/tree")
    def put() -> str:
        session: Session = app.db.session()
        tree, is_new = Tree.get_or_create(session, name="both")
        if not is_new:
            tree.notes.append(Note(text="changed"))
            tree.name = "both "
            session.flush()
            tree.name = "both"
        session.commit()
        return tree.name

    @app.delete("/tree")
    def delete() -> str:
        session: Session = app.db.session()
        tree = session.scalar(select(Tree).where(Tree.name == "both"))
        if tree is not None:
            for note in tree.notes:
                session.delete(note)
            session.delete(tree)
        session.commit()
        return ""

    def send(method: str) -> None:
        client = app.test_client()
        for _ in range(40):
            statuses.append(client.open("/tree", method=method).status_code)

    threads = [threading.Thread(target=send, args=[it]) for it in ("PUT", "DELETE") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 240
    assert set(statuses) <= {200, 409, 503}
    assert 200 in statuses


# Failures of the server.


def failing(app: App) -> None:
    """Let ``/fail?state=`` be a request in which PostgreSQL raises that state."""

    @app.get("/fail")
    def fail() -> str:
        state = request.args["state"]
        app.db.session.execute(
            text(f"DO $$ BEGIN RAISE EXCEPTION 'hidden' USING ERRCODE = '{state}'; END $$")
        )
        return ""

    @app.get("/write")
    def write() -> str:
        app.db.session.execute(text("UPDATE trees SET name = 'again'"))
        app.db.session.commit()
        return ""

    @app.get("/read")
    def read() -> str:
        app.db.session.execute(text("SELECT 1"))
        app.db.session.commit()
        return ""


@pytest.mark.parametrize("state", STATES)
def test_the_state_decides(make: Make, postgresql: str, state: str) -> None:
    status, pause, fault = STATES[state]
    app = make(postgresql)
    failing(app)
    client = app.test_client()
    response = client.get(f"/fail?state={state}")
    assert response.status_code == status
    assert "hidden" not in response.text
    assert response.headers.get("Retry-After", type=int) == pause
    assert heartbeat(app) == fault
    assert client.get("/read").status_code == 200
    assert heartbeat(app) == fault
    assert client.get("/write").status_code == 200
    assert heartbeat(app) is None


def test_a_fault_is_forgotten_after_a_while(
    make: Make, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make(postgresql)
    failing(app)
    app.test_client().get("/fail?state=53100")
    assert heartbeat(app) == FULL
    monkeypatch.setattr(faults, "MEMORY", 0.0)
    assert heartbeat(app) is None


def test_a_full_disk_of_sqlite(make: Make, tmp_path: Path) -> None:
    app = make(f"sqlite:///{tmp_path}/shop.db")
    failing(app)
    with app.app_context():
        engine = app.db.engine

    def limit(connection: sqlite3.Connection, *_: Any) -> None:
        connection.execute("PRAGMA max_page_count = 10")

    @app.post("/notes")
    def post() -> str:
        app.db.session.add(Note(tree=1, text="x" * 10_000))
        app.db.session.commit()
        return ""

    event.listen(engine, "connect", limit)
    engine.dispose()
    client = app.test_client()
    answers = [client.post("/notes") for _ in range(10)]
    assert {it.status_code for it in answers} == {200, 503}
    assert "The database has no room. Try again later." in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "60"
    assert heartbeat(app) == FULL
    event.remove(engine, "connect", limit)
    engine.dispose()
    assert client.post("/notes").status_code == 200
    assert heartbeat(app) is None


def test_a_database_that_is_opened_to_be_read_alone(make: Make, tmp_path: Path) -> None:
    make(f"sqlite:///{tmp_path}/shop.db")
    app = create_app(
        "shop",
        extensions=["db"],
        config={
            "DATABASE_URL": f"sqlite:///file:{tmp_path}/shop.db?uri=true&mode=ro",
            "HEARTBEAT_CACHE": 0,
        },
    )
    failing(app)
    client = app.test_client()
    assert client.get("/read").status_code == 200
    assert heartbeat(app) is None
    assert client.get("/write").status_code == 503
    assert heartbeat(app) == READ_ONLY


def test_a_standby_takes_no_changes(make: Make, postgresql: str) -> None:
    app = make(postgresql)
    failing(app)
    with app.app_context():
        url = sqlalchemy.make_url(postgresql).set(drivername="postgresql+psycopg")
        other = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
        with other.connect() as connection:
            name = url.database
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only=on"))
        other.dispose()
        app.db.engine.dispose()
    assert app.test_client().get("/write").status_code == 503
    assert heartbeat(app) == READ_ONLY


def test_a_file_that_is_no_database(make: Make, tmp_path: Path) -> None:
    app = make(f"sqlite:///{tmp_path}/shop.db")
    failing(app)
    with app.app_context():
        app.db.engine.dispose()
    for path in tmp_path.glob("shop.db*"):
        path.write_bytes(b"something else" * 1000)
    assert app.test_client().get("/read").status_code in (200, 503)
    assert app.test_client().get("/write").status_code == 503
    assert heartbeat(app) == "the database does not answer"


def test_a_deadlock_is_a_503_that_may_be_tried_again(make: Make, postgresql: str) -> None:
    app = make(postgresql)
    with app.app_context():
        app.db.session.add(Tree(id=2, name="two"))
        app.db.session.commit()
    barrier = threading.Barrier(2)
    found: list[Any] = []

    @app.get("/lock/<int:first>/<int:second>")
    def lock(first: int, second: int) -> str:
        change = text("UPDATE trees SET name = name WHERE id = :id")
        app.db.session.execute(change, {"id": first})
        barrier.wait(30)
        app.db.session.execute(change, {"id": second})
        app.db.session.commit()
        return ""

    threads = [
        threading.Thread(target=lambda path=path: found.append(app.test_client().get(path)))
        for path in ("/lock/1/2", "/lock/2/1")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(it.status_code for it in found) == [200, 503]
    (failed,) = [it for it in found if it.status_code == 503]
    assert failed.headers["Retry-After"] == "1"
    assert "The request collided with another one. Try again." in failed.text


def test_too_many_connections(make: Make, postgresql: str) -> None:
    app = make(postgresql)
    failing(app)
    url = sqlalchemy.make_url(postgresql).set(drivername="postgresql+psycopg")
    with app.app_context():
        app.db.engine.dispose()
    user = "limited"
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP ROLE IF EXISTS {user}"))
        connection.execute(text(f"CREATE ROLE {user} LOGIN PASSWORD 'p' CONNECTION LIMIT 0"))
    limited = url.set(username=user, password="p").render_as_string(hide_password=False)
    app = create_app("shop", extensions=["db"], config={"DATABASE_URL": limited})
    failing(app)
    try:
        response = app.test_client().get("/read")
        assert response.status_code == 503
        assert "The database does not answer. Try again later." in response.text
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP ROLE {user}"))
        engine.dispose()


def test_a_transaction_that_does_nothing_is_ended(make: Make, postgresql: str) -> None:
    app = make(postgresql, DATABASE_IDLE_TIMEOUT=0.2)

    @app.get("/idle")
    def idle() -> str:
        app.db.session.execute(text("SELECT 1"))
        threading.Event().wait(1)
        app.db.session.execute(text("SELECT 1"))
        return ""

    response = app.test_client().get("/idle")
    assert response.status_code == 503
    assert "The database does not answer" in response.text


def test_a_request_ends_its_session_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make("sqlite://")
    ended: list[object] = []
    remove = app.db.session.remove
    monkeypatch.setattr(app.db.session, "remove", lambda: ended.append(remove()))
    with app.app_context():
        app.db.session.execute(text("SELECT 1"))
    assert len(ended) == 1


def test_a_session_that_cannot_end_is_gone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make("sqlite://")

    def fail(_: Session) -> None:
        raise sqlalchemy.exc.OperationalError(None, None, Exception("gone"))

    with app.app_context():
        context = app.db.session.registry.scopefunc()
        app.db.session.execute(text("SELECT 1"))
        with monkeypatch.context() as failing:
            failing.setattr(Session, "close", fail)
            failing.setattr(Session, "invalidate", lambda _: failing.undo())
            app.do_teardown_appcontext()
        assert context not in app.db.session.registry.registry
