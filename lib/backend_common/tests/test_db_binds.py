"""Several databases of one service, each with the options of its own kind."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

from backend_common import App, create_app
from backend_common.db import engines
from backend_common.db.config import of
from backend_common.db.deadline import Connection
from database_service import database
from sqlalchemy import NullPool, QueuePool, StaticPool, make_url, text
from sqlalchemy.orm import Mapped, mapped_column

Service = Callable[..., Path]
Make = Callable[..., App]

NOWHERE = "postgresql://me:hidden@127.0.0.1:1/shop"


@pytest.fixture
def make(service: Service) -> Iterator[Make]:
    service()
    apps = []

    def make_app(**config: Any) -> App:
        apps.append(create_app("shop", extensions=["db"], config=config))
        return apps[-1]

    yield make_app
    for app in apps:
        with app.app_context():
            for engine in app.db.engines.values():
                engine.dispose()


def test_sqlite_beside_postgresql(make: Make, given: Mapping[str, str], tmp_path: Path) -> None:
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    with database(given["DATABASE_URL"]) as url:
        app = make(
            DATABASE_URL=url,
            DATABASE_BUSY_TIMEOUT=1.5,
            SQLALCHEMY_BINDS={"cache": "sqlite:///cache.db", "memory": "sqlite://"},
        )
        with app.app_context():
            assert app.db.session.scalar(text("SHOW statement_timeout")) == "30s"
            with app.db.engines["cache"].connect() as connection:
                assert connection.scalar(text("PRAGMA busy_timeout")) == 1500
                assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1
            assert (tmp_path / "state/cache.db").is_file()
            with app.db.engines["memory"].connect() as connection:
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1
            assert isinstance(app.db.engines["memory"].pool, StaticPool)
            app.db.session.remove()
            app.db.engine.dispose()


def test_postgresql_beside_sqlite(make: Make, given: Mapping[str, str]) -> None:
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    with database(given["DATABASE_URL"]) as url:
        app = make(
            DATABASE_STATEMENT_TIMEOUT=7.0,
            DATABASE_POOL_SIZE=3,
            SQLALCHEMY_BINDS={
                "plain": url,
                "own": {"url": url, "pool_size": 1, "connect_args": {"application_name": "own"}},
                "unpooled": {"url": url, "poolclass": NullPool},
            },
        )
        assert app.test_client().get("/__heartbeat__").status_code == 200
        with app.app_context():
            assert app.db.engine.dialect.name == "sqlite"
            names = {}
            for key in ("plain", "own", "unpooled"):
                with app.db.engines[key].connect() as connection:
                    assert connection.scalar(text("SHOW statement_timeout")) == "7s"
                    assert isinstance(connection.connection.driver_connection, Connection)
                    assert connection.connection.driver_connection.limit == 9
                    names[key] = connection.scalar(text("SHOW application_name"))
            assert names == {"plain": "shop", "own": "own", "unpooled": "shop"}
            sizes = [app.db.engines[key].pool for key in ("plain", "own")]
            assert [pool.size() for pool in sizes if isinstance(pool, QueuePool)] == [3, 1]
            for engine in app.db.engines.values():
                engine.dispose()


def test_options_of_the_service_win(make: Make) -> None:
    app = make(
        DATABASE_URL=NOWHERE,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 2, "connect_args": {"keepalives_idle": 7}},
    )
    options = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    assert (options["pool_size"], options["max_overflow"]) == (2, 10)
    assert options["connect_args"]["keepalives_idle"] == 7
    assert options["connect_args"]["application_name"] == "shop"


def test_the_directories_of_files_are_made(make: Make, tmp_path: Path) -> None:
    app = make(
        DATABASE_URL="sqlite:///some/where/shop.db",
        SQLALCHEMY_BINDS={"cache": "sqlite:///some/where/else/cache.db"},
    )
    with app.app_context():
        for engine in app.db.engines.values():
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
    assert (tmp_path / "state/some/where/shop.db").is_file()
    assert (tmp_path / "state/some/where/else/cache.db").is_file()


@pytest.mark.parametrize("scheme", ["mysql+pymysql", "postgresql+psycopg2"])
def test_another_driver_has_a_pool_and_no_parameters_of_libpq(make: Make, scheme: str) -> None:
    config = of(make(DATABASE_POOL_SIZE=3, DATABASE_POOL_TIMEOUT=7.0))
    found = engines.options(config, make_url(f"{scheme}://me@database/shop"))
    assert (found["pool_pre_ping"], found["pool_size"], found["pool_timeout"]) == (True, 3, 7.0)
    assert found["hide_parameters"] is config.hides_parameters
    assert "connect_args" not in found


def test_a_bind_that_is_down_is_a_503(make: Make) -> None:
    app = make(SQLALCHEMY_BINDS={"other": NOWHERE})

    class Row(app.db.Model):  # type: ignore[misc,name-defined]
        __tablename__ = "rows"
        __bind_key__ = "other"
        id: Mapped[int] = mapped_column(primary_key=True)

    @app.get("/rows")
    def rows() -> str:
        return str(app.db.session.query(Row).count())

    response = app.test_client().get("/rows")
    assert response.status_code == 503
    assert "The database does not answer" in response.text
    # Its tables are not expected in the database of the service.
    assert app.test_client().get("/__heartbeat__").status_code == 200


def test_two_apps_share_no_options(make: Make) -> None:
    binds = {"other": "sqlite://"}
    make(SQLALCHEMY_BINDS=binds)
    make(SQLALCHEMY_BINDS=binds)
    assert binds == {"other": "sqlite://"}
