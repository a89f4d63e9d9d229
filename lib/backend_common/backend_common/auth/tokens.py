"""API tokens: opaque, and so revocable at once. Their hashes are in the service's own database.

The extension ``db`` brings the database and SQLAlchemy, so nothing here imports it: what is needed
of it comes through ``app.db``, once it is known to be there.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from backend_common.auth import delegation
from backend_common.auth.challenge import InvalidTokenError
from backend_common.auth.permissions import are_permissions
from backend_common.auth.user import User, is_name
from backend_common.core.app import Application
from backend_common.core.loader import ExtensionError
from backend_common.core.tables import Table

if TYPE_CHECKING:
    from flask_sqlalchemy import SQLAlchemy

PREFIX = "sat_"  # by which scanners for leaked secrets know one; no signed token begins so
NAME = "auth_tokens"


def _columns(db: "SQLAlchemy") -> list[Any]:
    instant = db.DateTime(timezone=True)
    return [
        db.Column("id", db.Integer, primary_key=True),
        db.Column("digest", db.String(64), nullable=False, unique=True),
        db.Column("name", db.String(255), nullable=False),
        db.Column("permissions", db.JSON, nullable=False),
        db.Column("created", instant, nullable=False),
        db.Column("expires", instant),
        db.Column("revoked", instant),
        db.Column("parent", db.Integer, db.ForeignKey(f"{NAME}.id"), index=True),
    ]


TABLE = Table(NAME, _columns)


@dataclass(frozen=True)
class ApiToken:
    """What is known of an API token, which is all but the token itself.

    :param parent: the id of the API token whose bearer issued this one, if one did.
    """

    id: int
    name: str
    permissions: list[str]
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    parent: int | None


class ApiTokens:
    """The API tokens of one application.

    :param caller: returns the caller that issues tokens now; None for the service itself.
    """

    def __init__(self, app: Application, caller: Callable[[], User | None]) -> None:
        self._app = app
        self._caller = caller
        self._left_to = ""
        # A service that issues no tokens serves without their table.
        TABLE.declare(app, is_needed=lambda: False)

    def issue(
        self,
        name: str,
        permissions: list[str],
        expires: datetime | None = None,
        *,
        as_service: bool = False,
    ) -> tuple[str, ApiToken]:
        """Make a token, which is returned this once, and commit it to the database.

        In a request, the caller issues the token: it carries no permission that the caller neither
        has nor may grant (``<service>/grant/PERMISSION``), does not outlive the caller's token,
        and is revoked together with it. Where another service could revoke the caller's token, the
        new token lasts an hour at most.

        :param name: of the user it stands for.
        :param expires: when it ends, with a time zone; None for a token that lasts until it is
            revoked, or until the caller's token ends.
        :param as_service: issue it as the service itself, independent of the caller.
        :raises ExtensionError: there is no database, or it lacks the table.
        :raises ValueError: *name* or *permissions* will not do.
        :raises LifeError: it would outlive the token of the caller.
        :raises Forbidden: the caller may not grant these permissions.
        """
        if not is_name(name) or not are_permissions(permissions):
            message = "a token needs a name (printable text) and permissions such as shop/orders/*"
            raise ValueError(message)
        caller = None if as_service else self._caller()
        delegation.require_permissions(caller, self._app.name, permissions)
        now = datetime.now(UTC)
        # Only a token that is kept here takes along the tokens that its bearer issued.
        together = caller is None or caller.token_id is not None
        latest = delegation.latest_end(caller, None if together else delegation.IRREVOCABLE, now)
        ends = delegation.end(expires, None, latest)
        token = PREFIX + secrets.token_urlsafe(32)
        row = {
            "digest": _digest(token),
            "name": name,
            "permissions": permissions,
            "created": now,
            "expires": ends and ends.astimezone(UTC),
            "parent": caller.token_id if caller else None,
        }
        stored = self._run(lambda table: table.insert().values(row).returning(*table.c)).one()
        self._app.db.session.commit()
        return token, _known(stored)

    def revoke(self, id_: int) -> bool:
        """End the token *id_* and those that were issued with it; return whether it was there.

        The change is committed.

        :raises ExtensionError: there is no database, or it lacks the table.
        """
        now = datetime.now(UTC)

        def end(column: str, ids: Sequence[int]) -> list[int]:
            def statement(table: Any) -> Any:
                ending = table.update().where(table.c[column].in_(ids), table.c.revoked.is_(None))
                return ending.values(revoked=now).returning(table.c.id)

            return list(self._run(statement).scalars())

        ended = issued = end("id", [id_])
        while issued:
            issued = end("parent", issued)
        self._app.db.session.commit()
        return bool(ended)

    def all(self) -> Sequence[ApiToken]:
        """Return all tokens that there ever were, the oldest first.

        :raises ExtensionError: there is no database, or it lacks the table.
        """
        return [_known(row) for row in self._run(lambda table: table.select().order_by("id"))]

    def identify(self, token: str) -> User:
        """Return the user whom *token* stands for.

        :raises InvalidTokenError: there is none like it, or no longer.
        """
        digest = _digest(token)
        try:
            row = self._run(lambda table: table.select().filter_by(digest=digest)).one_or_none()
        except ExtensionError as error:
            self._app.logger.warning("somebody tried an API token: %s", error)
            message = "this service has no API tokens"
            raise InvalidTokenError(message) from error
        if row is None:
            message = "it is unknown"
            raise InvalidTokenError(message)
        known = _known(row)
        if known.revoked:
            message = "it has been revoked"
            raise InvalidTokenError(message)
        if known.expires and known.expires <= datetime.now(UTC):
            message = "it has expired"
            raise InvalidTokenError(message)
        return User(
            known.name,
            frozenset(known.permissions),
            "token",
            expires=known.expires,
            token_id=known.id,
            revocable=True,
        )

    def leave_to(self, command: str) -> None:
        """Keep none here: the service keeps the tokens that it issues in another table.

        :param command: what operators use in place of ``flask auth issue``, ``list`` and
            ``revoke``.
        """
        self._left_to = command
        TABLE.withdraw(self._app)

    def _require_db(self) -> None:
        if self._left_to:
            message = (
                f"{self._app.name!r} keeps its tokens in a table of its own: use "
                f"`{self._left_to}` in place of `flask auth`"
            )
            raise ExtensionError(message)
        if "db" not in self._app.loaded:
            message = (
                f"{self._app.name!r} has no database to keep API tokens in: name the extension "
                f"'db' in create_app({self._app.name!r}, extensions=[..., 'db']), "
                "or sign tokens (flask auth sign), which are not kept"
            )
            raise ExtensionError(message)

    def _run(self, statement: Callable[[Any], Any]) -> Any:
        self._require_db()
        return TABLE.execute(self._app, statement)


def _digest(token: str) -> str:
    # A token has 256 random bits: there is nothing to guess, so a fast hash without salt will do.
    return hashlib.sha256(token.encode()).hexdigest()


def _known(row: Any) -> ApiToken:
    return ApiToken(
        row.id,
        row.name,
        row.permissions,
        _in_utc(row.created),
        row.expires and _in_utc(row.expires),
        row.revoked and _in_utc(row.revoked),
        row.parent,
    )


def _in_utc(instant: datetime) -> datetime:
    """Put back the time zone that SQLite forgets."""
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
