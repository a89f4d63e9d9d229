"""What is deleted of the log and the stack once it is old, in transactions that are short."""

from datetime import datetime
from typing import Any

from backend_common import current_app
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from treestatus import stack
from treestatus.models import Base, Change, ChangedTree, Entry, Tags, Text, Tree

BATCH = 5000
"""The most rows that are deleted in one transaction."""


def prune(before: datetime) -> int:
    """Delete entries that were written before a point in time, and return how many.

    The latest entry of each tree stays, and what a change on the stack needs; such changes are
    deleted first, if they are as old.
    """
    _discard(before)
    later = aliased(Entry)
    pruned = _delete(
        Entry,
        Entry.when < before,
        select(later.id).where(later.tree == Entry.tree, later.id > Entry.id).exists(),
        ~select(ChangedTree.id)
        .where(or_(ChangedTree.before_id == Entry.id, ChangedTree.after_id == Entry.id))
        .exists(),
    )
    _delete(
        Text,
        ~select(Entry.id).where(Entry.reason_id == Text.id).exists(),
        ~select(Tree.tree).where(Tree.message_id == Text.id).exists(),
        ~select(Change.id).where(Change.reason_id == Text.id).exists(),
    )
    _delete(Tags, ~select(Entry.id).where(Entry.tags_id == Tags.id).exists())
    return pruned


def _discard(before: datetime) -> None:
    session = current_app.db.session
    old = session.scalars(select(Change.id).where(Change.when < before, stack.HAS_TREES)).all()
    session.commit()
    for number in old:
        try:
            stack.discard(number)
        except NotFound:  # somebody restored it meanwhile
            session.rollback()
        else:
            session.commit()
    _delete(Change, ~stack.HAS_TREES)


def _delete(model: type[Base], *conditions: Any) -> int:
    """Delete rows, and return how many."""
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
