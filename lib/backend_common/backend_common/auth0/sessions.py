"""Where login sessions are kept: in the database, in the cache, or in the browser's cookie.

A session on the server ends when its user logs out, in all tabs and wherever its cookie was copied
to, and has any number of permissions. The cookie then holds a random id alone; the server keeps
only its hash, so that nobody who reads the database can use a session.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import flask

from backend_common.core.app import Application
from backend_common.core.tables import Table

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy

KEY = "user"
"""In Flask's session, which is a signed cookie: the id of the session, or all of it."""


def _columns(db: "SQLAlchemy") -> list[Any]:
    return [
        db.Column("digest", db.String(64), primary_key=True),
        db.Column("record", db.JSON, nullable=False),
        db.Column("until", db.DateTime(timezone=True), nullable=False, index=True),
    ]


TABLE = Table("auth0_sessions", _columns)

LARGEST_COOKIE = 3800
"""The largest session in a cookie, in characters: browsers take 4096 with the attributes."""


class CannotKeepError(Exception):
    """A session cannot be kept; the text says why, and what to do."""


@dataclass(frozen=True)
class Record:
    """A login.

    :param name: of the user.
    :param until: when the session ends, in seconds since 1970.
    :param id_token: of the provider, which needs it to log the user out there.
    """

    name: str
    permissions: list[str]
    until: int
    id_token: str | None = None


class Sessions(Protocol):
    """Keeps the session of the browser that sends the current request."""

    def find(self) -> Record | None:
        """Return the session, or None."""

    def begin(self, record: Record) -> None:
        """Begin a session.

        :raises CannotKeepError: that is not possible.
        """

    def end(self) -> None:
        """End the session, if there is one.

        :raises CannotKeepError: it goes on, although the browser forgets it.
        """


def choose(app: Application) -> Sessions:
    """Return where sessions are kept: in the first of database, cache and cookie that there is.

    A cache in the memory of one of several processes is no place for them, and so is no place in
    production.
    """
    if "db" in app.loaded:
        return OnServer(InDatabase(app))
    if "cache" in app.loaded and (app.config["CACHE_URL"] or not app.in_production):
        return OnServer(InCache(app))
    return InCookie(app)


class InCookie:
    """Sessions in signed cookies: a copy of a cookie outlives the logout."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def find(self) -> Record | None:
        """Return the session, or None."""
        return _current(flask.session.get(KEY))

    def begin(self, record: Record) -> None:
        """Begin a session, without the ID token where that is too long.

        :raises CannotKeepError: the session does not fit into a cookie.
        """
        flask.session[KEY] = asdict(record)
        if self._size() > LARGEST_COOKIE:
            flask.session[KEY] = {**asdict(record), "id_token": None}
        if (size := self._size()) > LARGEST_COOKIE:
            flask.session.clear()
            message = (
                f"the session does not fit into a cookie ({size} characters with "
                f"{len(record.permissions)} permissions): load the extension db, or cache with "
                "CACHE_URL, which keep sessions on the server"
            )
            raise CannotKeepError(message)

    def end(self) -> None:
        """Have the browser forget the session."""

    def _size(self) -> int:
        serializer: Any = self._app.session_interface.get_signing_serializer(self._app)
        return len(serializer.dumps(dict(flask.session)))


class Store(Protocol):
    """Keeps sessions by the hashes of their ids."""

    def get(self, digest: str) -> Any:
        """Return the fields of a session, or None."""

    def add(self, digest: str, record: Record) -> None:
        """Keep a session.

        :raises CannotKeepError: that is not possible.
        """

    def remove(self, digest: str) -> None:
        """Remove a session.

        :raises CannotKeepError: it may still be there.
        """


class OnServer:
    """Sessions in a store, whose ids are in signed cookies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self) -> Record | None:
        """Return the session, or None."""
        digest = self._digest()
        return _current(self._store.get(digest)) if digest else None

    def begin(self, record: Record) -> None:
        """Begin a session with a new id.

        :raises CannotKeepError: the store does not work.
        """
        id_ = secrets.token_urlsafe(32)
        self._store.add(_hash(id_), record)
        flask.session[KEY] = {"id": id_}

    def end(self) -> None:
        """Remove the session from the store.

        :raises CannotKeepError: the store does not work.
        """
        if digest := self._digest():
            self._store.remove(digest)

    def _digest(self) -> str | None:
        said = flask.session.get(KEY)
        return _hash(said["id"]) if said and "id" in said else None


class InDatabase:
    """Sessions in a table of the service's database."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def get(self, digest: str) -> Any:
        """Return the fields of a session, or None."""
        row = self._run(lambda table: table.select().filter_by(digest=digest)).one_or_none()
        return row and row.record

    def add(self, digest: str, record: Record) -> None:
        """Keep a session, and remove those that ended by themselves."""
        now, until = datetime.now(UTC), datetime.fromtimestamp(record.until, UTC)
        self._run(lambda table: table.delete().where(table.c.until < now))
        row = {"digest": digest, "record": asdict(record), "until": until}
        self._run(lambda table: table.insert().values(row))
        self._app.db.session.commit()

    def remove(self, digest: str) -> None:
        """Remove a session."""
        self._run(lambda table: table.delete().where(table.c.digest == digest))
        self._app.db.session.commit()

    def _run(self, statement: Callable[[Any], Any]) -> Any:
        return TABLE.execute(self._app, statement)


class InCache:
    """Sessions in the cache: those that it drops, or cannot tell, are over."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def get(self, digest: str) -> Any:
        """Return the fields of a session, or None."""
        text = self._app.cache.get(_key(digest))
        return text and json.loads(text)

    def add(self, digest: str, record: Record) -> None:
        """Keep a session.

        :raises CannotKeepError: the cache does not answer.
        """
        timeout = max(record.until - int(time.time()), 1)
        if not self._app.cache.set(_key(digest), json.dumps(asdict(record)), timeout=timeout):
            message = "the cache does not keep the session: does Redis answer?"
            raise CannotKeepError(message)

    def remove(self, digest: str) -> None:
        """Remove a session.

        :raises CannotKeepError: the cache does not answer, and so may still have it.
        """
        if not self._app.cache.delete(_key(digest)):
            message = "the cache had no session to end: it was over, or Redis does not answer"
            raise CannotKeepError(message)


def _key(digest: str) -> str:
    return f"{TABLE.name}:{digest}"


def _current(fields: Any) -> Record | None:
    """Return a session from its fields; None without fields, after its end, or for another kind."""
    try:
        record = Record(**fields) if fields else None
    except TypeError:  # an id, or fields of another release
        return None
    return record if record and record.until >= time.time() else None


def _hash(id_: str) -> str:
    # An id has 256 random bits: there is nothing to guess, so a fast hash without salt will do.
    return hashlib.sha256(id_.encode()).hexdigest()
