"""Servers that fork after the application has used its database (``gunicorn --preload``)."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

from backend_common import App, create_app
from database_service import database
from sqlalchemy import text


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, given: Mapping[str, str]) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shop.db"
        return
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL names no PostgreSQL: run this in nix-shell (needs run -- pytest)")
    with database(given["DATABASE_URL"]) as found:
        yield found


@pytest.fixture
def app(service: Callable[..., Path], url: str) -> Iterator[App]:
    service()
    app = create_app(
        "shop",
        extensions=["db"],
        config={"DATABASE_URL": url, "SQLALCHEMY_BINDS": {"other": url}},
    )

    @app.get("/<int:number>")
    def get(number: int) -> str:
        statement = text("SELECT :number + 0")
        found = app.db.session.scalar(statement, {"number": number})
        with app.db.engines["other"].connect() as connection:
            assert connection.scalar(statement, {"number": number}) == number
        return str(found)

    yield app
    with app.app_context():
        for engine in app.db.engines.values():
            engine.dispose()


def fork(work: Callable[[], None]) -> int:
    """Return the id of a child that does *work*, and exits with 1 if that fails."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # noqa: BLE001  the child must not run the tests of its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def works(app: App, first: int) -> None:
    for number in range(first, first + 50):
        response = app.test_client().get(f"/{number}")
        assert (response.status_code, response.text) == (200, str(number))


def test_forks_have_connections_of_their_own(app: App) -> None:
    works(app, 0)
    children = [fork(partial(works, app, first)) for first in range(100, 500, 100)]
    works(app, 1000)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(children)
    works(app, 2000)


def test_the_end_of_a_fork_ends_no_connection_of_its_parent(app: App) -> None:
    with app.app_context(), app.db.engine.connect() as used:
        assert used.scalar(text("SELECT 1")) == 1

        def dispose() -> None:
            works(app, 100)
            for engine in app.db.engines.values():
                engine.dispose()

        assert os.waitpid(fork(dispose), 0)[1] == 0
        assert used.scalar(text("SELECT 2")) == 2
    works(app, 0)


def test_a_fork_of_a_fork(app: App) -> None:
    works(app, 0)

    def fork_again() -> None:
        works(app, 100)
        grandchild = fork(lambda: works(app, 200))
        works(app, 300)
        assert os.waitpid(grandchild, 0)[1] == 0

    assert os.waitpid(fork(fork_again), 0)[1] == 0
    works(app, 400)


def test_a_fork_with_a_database_in_memory_keeps_it(service: Callable[..., Path]) -> None:
    service()
    app = create_app("shop", extensions=["db"], config={"DATABASE_URL": "sqlite://"})
    with app.app_context():
        app.db.session.execute(text("CREATE TABLE things (id INTEGER)"))
        app.db.session.commit()

        def count() -> None:
            assert app.db.session.scalar(text("SELECT count(*) FROM things")) == 0

        assert os.waitpid(fork(count), 0)[1] == 0
        app.db.engine.dispose()
