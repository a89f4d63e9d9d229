import itertools
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

from backend_common import App, create_app
from database_service import FILES, Thing, database
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

Service = Callable[..., Path]


@pytest.fixture(params=["sqlite", "postgresql"])
def app(
    request: pytest.FixtureRequest, service: Service, given: Mapping[str, str], tmp_path: Path
) -> Iterator[App]:
    service(FILES)
    if request.param == "sqlite":
        yield from migrated(f"sqlite:///{tmp_path}/shop.db")
        return
    if "DATABASE_URL" not in given or not shutil.which("needs"):
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    with database(given["DATABASE_URL"]) as url:
        yield from migrated(url)


def migrated(url: str) -> Iterator[App]:
    app = create_app("shop", extensions=["db"], config={"DATABASE_URL": url})
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with app.app_context():
        yield app
    with app.app_context():
        app.db.engine.dispose()  # when the session has given its connection back


def count(app: App) -> int | None:
    app.db.session.rollback()
    return app.db.session.scalar(select(func.count()).select_from(Thing))


def test_get_and_create(app: App) -> None:
    new, is_new = Thing.get_or_create(app.db.session, {"size": 3}, name="a")
    assert (new.name, new.size, is_new) == ("a", 3, True)
    app.db.session.commit()
    assert Thing.get_or_create(app.db.session, {"size": 4}, name="a") == (new, False)
    assert new.size == 3
    assert Thing.get_or_create(app.db.session, shelf=1, place=2, name="b")[1]


def test_nothing_is_committed(app: App) -> None:
    Thing.get_or_create(app.db.session, name="a")
    assert count(app) == 0


def test_what_else_is_in_the_transaction_stays(app: App) -> None:
    with Session(app.db.engine) as other:
        app.db.session.add(Thing(name="mine"))
        find = race(app, other)
        assert not find
    app.db.session.commit()
    assert count(app) == 2


def race(app: App, other: Session) -> bool:
    """Make the thing `a` after another one has, as late as possible; tell whether it is new.

    In SQLite there is one writer; the other one comes before the whole transaction.
    """
    sqlite = app.db.engine.dialect.name == "sqlite"
    original = app.db.session.flush

    def commit_elsewhere() -> None:
        other.add(Thing(name="a", size=7))
        other.commit()

    if sqlite:
        commit_elsewhere()
    else:
        original()
        scalars = app.db.session().scalars
        calls = itertools.count()

        def look(*arguments: object) -> object:
            found = list(scalars(*arguments))  # type: ignore[call-overload]
            if next(calls) == 0:
                commit_elsewhere()
            return Found(found)

        app.db.session().scalars = look  # type: ignore[method-assign,assignment]
    thing, is_new = Thing.get_or_create(app.db.session(), {"size": 1}, name="a")
    assert thing.size == 7
    return is_new


class Found(list[Thing]):
    """What a query has found."""

    def one_or_none(self) -> Thing | None:
        return self[0] if self else None


def test_many_at_once_get_the_same_one(app: App) -> None:
    threads, rounds = 8, 10
    barrier = threading.Barrier(threads)
    outcomes: list[tuple[str, int, bool]] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(rounds):
                barrier.wait(timeout=60)
                with app.app_context():
                    thing, is_new = Thing.get_or_create(app.db.session, name=f"n{number}")
                    app.db.session.commit()
                    outcomes.append((thing.name, thing.id, is_new))
        except BaseException as error:
            errors.append(error)
            barrier.abort()
            raise

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert count(app) == rounds
    assert len({(name, id_) for name, id_, _ in outcomes}) == rounds
    assert sum(is_new for *_, is_new in outcomes) == rounds
    assert len(outcomes) == threads * rounds


def test_another_constraint_is_violated(app: App) -> None:
    app.db.session.add(Thing(name="a"))
    with pytest.raises(IntegrityError):
        Thing.get_or_create(app.db.session, {"size": 100}, name="b")
    app.db.session.commit()
    assert count(app) == 1


def test_a_savepoint_is_part_of_the_transaction(app: App) -> None:
    with app.db.session.begin_nested():
        app.db.session.add(Thing(name="a"))
    assert count(app) == 0


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            {"size": 1},
            "Thing.get_or_create(size=...) may make several rows: declare that there is one, by "
            "UniqueConstraint('size') in __table_args__, and add a migration",
        ),
        (
            {"part": 1},
            "Thing.get_or_create(part=...) may make several rows: declare that there is one, by "
            "UniqueConstraint('part') in __table_args__, and add a migration",
        ),
        (
            {"shelf": 1, "size": 1},
            "Thing.get_or_create(shelf=..., size=...) may make several rows: declare that there is "
            "one, by UniqueConstraint('shelf', 'size') in __table_args__, and add a migration",
        ),
        (
            {"colour": "red"},
            "Thing.get_or_create(colour=...): colour is no column; give columns and their values",
        ),
        (
            {"name": None},
            "Thing.get_or_create(name=...): name is None, of which there may be many; give a value",
        ),
    ],
)
def test_a_key_that_is_none(app: App, key: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError) as error:
        Thing.get_or_create(app.db.session, **key)
    assert str(error.value) == message
