"""The service `shop` with a database: its files, and databases for it on a real server."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy
from backend_common.db import GetOrCreate
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import NullPool


class Base(DeclarativeBase):
    """The models of the service."""


class Thing(GetOrCreate, Base):
    """A thing, of which there is one of each name."""

    __tablename__ = "things"
    __table_args__ = (
        sqlalchemy.Index("some", "part", unique=True, sqlite_where=sqlalchemy.text("part > 9")),
        sqlalchemy.UniqueConstraint("shelf", "place"),
        sqlalchemy.CheckConstraint("size < 100"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(default=0)
    part: Mapped[int | None]
    shelf: Mapped[int | None]
    place: Mapped[int | None]


FILES = {
    "migrations/env.py": (
        "from backend_common.db import run_migrations\n"
        "from database_service import Base\n\n"
        "run_migrations(Base.metadata)\n"
    ),
    "migrations/versions/0001_things.py": (
        "from alembic import op\n"
        "from database_service import Base\n\n"
        "revision, down_revision = '0001', None\n\n\n"
        "def upgrade():\n"
        "    Base.metadata.create_all(op.get_bind())\n\n\n"
        "def downgrade():\n"
        "    op.drop_table('things')\n"
    ),
    "shop/flask.py": (
        "from backend_common import create_app\n\napp = create_app('shop', extensions=['db'])\n"
    ),
}


def migration(number: int, upgrade: str) -> Mapping[str, str]:
    """Return the file of a migration, by its path, that does *upgrade*: some lines of Python."""
    text = (
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision, down_revision = '{number:04}', '{number - 1:04}'\n\n\n"
        "def upgrade():\n" + "".join(f"    {line}\n" for line in upgrade.splitlines())
    )
    return {f"migrations/versions/{number:04}.py": text}


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make an empty database on *server*, and drop it at the end; give its URL."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
