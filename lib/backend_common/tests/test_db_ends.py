"""Connections end with the application that has them, or with Python."""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from weakref import ref

import pytest
from backend_common import App, create_app
from database_service import database
from sqlalchemy import Engine, event, text

PROGRAM = """
import sys

from backend_common import create_app
from sqlalchemy import event

app = create_app("shop", extensions=["db"], config={"DATABASE_URL": sys.argv[1]})
with app.app_context():
    event.listen(app.db.engine, "close", lambda *_: print("closed"))
    with app.db.engine.connect():
        print("connected")
"""


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, given: Mapping[str, str]) -> Iterator[str]:
    """The URL of a database."""
    if request.param != "postgresql":
        yield "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/shop.db"
        return
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL names no PostgreSQL: run this in nix-shell (needs run -- pytest)")
    with database(given["DATABASE_URL"]) as found:
        yield found


def used(url: str, closed: list[str]) -> App:
    """Return an application that has connections; `closed` gets the names of those that end."""
    config = {"DATABASE_URL": url, "SQLALCHEMY_BINDS": {"other": url}}
    app = create_app("shop", extensions=["db"], config=config)

    def watch(name: str, engine: Engine) -> None:
        event.listen(engine, "close", lambda *_: closed.append(name))
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    with app.app_context():
        for name, engine in app.db.engines.items():
            watch(name or "own", engine)
    return app


@pytest.mark.usefixtures("service")
def test_they_end_with_the_application(url: str) -> None:
    closed: list[str] = []
    app = ref(used(url, closed))
    gc.collect()
    assert app() is None
    assert sorted(closed) == ["other", "own"]


@pytest.mark.usefixtures("service")
def test_an_application_in_use_keeps_them(url: str) -> None:
    closed: list[str] = []
    app = used(url, closed)
    gc.collect()
    assert closed == []
    with app.app_context():
        for engine in app.db.engines.values():
            engine.dispose()


def test_they_end_with_python(service: Callable[..., Path], url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, url],
        cwd=service(),
        text=True,
        capture_output=True,
        check=True,
    )
    assert done.stdout.split() == ["connected", "closed"]
    assert done.stderr == ""
