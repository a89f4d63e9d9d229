"""The pytest plugin, used by the tests of a service that is written here."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

PROJECT = """
[project]
name = "shop"

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "--strict-markers"]
filterwarnings = ["error"]
"""
SERVICE = """
import backend_common
import flask
from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

EXTENSIONS = ["log", "auth", "db", "pulse"]


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"
    name: Mapped[str] = mapped_column(String(9), primary_key=True)


def create_app(config=None):
    app = backend_common.create_app("shop", extensions=EXTENSIONS, config=config)

    @app.get("/things")
    def get():
        app.log.info("listed", by="shop")
        return sorted(app.db.session.scalars(select(Thing.name)))

    @app.put("/things/<name>")
    def put(name):
        app.db.session.add(Thing(name=name))
        app.pulse.publish("things.added", {"name": name})
        app.db.session.commit()
        return name

    @app.post("/fail/<name>")
    def fail(name):
        app.db.session.add(Thing(name=name))
        app.pulse.publish("things.added", {"name": name})
        app.db.session.flush()
        flask.abort(400)

    @app.delete("/things")
    @app.auth.require_permissions(["shop/things/delete"])
    def delete():
        return app.auth.current_user.name

    return app
"""
ENV = """
from backend_common.db import run_migrations
from shop import Base

run_migrations(Base.metadata)
"""
VERSION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.create_table("things", sa.Column("name", sa.String(9), primary_key=True))
    op.create_table(
        "pulse_outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("message", sa.String(36), nullable=False, unique=True),
        sa.Column("routing_key", sa.String(255), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
    )
"""
FILES = {
    "pyproject.toml": PROJECT,
    "settings.py": "",
    "shop/__init__.py": SERVICE,
    "migrations/env.py": ENV,
    "migrations/versions/0001_things.py": VERSION,
}
TESTS = """
from threading import Barrier, Thread

import pytest
import sqlalchemy
from backend_common.testing.database import OverlapError
from shop import Thing
from sqlalchemy.orm import Session


def things(client):
    return client.get("/things").get_json()


@pytest.mark.parametrize("time", ["first", "second", "third"])
def test_what_is_committed_is_gone_afterwards(client, time):
    assert things(client) == []
    client.put("/things/a")
    assert things(client) == ["a"]


def test_a_failure_takes_back_its_own_alone(client):
    client.put("/things/a")
    assert client.put("/things/a").status_code == 409
    client.post("/fail/b")
    client.put("/things/c")
    assert things(client) == ["a", "c"]


def test_a_session_of_the_test(client, db_session):
    db_session.add(Thing(name="a"))
    db_session.commit()
    client.put("/things/b")
    assert things(client) == ["a", "b"]
    assert db_session.get(Thing, "b")
    client.put("/things/c")
    db_session.rollback()
    assert things(client) == ["a", "b"]


def test_a_savepoint(app, client, db_session):
    db_session.add(Thing(name="a"))
    with db_session.begin_nested() as inner:
        db_session.add(Thing(name="b"))
        inner.rollback()
    db_session.commit()
    assert things(client) == ["a"]


def test_transactions_that_overlap(app):
    with app.app_context():
        one, two = app.db.engine.connect(), app.db.engine.connect()
    one.begin()
    two.begin()
    with pytest.raises(OverlapError, match="mark the test @pytest.mark.own_database"):
        one.commit()


@pytest.mark.own_database
def test_transactions_that_overlap_in_a_database_of_their_own(app, db_session, database_server):
    with app.app_context(), Session(app.db.engine) as other:
        db_session.execute(sqlalchemy.select(Thing)).all()
        other.execute(sqlalchemy.select(Thing)).all()
        db_session.commit()
        other.commit()


@pytest.mark.own_database
@pytest.mark.parametrize("time", ["first", "second"])
def test_threads(app, client, time):
    assert things(client) == []
    barrier = Barrier(4)

    def put(name):
        client = app.test_client()
        barrier.wait()
        client.put(f"/things/{name}")

    threads = [Thread(target=put, args=name) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert things(client) == ["a", "b", "c", "d"]


@pytest.mark.own_database(migrated=False)
def test_an_empty_database(client):
    assert client.get("/things").status_code == 503


def test_the_heartbeat(client):
    assert client.get("/__heartbeat__").status_code == 200


def test_a_user_with_permissions(client, user):
    assert client.delete("/things").status_code == 401
    assert user("shop/things/add").delete("/things").status_code == 403
    assert user("shop/things/*").delete("/things").text == "tester"
    assert user("shop/things/delete", name="alice").delete("/things").text == "alice"


@pytest.mark.parametrize("time", ["first", "second"])
def test_messages(client, messages, time):
    client.put("/things/a")
    client.post("/fail/b")
    assert [(it.routing_key, it.payload) for it in messages] == [("things.added", {"name": "a"})]


def test_logs(app, client, logs):
    client.get("/things", headers={"X-Request-ID": "abc"})
    app.logger.warning("%d left", 3)
    listed, request, left = logs
    assert listed == {"event": "listed", "by": "shop", "level": "info", "request_id": "abc"}
    assert request["route"] == "/things"
    assert left == {"event": "3 left", "level": "warning"} | left


@pytest.fixture
def app_config():
    return {"LOG_FORMAT": "json"}


def test_settings(app):
    assert app.config["TESTING"]
    assert app.config["LOG_FORMAT"] == "json"


def test_another_app(make_app, tmp_path):
    assert make_app({"LOG_LEVEL": "ERROR"}).config["LOG_LEVEL"] == "ERROR"


closed = []
kept = []


def test_an_app_that_connects(make_app):
    app = make_app({})
    kept.append(app)
    with app.app_context():
        sqlalchemy.event.listen(app.db.engine, "close", lambda *_: closed.append(True))
        with app.db.engine.connect():
            assert not closed


def test_its_connections_end_with_the_test():
    assert closed == [True]
"""

WHICH_SERVICE = (
    r"which service is tested\? Put the test below the service's directory, whose pyproject.toml "
    r"names the project, or override the fixture service_name \(docs/testing.md\)"
)

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, given: Mapping[str, str]) -> Run:
    """Write files, over those of the service, run pytest among them, and return what it says."""

    def call(more: Mapping[str, str], *arguments: str) -> str:
        for path, text in {**FILES, **more}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        # In a development shell, the library itself is found by this variable.
        path = os.pathsep.join(filter(None, [str(tmp_path), given.get("PYTHONPATH")]))
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-vv", *arguments],
            cwd=tmp_path,
            env={**given, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            text=True,
            capture_output=True,
            check=False,
        )
        return result.stdout + result.stderr

    return call


def test_what_a_service_gets(run: Run, given: Mapping[str, str]) -> None:
    said = run({"tests/test_shop.py": TESTS})
    servers = {"sqlite", "postgresql"} if "DATABASE_URL" in given else {"sqlite"}
    assert set(re.findall(r"test_the_heartbeat\[(\w+)\] PASSED", said)) == servers
    assert not re.search(r"FAILED|ERROR", said), said


def test_an_application_that_begins_transactions_by_itself(run: Run) -> None:
    listen = """
    with app.app_context():
        engine = app.db.engine
    event.listen(engine, "connect", lambda it, _: setattr(it, "isolation_level", None))
    event.listen(engine, "begin", lambda it: it.exec_driver_sql("BEGIN IMMEDIATE"))
    return app
"""
    service = SERVICE.replace("\n    return app\n", listen).replace("String,", "String, event,")
    said = run({"shop/__init__.py": service, "tests/test_shop.py": TESTS}, "-k", "sqlite")
    assert "test_what_is_committed_is_gone_afterwards[sqlite-second] PASSED" in said
    # Here, a transaction that reads waits for another one.
    failed = set(re.findall(r"(\w+)\[[\w-]+\] (?:FAILED|ERROR)", said))
    assert failed == {"test_transactions_that_overlap_in_a_database_of_their_own"}, said


def test_migrations_that_fail(run: Run) -> None:
    version = VERSION.replace("create_table", "no_such_thing")
    test = "def test_it(app):\n    pass\n"
    said = run({"migrations/versions/0001_things.py": version, "tests/test_it.py": test})
    assert "MigrationError: flask db upgrade failed: AttributeError(" in said
    assert "no_such_thing" in said


@pytest.mark.parametrize("name", ["Shop", "shop", "SHOP"])
def test_the_module_of_a_project(run: Run, name: str) -> None:
    test = "def test_it(service_name):\n    assert service_name == 'shop'\n"
    project = f'[project]\nname = "{name}"\n'
    assert "1 passed" in run({"pyproject.toml": project, "tests/test_it.py": test})


@pytest.mark.parametrize("name", ["acme.shop", "acme-shop", "Acme__Shop", "acme.-_shop"])
def test_the_module_of_a_project_with_several_words(run: Run, name: str) -> None:
    test = "def test_it(service_name):\n    assert service_name == 'acme_shop'\n"
    project = f'[project]\nname = "{name}"\n'
    assert "1 passed" in run({"pyproject.toml": project, "tests/test_it.py": test})


def test_no_project(run: Run) -> None:
    test = "def test_it(app):\n    pass\n"
    said = run({"pyproject.toml": "[tool.pytest.ini_options]\n", "tests/test_it.py": test})
    assert re.search(rf"\S+/pyproject.toml names no project: {WHICH_SERVICE}", said)
    assert "Traceback" not in said
    assert "testing/__init__.py" not in said


# As in a workspace, whose own project is no service.
WORKSPACE = {
    "pyproject.toml": '[project]\nname = "services"\n[tool.pytest.ini_options]\n',
    "bell/pyproject.toml": '[project]\nname = "door-bell"\n',
    "bell/tests/test_it.py": "def test_it(service_name):\n    assert service_name == 'door_bell'\n",
    "shop/pyproject.toml": '[project]\nname = "shop"\n',
    "shop/tests/test_shop.py": "def test_it(app):\n    assert app.name == 'shop'\n",
}


def test_projects_below_the_root_directory_of_pytest(run: Run) -> None:
    said = run(WORKSPACE, "-k", "not postgresql", "--import-mode=importlib")
    assert "2 passed" in said, said


def test_a_project_that_is_no_service(run: Run) -> None:
    said = run({**WORKSPACE, "test_root.py": "def test_it(app):\n    pass\n"}, "test_root.py")
    message = "there is no module services, which the fixture service_name names"
    assert re.search(rf"{message}: {WHICH_SERVICE}", said), said
    assert "testing/__init__.py" not in said


def test_an_override_of_the_service(run: Run) -> None:
    override = (
        "import pytest\n\n@pytest.fixture(scope='session')\n"
        "def service_name():\n    return 'shop'\n\n"
    )
    test = f"{override}def test_it(make_app):\n    assert make_app({{}}).name == 'shop'\n"
    assert "1 passed" in run({**WORKSPACE, "test_root.py": test}, "test_root.py")


def test_who_does_not_use_it_does_not_pay(run: Run) -> None:
    test = (
        "import sys\n\ndef test_it():\n"
        "    assert not {'sqlalchemy', 'structlog', 'joserfc', 'shop'} & {*sys.modules}\n"
    )
    assert "1 passed" in run({"tests/test_it.py": test})


def test_a_service_without_a_database(run: Run) -> None:
    service = (
        "import backend_common\n\ndef create_app(config=None):\n"
        "    return backend_common.create_app('shop', config=config)\n"
    )
    test = (
        "import sys\n\ndef test_it(client):\n"
        "    assert client.get('/__heartbeat__').status_code == 200\n"
        "    assert 'sqlalchemy' not in sys.modules\n"
    )
    assert "1 passed" in run(
        {"shop/__init__.py": service, "tests/test_it.py": test}, "-k", "sqlite"
    )
