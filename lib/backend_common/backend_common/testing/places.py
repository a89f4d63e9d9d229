"""Where the databases of a run of tests are; nothing here connects to one."""

import os
import re
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

# The parts of a URL around the name of the database. urllib drops an empty host, which means
# a socket here.
_POSTGRESQL = re.compile(r"(?P<server>postgres[^:]*://[^/?]*)(/[^?]*)?(?P<options>\?.*)?")

OWN = "own_database"
"""The marker of a test that has a database to itself."""

SQLITE = "sqlite"
POSTGRESQL = "postgresql"


@dataclass
class Place:
    """Where one database is, or is to be.

    :param url: of the database.
    :param server: the URL of another database of its server, which is there; None for SQLite.
    """

    url: str
    server: str | None
    is_made: bool = False


class Places:
    """Places of databases: files of SQLite, or random names on a server of PostgreSQL.

    :param directory: where the files go.
    :param at_end: what is to happen when the last test has run.
    """

    def __init__(self, directory: Path, at_end: ExitStack) -> None:
        self.at_end = at_end
        self._directory = directory
        self._shared: dict[str, Place] = {}

    def new(self, server: str) -> Place:
        """Return a place on *server*, one of :func:`servers`, that nobody else knows."""
        name = f"test_{uuid.uuid4().hex}"
        if server == SQLITE:
            return Place(f"sqlite:///{self._directory / name}.db", server=None)
        given = os.environ["DATABASE_URL"]
        parts = _POSTGRESQL.fullmatch(given)
        assert parts, "servers() has looked"
        return Place(f"{parts['server']}/{name}{parts['options'] or ''}", server=given)

    def shared(self, server: str) -> Place:
        """Return the place on *server* that every test gets that asks here."""
        return self._shared.setdefault(server, self.new(server))


def servers() -> list[str]:
    """Name what there is: SQLite, and PostgreSQL where ``DATABASE_URL`` says where it is."""
    given = os.environ.get("DATABASE_URL", "")
    return [SQLITE, POSTGRESQL] if _POSTGRESQL.fullmatch(given) else [SQLITE]
