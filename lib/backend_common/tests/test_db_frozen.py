"""A PostgreSQL that is frozen: it keeps its connections, and says nothing."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

from backend_common import App, create_app
from backend_common.db.deadline import Connection
from database_service import database
from sqlalchemy import text

Service = Callable[..., Path]
Make = Callable[..., App]


@pytest.fixture
def url(given: Mapping[str, str]) -> Iterator[str]:
    if "DATABASE_URL" not in given or not shutil.which("needs"):
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    with database(given["DATABASE_URL"]) as found:
        yield found


@pytest.fixture
def make(service: Service, url: str) -> Iterator[Make]:
    service()
    apps = []

    def make_app(**settings: Any) -> App:
        config = {"DATABASE_URL": url, "DATABASE_STATEMENT_TIMEOUT": 1.0, "HEARTBEAT_CACHE": 0}
        app = create_app("shop", extensions=["db"], config={**config, **settings})
        apps.append(app)

        @app.get("/one")
        def one() -> str:
            return str(app.db.session.scalar(text("SELECT 1")))

        @app.get("/sleep/<seconds>")
        def sleep(seconds: str) -> str:
            app.db.session.execute(text(f"SELECT pg_sleep({float(seconds)})"))
            return "slept"

        @app.get("/frozen/<when>")
        def frozen(when: str) -> str:
            app.db.session.execute(text("CREATE TABLE IF NOT EXISTS rows (id int)"))
            app.db.session.commit()
            app.db.session.execute(text("INSERT INTO rows VALUES (1)"))
            needs("freeze")
            if when == "statement":
                app.db.session.execute(text("INSERT INTO rows VALUES (2)"))
            if when == "commit":
                app.db.session.commit()
            if when == "large":
                app.db.session.execute(text("SELECT length(:it)"), {"it": "x" * 50_000_000})
            return "written"

        return app

    yield make_app
    for app in apps:
        with app.app_context():
            app.db.engine.dispose()


def needs(action: str) -> None:
    subprocess.run(["needs", action, "postgresql"], check=True)


@pytest.fixture
def thawed() -> Iterator[None]:
    yield
    needs("thaw")


@contextmanager
def freezing() -> Iterator[None]:
    needs("freeze")
    try:
        yield
    finally:
        needs("thaw")


@pytest.mark.parametrize("when", ["statement", "commit", "large"])
@pytest.mark.usefixtures("thawed")
def test_a_request_is_answered_though_the_server_freezes_in_it(make: Make, when: str) -> None:
    app = make()
    response = app.test_client().get(f"/frozen/{when}")
    assert response.status_code == 503
    assert "The database does not answer. Try again later." in response.text
    assert response.headers["Retry-After"] == "5"
    needs("thaw")
    assert app.test_client().get("/one").text == "1"


@pytest.mark.usefixtures("thawed")
def test_a_transaction_that_nobody_ends_is_dropped(make: Make) -> None:
    app = make()
    assert app.test_client().get("/frozen/never").text == "written"
    needs("thaw")
    assert app.test_client().get("/one").text == "1"


def test_requests_to_a_frozen_server_are_answered(make: Make) -> None:
    app = make(DATABASE_POOL_SIZE=2)
    client = app.test_client()
    assert client.get("/one").text == "1"
    with freezing():
        found: list[int] = []
        threads = [
            threading.Thread(target=lambda: found.append(app.test_client().get("/one").status_code))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert found == [503] * 4
        response = client.get("/__heartbeat__")
        assert response.status_code == 500
    assert client.get("/one").text == "1"
    assert client.get("/one").text == "1"


def test_the_limit_of_the_server_comes_first(make: Make) -> None:
    """A statement that takes too long is no reason to give the connection up."""
    app = make()
    with app.app_context():
        before = app.db.session.scalar(text("SELECT pg_backend_pid()"))
    assert app.test_client().get("/sleep/30").status_code == 503
    with app.app_context():
        assert app.db.session.scalar(text("SELECT pg_backend_pid()")) == before


@pytest.mark.parametrize(
    ("option", "limit"),
    [("7s", 9), ("7000", 9), ("2min", 122), ("0", None)],
)
def test_a_limit_in_the_url_is_the_clients_too(
    make: Make, url: str, option: str, limit: float | None
) -> None:
    app = make(DATABASE_URL=f"{url}?options=-c%20statement_timeout%3D{option}")
    with app.app_context():
        connection = app.db.session.connection().connection.driver_connection
        assert isinstance(connection, Connection)
        assert connection.limit == limit


def test_a_statement_without_a_limit_takes_as_long_as_it_takes(make: Make) -> None:
    app = make(DATABASE_STATEMENT_TIMEOUT=0, DATABASE_CONNECT_TIMEOUT=2)
    assert app.test_client().get("/sleep/3").text == "slept"


def test_listening_may_take_longer(make: Make) -> None:
    app = make(DATABASE_STATEMENT_TIMEOUT=0.1)
    with app.app_context():
        connection = app.db.session.connection().connection.driver_connection
        assert isinstance(connection, Connection)
        connection.limit = 0.1
        connection.execute("LISTEN news")
        assert list(connection.notifies(timeout=0.5)) == []
