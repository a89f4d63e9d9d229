"""What happens with a real PostgreSQL, and with several processes."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

import sqlalchemy
from backend_common import App, create_app
from backend_common.db import config, engines, lock
from database_service import FILES, Thing, database, migration
from flask import request
from sqlalchemy import func, select, text

Service = Callable[..., Path]
Start = Callable[..., "subprocess.Popen[str]"]

CONCURRENT = """
with op.get_context().autocommit_block():
    op.create_index("slowly", "things", ["size"], postgresql_concurrently=True)
"""


@pytest.fixture
def server(given: Mapping[str, str]) -> str:
    if "DATABASE_URL" not in given or not shutil.which("needs"):
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    return given["DATABASE_URL"]


@pytest.fixture
def url(server: str) -> Iterator[str]:
    with database(server) as url:
        yield url


@pytest.fixture
def start(service: Service, given: Mapping[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start `flask db upgrade` as an operator does, in a process of its own."""
    source = service(FILES)
    support = Path(__file__).parent / "support"
    paths = os.pathsep.join(path for path in (str(source), str(support), *sys.path) if path)
    running = []

    def begin(**variables: str) -> "subprocess.Popen[str]":
        environment = {
            **{name: value for name, value in given.items() if not name.startswith("DATABASE_")},
            "PYTHONPATH": paths,
            "STATE_DIRECTORY": str(tmp_path / "state"),
            **variables,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "shop.flask", "db", "upgrade"],
            env=environment,
            text=True,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def make(service: Service) -> Iterator[Callable[..., App]]:
    service(FILES)
    apps = []

    def make_app(**settings: Any) -> App:
        app = create_app("shop", extensions=["db"], config=settings)
        apps.append(app)

        @app.get("/count")
        def count() -> str:
            return str(app.db.session.scalar(select(func.count()).select_from(Thing)))

        @app.get("/sleep")
        def sleep() -> str:
            return str(app.db.session.scalar(text("SELECT pg_sleep(60)")))

        @app.get("/cast/<kind>")
        def cast(kind: str) -> str:
            value = request.args["value"]
            return str(app.db.session.scalar(text(f"SELECT CAST(:it AS {kind})"), {"it": value}))

        @app.get("/divide")
        def divide() -> str:
            return str(app.db.session.scalar(text("SELECT 1 / 0")))

        return app

    yield make_app
    for app in apps:
        with app.app_context():
            app.db.engine.dispose()


def needs(action: str) -> None:
    subprocess.run(["needs", action, "postgresql"], check=True)


def upgrade(app: App) -> None:
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output


def ends(processes: Sequence["subprocess.Popen[str]"]) -> list[str]:
    """Wait for processes, which must succeed; return what they wrote."""
    written = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), written
    return written


# Migrations.


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_of_several_upgrades_does_the_work(
    request: pytest.FixtureRequest, start: Start, service: Service, tmp_path: Path, kind: str
) -> None:
    service({**migration(2, CONCURRENT), **migration(3, "import time; time.sleep(1)")})
    sqlite = f"sqlite:///{tmp_path}/shop.db"
    url = sqlite if kind == "sqlite" else request.getfixturevalue("url")
    written = ends([start(DATABASE_URL=url) for _ in range(4)])
    lines = [line for text in written for line in text.splitlines() if line.startswith("applied")]
    assert lines == ["applied 0001", "applied 0002", "applied 0003"]


def test_waiting_for_another_upgrade_has_an_end(start: Start, make: Any, url: str) -> None:
    read = config.of(make(DATABASE_URL=url))
    with lock.held(read):
        process = start(DATABASE_URL=url, DATABASE_MIGRATION_WAIT="0.1")
        written = process.communicate(timeout=60)[1]
        with engines.unpooled(read, timeout=0).connect() as connection:
            pids = connection.scalars(text("SELECT pid FROM pg_locks WHERE locktype = 'advisory'"))
            (pid,) = set(pids)
    assert process.returncode == 1
    assert written == (
        "waiting for other migrations of this database to end\n"
        "Error: waited 0.1 s (DATABASE_MIGRATION_WAIT) for other migrations of this database, by "
        f"the server's process {pid} (pg_stat_activity, pg_terminate_backend): let that end, or "
        "end it, and try again\n"
    )
    ends([start(DATABASE_URL=url)])


def test_waiting_in_sqlite_has_an_end(start: Start, make: Any, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with lock.held(config.of(make(DATABASE_URL=url))):
        process = start(DATABASE_URL=url, DATABASE_MIGRATION_WAIT="0.1")
        written = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert f"by a process that has locked {tmp_path}: let that end, or end it" in written


def test_who_dies_lets_the_others_go_on(start: Start, service: Service, url: str) -> None:
    service(migration(2, "import time; time.sleep(0 if __import__('os').getenv('GO') else 600)"))
    first = start(DATABASE_URL=url)
    assert first.stderr
    assert first.stderr.readline() == "applied 0001\n"
    second = start(DATABASE_URL=url, GO="1")
    assert second.stderr
    assert second.stderr.readline() == "waiting for other migrations of this database to end\n"
    first.kill()
    assert ends([second]) == ["applied 0002\n"]


def test_no_server(start: Start) -> None:
    process = start(DATABASE_URL="postgresql://me:hidden@127.0.0.1:1/shop")
    written = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert written.startswith(
        "Error: cannot connect to postgresql+psycopg://me:***@127.0.0.1:1/shop: connection"
    )
    assert written.endswith("; correct DATABASE_URL, or start it\n")
    assert "hidden" not in written


def test_migrations_take_as_long_as_they_take(make: Any, service: Service, url: str) -> None:
    service(migration(2, "op.execute('SELECT pg_sleep(0.5)')"))
    upgrade(make(DATABASE_URL=url, DATABASE_STATEMENT_TIMEOUT=0.1))


# Requests.


def test_a_statement_that_takes_too_long(make: Any, url: str) -> None:
    app = make(DATABASE_URL=url, DATABASE_STATEMENT_TIMEOUT=0.1)
    response = app.test_client().get("/sleep")
    assert response.status_code == 503
    assert "The database is busy. Try again later." in response.text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "a%00b"),
        ("integer", "99999999999"),
        ("integer", "one"),
        ("date", "tomorrows"),
        ("date", "2030-02-31"),
    ],
)
def test_a_value_that_it_cannot_take(make: Any, url: str, kind: str, value: str) -> None:
    response = make(DATABASE_URL=url).test_client().get(f"/cast/{kind}?value={value}")
    assert response.status_code == 400
    assert "The database cannot take a value" in response.text


def test_an_error_of_the_code_is_no_value(make: Any, url: str) -> None:
    assert make(DATABASE_URL=url).test_client().get("/divide").status_code == 500


def test_a_pool_without_a_free_connection(make: Any, url: str) -> None:
    app = make(
        DATABASE_URL=url,
        DATABASE_POOL_SIZE=1,
        DATABASE_POOL_OVERFLOW=0,
        DATABASE_POOL_TIMEOUT=0.1,
        HEARTBEAT_CACHE=0,
    )
    upgrade(app)
    with app.app_context():
        taken = app.db.engine.connect()
    response = app.test_client().get("/count")
    assert response.status_code == 503
    assert "The database is busy. Try again later." in response.text
    assert app.test_client().get("/__heartbeat__").status_code == 200
    taken.close()
    assert app.test_client().get("/count").text == "0"


def test_options_in_the_url_win(make: Any, url: str) -> None:
    app = make(DATABASE_URL=f"{url}?application_name=mine&options=-c%20statement_timeout%3D7s")
    with app.app_context():
        assert app.db.session.scalar(text("SHOW application_name")) == "mine"
        assert app.db.session.scalar(text("SHOW statement_timeout")) == "7s"


def test_the_server_knows_who_connects(make: Any, url: str) -> None:
    with make(DATABASE_URL=url).app_context() as context:
        session = context.app.db.session
        assert session.scalar(text("SHOW application_name")) == "shop"
        assert session.scalar(text("SHOW statement_timeout")) == "30s"


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_under_load(make: Any, url: str, end: str) -> None:
    app = make(DATABASE_URL=url)
    upgrade(app)
    answers: list[tuple[float, int]] = []
    done = threading.Event()

    def load() -> None:
        client = app.test_client()
        while not done.is_set():
            began = time.monotonic()
            answers.append((began, client.get("/count").status_code))

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        needs(end)
        time.sleep(0.5)
    finally:
        needs("start")
        back = time.monotonic()
        time.sleep(1)
        done.set()
        for thread in threads:
            thread.join()
    assert {status for _, status in answers} == {200, 503}
    afterwards = [status for began, status in answers if began >= back]
    assert len(afterwards) > 6
    assert set(afterwards) == {200}


def test_what_the_pool_kept_is_not_given_to_anybody(make: Any, url: str) -> None:
    app = make(DATABASE_URL=url)
    upgrade(app)
    with app.app_context():
        connections = [app.db.engine.connect() for _ in range(5)]
        for connection in connections:
            connection.execute(sqlalchemy.text("SELECT 1"))
            connection.close()
    needs("stop")
    needs("start")
    client = app.test_client()
    assert [client.get("/count").status_code for _ in range(10)] == [200] * 10
