"""The log of the changes of trees: read by page, corrected, pruned.

Nothing but :func:`prune` commits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend_common import current_app
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from treestatus import trees
from treestatus.models import Base, Change, ChangedTree, Entry, Tags, Text, Tree

BATCH = 5000
"""The most rows that are deleted in one transaction."""


def entries(name: str, limit: int, before: int | None = None) -> Sequence[Entry]:
    """Return entries of the tree *name*, the latest first.

    :param limit: the most to return.
    :param before: return those alone that are older than the entry with this id.
    :raises NotFound: there is no such tree.
    """
    trees.one(name)
    query = select(Entry).where(Entry.tree == name).order_by(Entry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Entry.id < before)
    return current_app.db.session.scalars(query).all()


def correct(number: int, reason: str | None, tags: list[str] | None) -> None:
    """Correct the reason and the tags of an entry; None stands for what it has.

    :raises NotFound: there is no entry with the id *number*.
    """
    session = current_app.db.session
    name = session.scalar(select(Entry.tree).where(Entry.id == number))
    session.rollback()  # SQLite could not turn a transaction that has read into one that writes
    entry = session.get(Entry, number) if name and trees.lock([name]) else None
    if entry is None:
        message = f"There is no entry {number}. GET /trees/NAME/logs lists those of a tree."
        raise NotFound(message)
    rewrite([entry], reason, tags)


def rewrite(written: Sequence[Entry], reason: str | None, tags: list[str] | None) -> None:
    """Give entries whose trees are locked another reason and other tags, or one of both."""
    text = None if reason is None else Text(text=reason)
    others = None if tags is None else Tags(tags=tags)
    for entry in written:
        entry.reason = text or entry.reason
        entry.tags = others or entry.tags


def prune(before: datetime) -> int:
    """Delete entries that were written before a point in time, and return how many.

    The latest entry of each tree stays, and what a change on the stack needs; such changes are
    deleted first, if they are as old.
    """
    session = current_app.db.session
    session.execute(delete(Change).where(Change.when < before))
    session.commit()
    later = aliased(Entry)
    is_old = (
        Entry.when < before,
        select(later.id).where(later.tree == Entry.tree, later.id > Entry.id).exists(),
        ~select(ChangedTree.id)
        .where(or_(ChangedTree.before_id == Entry.id, ChangedTree.after_id == Entry.id))
        .exists(),
    )
    pruned = _delete(Entry, *is_old)
    _delete(
        Text,
        ~select(Entry.id).where(Entry.reason_id == Text.id).exists(),
        ~select(Tree.tree).where(Tree.message_id == Text.id).exists(),
        ~select(Change.id).where(Change.reason_id == Text.id).exists(),
    )
    _delete(Tags, ~select(Entry.id).where(Entry.tags_id == Tags.id).exists())
    return pruned


def latest_ids(names: Sequence[str]) -> dict[str, int]:
    """Return the id of the latest entry of each of the trees *names*."""
    query = select(Entry.tree, func.max(Entry.id)).where(Entry.tree.in_(names)).group_by(Entry.tree)
    return dict(current_app.db.session.execute(query).all())


def _delete(model: type[Base], *conditions: Any) -> int:
    """Delete rows in transactions that are short, and return how many."""
    session = current_app.db.session
    key = model.__table__.c.id
    deleted = 0
    while True:
        batch = select(key).where(*conditions).limit(BATCH).scalar_subquery()
        count: int = session.execute(delete(model).where(key.in_(batch))).rowcount  # type: ignore[attr-defined]
        session.commit()
        deleted += count
        if count < BATCH:
            return deleted
