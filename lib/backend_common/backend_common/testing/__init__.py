"""A pytest plugin for the tests of services: docs/testing.md has its fixtures.

pytest finds it where this library is installed (the entry point ``pytest11``). Nothing is made
before a test asks for it, and no extension is imported that the service does not name.
"""

import importlib
import importlib.util
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import wraps
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend_common import App
from backend_common.testing.logs import capture
from backend_common.testing.places import OWN, Places, servers

__all__ = [
    "app",
    "app_config",
    "client",
    "databases",
    "db_session",
    "logs",
    "make_app",
    "messages",
    "pytest_configure",
    "pytest_generate_tests",
    "service_name",
    "user",
]

MARKERS = (
    f"{OWN}(migrated=True): the test has a database to itself, and what it commits stays; "
    "for threads, migrations and restarts",
)

WHICH_SERVICE = (
    "which service is tested? Put the test below the service's directory, whose pyproject.toml "
    "names the project, or override the fixture service_name (docs/testing.md)"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and run services in development, unless APP_CHANNEL is set.

    It is a variable, so that it also applies to what a test starts, and to ``<service>.flask``.
    """
    os.environ.setdefault("APP_CHANNEL", "development")
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that has a database on each that there is."""
    if "database_server" in metafunc.fixturenames:
        metafunc.parametrize("database_server", servers(), scope="session")


@pytest.fixture(scope="module")
def service_name(request: pytest.FixtureRequest) -> str:
    """Return the module of the service under test.

    It is named like the project in the nearest ``pyproject.toml`` above the test.
    """
    manifest = next(
        (file for above in request.path.parents if (file := above / "pyproject.toml").is_file()),
        None,
    )
    if manifest is None:
        pytest.fail(f"no pyproject.toml is above {request.path}: {WHICH_SERVICE}", pytrace=False)
    try:
        name: str = tomllib.loads(manifest.read_text())["project"]["name"]
    except KeyError:
        pytest.fail(f"{manifest} names no project: {WHICH_SERVICE}", pytrace=False)
    # The module is named like the project, as the toolchain normalises that (PEP 503).
    return re.sub(r"[-_.]+", "_", name).lower()


@pytest.fixture
def make_app(
    service_name: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[dict[str, Any]], App]]:
    """Return the ``create_app`` of the service; the state directory is an empty one.

    The applications that it makes have no connections to a database after the test.
    """
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path_factory.mktemp("state")))
    if importlib.util.find_spec(service_name) is None:
        message = f"there is no module {service_name}, which the fixture service_name names"
        pytest.fail(f"{message}: {WHICH_SERVICE}", pytrace=False)
    create_app: Callable[..., App] = importlib.import_module(service_name).create_app
    made: list[App] = []

    @wraps(create_app)
    def make(*arguments: Any, **options: Any) -> App:
        made.append(create_app(*arguments, **options))
        return made[-1]

    yield make
    for app in made:
        if "db" in app.loaded:
            # NB: not before; a service without db has no SQLAlchemy.
            from backend_common.testing import database  # noqa: PLC0415

            for engine in database.engines(app):
                engine.dispose()


@pytest.fixture
def app_config() -> dict[str, Any]:
    """Return settings for the application under test; override it to have some."""
    return {}


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Return where databases are to be made."""
    with ExitStack() as at_end:
        yield Places(tmp_path_factory.mktemp("databases"), at_end)


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    make_app: Callable[[dict[str, Any]], App],
    app_config: dict[str, Any],
    databases: Places,
    database_server: str,
) -> Iterator[App]:
    """Make the application of the service, with ``TESTING`` and the settings in ``app_config``.

    With ``db``, it has a database with the schema that the migrations make. Whatever the test
    does to it, commits included, is rolled back. With ``pulse``, its broker is in memory.
    """
    marker = request.node.get_closest_marker(OWN)
    place = databases.new(database_server) if marker else databases.shared(database_server)
    own = {"DATABASE_URL": place.url, "PULSE_URL": "memory://"}
    app = make_app({"TESTING": True, **own, **app_config})
    if "db" not in app.loaded:
        yield app
        return
    # NB: not before; a service without db has no SQLAlchemy.
    from backend_common.testing import database  # noqa: PLC0415

    with ExitStack() as at_end:
        if marker:
            database.create(place)
            at_end.callback(database.drop, place)
            if marker.kwargs.get("migrated", True):
                database.migrate(app)
        elif not place.is_made:
            database.create(place)
            databases.at_end.callback(database.drop, place)
            database.migrate(app)
            place.is_made = True
        for engine in database.engines(app):
            at_end.callback(engine.dispose)
            if not marker:
                at_end.enter_context(database.rolled_back(engine))
        yield app


@pytest.fixture
def client(app: App) -> FlaskClient:
    """Return a client of the application, which is nobody in particular."""
    return app.test_client()


@pytest.fixture
def user(app: App) -> Callable[..., FlaskClient]:
    """Return a function that makes a client of a user: ``user("shop/orders/*", name="alice")``.

    The user proves who they are as everybody does, by a token that the service signed: nothing
    about authentication is switched off.
    """

    def make_user(*permissions: str, name: str = "tester") -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {app.auth.sign(name, permissions)}"
        return client

    return make_user


@pytest.fixture
def db_session(app: App) -> Iterator[Any]:
    """Return an SQLAlchemy session on the database of the application, for the test's own use.

    It is none of a request's: what it is to see of the test's objects must be committed, or
    flushed.
    """
    from sqlalchemy.orm import Session  # noqa: PLC0415  only services with db have it

    with app.app_context():
        engine = app.db.engine
    with Session(engine) as session:
        yield session


@pytest.fixture
def logs(app: App) -> Iterator[list[dict[str, Any]]]:
    """Return the lines that the application logs from now on, as structlog's event dicts.

    Each has ``event`` and ``level``, and what was logged with it or bound to the request.
    """
    with capture(app) as lines:
        yield lines


@pytest.fixture
def messages(app: App) -> Sequence[Any]:
    """Return the messages that the application publishes, which have a routing key and a payload.

    With ``db``, those that are committed.
    """
    return app.pulse.captured
