"""Migrations of a new service, by the commands that docs/extensions.md names."""

import os
import re
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

pytest.importorskip("flask_sqlalchemy", reason="needs the extra db")

from backend_common.db import commands
from database_service import database

Service = Callable[..., Path]
Flask = Callable[..., "subprocess.CompletedProcess[str]"]

APP = """
import backend_common


def create_app(config=None):
    app = backend_common.create_app("shop", extensions=[EXTENSIONS], config=config)
    return app
"""

MODELS = """
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Tree(Base):
    __tablename__ = "trees"
    __table_args__ = (CheckConstraint("length(name) > 1"), UniqueConstraint("forest", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    forest: Mapped[str] = mapped_column(unique=True)


class Leaf(Base):
    __tablename__ = "leaves"

    id: Mapped[int] = mapped_column(primary_key=True)
    tree: Mapped[int] = mapped_column(ForeignKey(Tree.id), index=True)
"""

NOTHING = "the database has all that the models say: no migration was written\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, given: Mapping[str, str], tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shop.db"
        return
    if "DATABASE_URL" not in given:
        pytest.skip("DATABASE_URL does not say where PostgreSQL is: run this in nix-shell")
    with database(given["DATABASE_URL"]) as found:
        yield found


@pytest.fixture
def flask(service: Service, url: str, given: Mapping[str, str], tmp_path: Path) -> Flask:
    """Run ``flask`` as a developer does, in the directory of the service."""

    def run(
        *arguments: str, fails: bool = False, extensions: str = '"db"'
    ) -> "subprocess.CompletedProcess[str]":
        files = {
            "shop/__init__.py": APP.replace("EXTENSIONS", extensions),
            "shop/flask.py": "import shop\n\napp = shop.create_app()\n",
        }
        directory = service(files)
        settings = ("DATABASE_", "PULSE_", "AUTH", "CACHE_")
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "shop.flask", *arguments],
            cwd=directory,
            env={
                **{name: value for name, value in given.items() if not name.startswith(settings)},
                "APP_CHANNEL": "development",
                "DATABASE_URL": url,
                "STATE_DIRECTORY": str(tmp_path / "state"),
                "PYTHONPATH": os.pathsep.join([str(directory), given.get("PYTHONPATH", "")]),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done

    return run


def need_extras() -> None:
    """Skip a test where the extra ``db`` is alone."""
    pytest.importorskip("kombu", reason="needs the extra pulse")
    pytest.importorskip("joserfc", reason="needs the extra auth")


def migrations(service: Service) -> list[str]:
    """Return what the migrations say, the oldest first."""
    directory = service() / "migrations/versions"
    paths = sorted(directory.glob("*.py"), key=lambda path: path.stat().st_mtime_ns)
    return [path.read_text() for path in paths]


def test_a_new_service(flask: Flask, service: Service) -> None:
    service({"shop/models.py": MODELS})
    flask("db", "init")
    directory = service() / "migrations"
    assert {path.name for path in directory.iterdir()} == {
        "alembic.ini",
        "env.py",
        "script.py.mako",
        "versions",
    }
    assert all(path.stat().st_mode & stat.S_IWUSR for path in directory.iterdir())
    flask("db", "migrate", "-m", "trees and leaves")
    (first,) = migrations(service)
    assert "create_table('trees'" in first
    assert "create_table('leaves'" in first
    for name in (
        "trees_pkey",
        "trees_forest_name_key",
        "trees_forest_key",
        "leaves_pkey",
        "leaves_tree_fkey",
        "ix_leaves_tree",
    ):
        assert f"op.f('{name}')" in first, first
    assert re.search(r"op\.f\('trees_[0-9a-f]{8}_check'\)", first)
    assert "name=None" not in first
    assert flask("db", "upgrade").stderr.startswith("applied ")
    flask("db", "check")
    assert flask("db", "migrate").stderr.endswith(NOTHING)
    assert len(migrations(service)) == 1
    flask("db", "revision", "-m", "by hand")
    assert len(migrations(service)) == 2
    flask("db", "upgrade")
    flask("db", "downgrade", "base")


def test_a_constraint_can_be_dropped_later(flask: Flask, service: Service) -> None:
    service({"shop/models.py": MODELS})
    flask("db", "init")
    flask("db", "migrate")
    flask("db", "upgrade")
    changed = MODELS.replace("(unique=True)", "()").replace("ForeignKey(Tree.id), ", "")
    service({"shop/models.py": changed})
    flask("db", "migrate")
    second = migrations(service)[-1]
    assert "trees_forest_key" in second
    assert "leaves_tree_fkey" in second
    flask("db", "upgrade")
    flask("db", "check")
    flask("db", "downgrade")


def test_the_tables_of_extensions(flask: Flask, service: Service) -> None:
    need_extras()
    extensions = '"db", "pulse", "auth"'
    flask("db", "init", extensions=extensions)
    flask("db", "migrate", extensions=extensions)
    (first,) = migrations(service)
    for table in ("auth_tokens", "pulse_outbox", "pulse_seen"):
        assert f"create_table('{table}'" in first
    assert "op.f('pulse_outbox_message_key')" in first
    flask("db", "upgrade", extensions=extensions)
    flask("db", "check", extensions=extensions)
    assert flask("db", "migrate", extensions=extensions).stderr.endswith(NOTHING)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_nothing_to_migrate(flask: Flask, service: Service) -> None:
    flask("db", "init")
    assert flask("db", "migrate").stderr.endswith(NOTHING)
    assert migrations(service) == []
    flask("db", "upgrade")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_init_twice_and_for_several_databases(flask: Flask) -> None:
    flask("db", "init")
    assert "already exists and is not empty" in flask("db", "init", fails=True).stderr
    assert flask("db", "init", "--multidb", fails=True).stderr == (
        "Error: `flask db init --multidb` makes migrations for SQLALCHEMY_BINDS, which "
        "run_migrations does not run: leave --multidb out, and migrate other databases by Alembic "
        "itself\n"
    )


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_template_of_ones_own(flask: Flask, service: Service, tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    for path in filter(Path.is_file, commands.TEMPLATE.iterdir()):
        (template / path.name).write_text(path.read_text())
    (template / "README").write_text("ours")
    flask("db", "init", "--template", str(template))
    assert (service() / "migrations/README").read_text() == "ours"


def test_while_tables_are_missing(
    service: Service,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    flask: Flask,
    caplog: pytest.LogCaptureFixture,
) -> None:
    need_extras()
    package = f"shop{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("DATABASE_URL", url)
    directory = service({f"{package}/__init__.py": "", f"{package}/models.py": MODELS})
    (directory / "settings.py").write_text("")
    flask("--help")
    from backend_common import create_app  # noqa: PLC0415

    __import__(f"{package}.models")
    app = create_app(package, extensions=["auth", "db", "pulse"], config={"HEARTBEAT_CACHE": 0})

    app.pulse.consumer("mail", "#")(print)

    @app.get("/trees")
    def count() -> str:
        return str(app.db.session.scalar(app.db.text("SELECT count(*) FROM trees")))

    def heartbeat() -> str | None:
        details = app.test_client().get("/__heartbeat__").get_json()["details"]
        return details.get("db", {}).get("messages", {}).get("db")  # type: ignore[no-any-return]

    assert app.test_client().get("/trees").status_code == 503
    assert (
        "the database lacks the tables leaves, pulse_outbox, pulse_seen, trees: add" in caplog.text
    )
    assert "auth_tokens" not in (heartbeat() or "")
    assert heartbeat() == (
        "the database lacks the tables leaves, pulse_outbox, pulse_seen, trees: add them to the "
        "migrations (flask db migrate), and apply them (flask db upgrade)"
    )
    with app.app_context():
        app.db.metadata.create_all(app.db.engine)
        assert heartbeat() == (
            "the database lacks the tables leaves, trees: add them to the migrations (flask db "
            "migrate), and apply them (flask db upgrade)"
        )
        models = sys.modules.pop(f"{package}.models")
        sys.modules.pop(package)
        models.Base.metadata.create_all(app.db.engine)
        sys.modules[f"{package}.models"] = models
        assert heartbeat() is None
        assert app.test_client().get("/trees").text == "0"
        app.db.session.execute(app.db.text("DROP TABLE pulse_outbox"))
        app.db.session.commit()
        assert "lacks the tables pulse_outbox: add" in (heartbeat() or "")
        app.db.engine.dispose()
    del sys.modules[f"{package}.models"]
