"""The log of the changes of trees: read by page, and corrected.

Nothing here commits: who calls ends the transaction of ``current_app.db.session``.
"""

from collections.abc import Sequence

from backend_common import current_app
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from treestatus import trees
from treestatus.models import Entry, Tags, Text


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


def latest_ids(names: Sequence[str]) -> dict[str, int]:
    """Return the id of the latest entry of each of the trees *names*."""
    query = select(Entry.tree, func.max(Entry.id)).where(Entry.tree.in_(names)).group_by(Entry.tree)
    return dict(current_app.db.session.execute(query).all())
