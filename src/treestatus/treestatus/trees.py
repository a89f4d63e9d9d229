"""What happens to trees: they are made, changed together, deleted, and all of it is logged.

Nothing here commits: who calls ends the transaction of ``current_app.db.session``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from backend_common import current_app
from sqlalchemy import Select, func, select
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from treestatus.models import Entry, Tags, Text, Tree

MOST = 1000
"""How many trees there may be, since GET /trees answers with all of them."""


class State(NamedTuple):
    """A tree, and the latest entry of its log, which has its status."""

    tree: Tree
    latest: Entry


@dataclass(frozen=True)
class Fields:
    """What a tree becomes; None stands for what it is already.

    A new status or reason without tags has none, so that no tag outlives its reason.

    :param message: the message of the day, which is not logged.
    :raises BadRequest: it closes trees and does not say why.
    """

    status: str | None = None
    reason: str | None = None
    tags: list[str] | None = None
    message: str | None = None

    def __post_init__(self) -> None:
        if self.status == "closed" and not self.reason and not self.tags:
            raise BadRequest("Closing a tree needs a reason or tags: say why it is closed.")
        if self.tags is None and self.is_logged:
            object.__setattr__(self, "tags", [])

    @property
    def is_logged(self) -> bool:
        """Whether the log has an entry for this."""
        return any(each is not None for each in (self.status, self.reason, self.tags))


def every() -> list[State]:
    """Return all trees, by name."""
    return _read(_states())


def one(name: str) -> State:
    """Return the tree *name*.

    :raises NotFound: there is none.
    """
    found = _read(_states().where(Tree.tree == name))
    if not found:
        raise not_found([name])
    return found[0]


def lock(names: Collection[str]) -> list[State]:
    """Return those of the trees *names* that exist, by name, and keep others from changing them.

    Transactions that lock the same trees wait for each other, and do not deadlock, because each
    locks them in the same order.
    """
    session = current_app.db.session
    # SQLite has no locks of rows. There the savepoint begins a transaction that may write, and no
    # other one does until it ends.
    with session.begin_nested():
        rows = select(Tree.tree).where(Tree.tree.in_(names)).order_by(Tree.tree)
        locked = session.scalars(rows.with_for_update()).all()
    # A statement of its own sees what others committed while the first one waited for them.
    return _read(_states().where(Tree.tree.in_(locked)))


def lock_all(names: Collection[str]) -> list[State]:
    """Return the trees *names* as :func:`lock` does.

    :raises NotFound: some of them do not exist; the error names them.
    """
    states = lock(names)
    absent = set(names) - {state.tree.tree for state in states}
    if absent:
        raise not_found(sorted(absent))
    return states


def make(name: str, who: str, fields: Fields) -> State:
    """Make the tree *name*.

    :param who: the name of the user who makes it, for the log.
    :raises Conflict: there is such a tree, or there are :data:`MOST`.
    """
    session = current_app.db.session
    tree = Tree(tree=name, message=Text(text=fields.message or ""))
    session.add(tree)
    try:
        session.flush()
    except IntegrityError as error:  # asking first would let two requests both hear "no"
        session.rollback()
        raise Conflict(f"There is a tree {name} already. PATCH /trees changes it.") from error
    if (session.scalar(select(func.count()).select_from(Tree)) or 0) > MOST:
        raise Conflict(f"There are {MOST} trees, the most that there may be. Delete some first.")
    entry = Entry(
        tree=name,
        when=datetime.now(UTC),
        who=who,
        status=fields.status,
        reason=Text(text=fields.reason or ""),
        tags=Tags(tags=fields.tags or []),
    )
    session.add(entry)
    session.flush()
    return State(tree, entry)


def update(states: Iterable[State], who: str, fields: Fields) -> list[Entry]:
    """Change trees that are locked, and return the new entries of their logs, in that order.

    :param who: the name of the user who changes them, for the log.
    """
    states = list(states)
    session = current_app.db.session
    if fields.message is not None:
        message = Text(text=fields.message)
        for state in states:
            state.tree.message = message
    if not fields.is_logged:
        return []
    now = datetime.now(UTC)
    reason = None if fields.reason is None else Text(text=fields.reason)
    tags = Tags(tags=fields.tags)
    entries = [
        Entry(
            tree=state.tree.tree,
            when=now,
            who=who,
            status=fields.status or state.latest.status,
            reason=reason or state.latest.reason,
            tags=tags,
        )
        for state in states
    ]
    session.add_all(entries)
    return entries


def delete(names: Collection[str]) -> None:
    """Delete the trees *names*; the database deletes with them what the log and the stack have.

    A change on the stack that has no tree any more is not there for anybody, and is pruned later.

    :raises NotFound: some of them do not exist; the error names them.
    """
    lock_all(names)
    current_app.db.session.execute(delete_rows(Tree).where(Tree.tree.in_(names)))


def not_found(names: Iterable[str]) -> NotFound:
    """Return the error that the trees *names* do not exist."""
    return NotFound(f"There is no tree {', '.join(names)}. GET /trees lists the trees.")


def _states() -> Select[Tree, Entry]:
    entries = Entry.__table__.alias()
    latest = select(func.max(entries.c.id)).where(entries.c.tree == Tree.tree).scalar_subquery()
    return select(Tree, Entry).join(Entry, Entry.id == latest).order_by(Tree.tree)


def _read(query: Select[Tree, Entry]) -> list[State]:
    return [State(tree, latest) for tree, latest in current_app.db.session.execute(query)]
