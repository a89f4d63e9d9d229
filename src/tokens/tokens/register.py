"""The tokens that there are: looked up, listed, revoked, pruned."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from backend_common import current_app
from backend_common.auth import User, opaque, query
from backend_common.auth.challenge import InvalidTokenError
from backend_common.auth.revocations import GRACE
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from tokens.models import Event, Token

TEMPORARY = "tmp"

AT_ONCE = 500
"""How many ids a statement has; databases limit that."""


class Register:
    """Tells the extension ``auth`` which tokens are valid.

    :param audience: the service itself, as the audience of tokens.
    """

    def __init__(self, audience: str) -> None:
        self._audience = audience

    def identify(self, token: str) -> User:
        """Return the user of an opaque token.

        :raises InvalidTokenError: it is unknown, has ended, or is for other services.
        """
        found = by_text(token)
        status = found.status(datetime.now(UTC)) if found else "invalid"
        if found is None or status != "valid":
            raise InvalidTokenError(query.REASONS[status])
        if not query.is_for(self._audience, found.permissions):
            raise InvalidTokenError(query.NOT_FOR_THIS)
        granted = frozenset(found.permissions)
        return User(found.user, granted, "token", None, found.expires, jti=found.id, revocable=True)

    def require_unrevoked(self, token_id: Any) -> None:
        """Refuse a signed token that is revoked.

        :raises InvalidTokenError: it is revoked.
        """
        found = by_id(token_id) if isinstance(token_id, str) else None
        if found is not None and found.revoked:
            raise InvalidTokenError(query.REVOKED)


def by_id(token_id: str) -> Token | None:
    """Return the token of an id, or None."""
    return current_app.db.session.scalar(select(Token).where(Token.id == token_id))


def by_text(token: str) -> Token | None:
    """Return what is known of an opaque token, or None."""
    if not opaque.is_whole(token):
        return None
    return current_app.db.session.scalar(select(Token).where(Token.digest == opaque.digest(token)))


def page(
    *, user: str | None, typ: str | None, ended: bool, before: int | None, most: int
) -> Sequence[Token]:
    """Return tokens, the latest first.

    :param user: whose tokens: those that stand for the user, and those that the user issued; None
        for everybody's.
    :param typ: of which type; None for all.
    :param ended: whether those that are revoked or expired are among them.
    :param before: those before this number; None to begin with the latest.
    :param most: the most to return.
    """
    conditions: list[ColumnElement[bool]] = []
    if user is not None:
        conditions.append(or_(Token.user == user, Token.issued_by == user))
    if typ is not None:
        conditions.append(Token.typ == typ)
    if not ended:
        conditions += [Token.revoked.is_(None), _lives(datetime.now(UTC))]
    if before is not None:
        conditions.append(Token.number < before)
    found = select(Token).where(*conditions).order_by(Token.number.desc()).limit(most)
    return current_app.db.session.scalars(found).all()


def count(user: str, now: datetime) -> int:
    """Return how many tokens that a user issued are there.

    A temporary token counts until it has expired, since it is in the list when it is revoked.
    """
    there = or_(Token.typ == TEMPORARY, Token.revoked.is_(None))
    counted = select(func.count()).where(Token.issued_by == user, there, _lives(now))
    return current_app.db.session.scalar(counted) or 0


def lock(token_id: str) -> Token | None:
    """Return a token that nobody revokes before the transaction has ended.

    It is None if there is no such token, or if it is revoked.
    """
    # An UPDATE locks the row in PostgreSQL, and the database in SQLite; a revocation waits, and
    # then finds the tokens that this transaction has issued.
    changing = update(Token).where(Token.id == token_id, Token.revoked.is_(None))
    return current_app.db.session.scalar(changing.values(depth=Token.depth).returning(Token))


def revoke(token_id: str, who: str) -> int:
    """End a token, and those that were issued with it; return how many ended. It is committed.

    :param who: the name of the user who revokes it, for the log.
    """
    session, now = current_app.db.session, datetime.now(UTC)
    # Each statement sees the tokens that were issued before the one above it locked their parents.
    ended = level = _end(now, Token.id == token_id)
    while level:
        level = [
            row
            for begin in range(0, len(level), AT_ONCE)
            for row in _end(
                now, Token.parent.in_([row.id for row in level[begin : begin + AT_ONCE]])
            )
        ]
        ended = ended + level
    for row in ended:
        with_ = None if row.id == token_id else token_id
        session.add(
            Event(
                when=now,
                who=who,
                action="revoke",
                token=row.id,
                typ=row.typ,
                user=row.user,
                with_=with_,
            )
        )
    session.commit()
    return len(ended)


def revoked(now: datetime) -> Sequence[str]:
    """Return the ids of the temporary tokens that are revoked, and that some service may accept."""
    listed = and_(Token.typ == TEMPORARY, Token.revoked.is_not(None), Token.expires > now - GRACE)
    return current_app.db.session.scalars(select(Token.id).where(listed)).all()


def events(*, token: str | None, before: int | None, most: int) -> Sequence[Event]:
    """Return what happened, the latest first.

    :param token: to the token with this id; None for all.
    :param before: what happened before this number; None to begin with the latest.
    """
    conditions: list[ColumnElement[bool]] = []
    if token is not None:
        conditions.append(Event.token == token)
    if before is not None:
        conditions.append(Event.number < before)
    found = select(Event).where(*conditions).order_by(Event.number.desc()).limit(most)
    return current_app.db.session.scalars(found).all()


def prune(age: timedelta) -> tuple[int, int]:
    """Delete tokens that ended longer than *age* ago, and older events; return how many. Commit.

    A token that is still in the list stays, whatever its age.
    """
    session, then = current_app.db.session, datetime.now(UTC) - age
    expired = Token.expires < min(then, datetime.now(UTC) - GRACE)
    ended = or_(expired, and_(Token.typ != TEMPORARY, Token.revoked < then))
    tokens = session.scalars(delete(Token).where(ended).returning(Token.id)).all()
    old = session.scalars(delete(Event).where(Event.when < then).returning(Event.number)).all()
    session.commit()
    return len(tokens), len(old)


def _lives(now: datetime) -> ColumnElement[bool]:
    return or_(Token.expires.is_(None), Token.expires > now)


def _end(now: datetime, which: ColumnElement[bool]) -> list[Any]:
    """Revoke tokens that are not revoked yet; return the id, type and user of each."""
    ending = update(Token).where(which, Token.revoked.is_(None)).values(revoked=now)
    returned = ending.returning(Token.id, Token.typ, Token.user)
    done = current_app.db.session.execute(
        returned, execution_options={"synchronize_session": False}
    )
    return list(done)
