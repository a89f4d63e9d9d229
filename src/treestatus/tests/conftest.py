import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from backend_common import App
from flask.testing import FlaskClient

from treestatus import create_app


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: a new SQLite file, or the one of PostgreSQL in DATABASE_URL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/treestatus.db"
        return
    url = os.environ.get("DATABASE_URL")
    if url is None:
        pytest.skip("no DATABASE_URL: run the tests by `needs run -- pytest`, in nix-shell")
    yield url
    address = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP SCHEMA public CASCADE"))
        connection.execute(sqlalchemy.text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture
def empty_app(database_url: str) -> Iterator[App]:
    """The application, on a database without a schema."""
    app = create_app({"DATABASE_URL": database_url})
    yield app
    with app.app_context():
        app.db.engine.dispose()


@pytest.fixture
def app(empty_app: App) -> App:
    """The application, on a database with its schema."""
    result = empty_app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    return empty_app


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def autoland(client: FlaskClient) -> str:
    """The tree ``autoland``, which is open."""
    assert client.put("/trees/autoland", json={"status": "open"}).status_code == 201
    return "autoland"
