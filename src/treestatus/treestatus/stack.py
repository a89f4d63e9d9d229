"""The stack of changes, which can be taken back.

Nothing here commits: who calls ends the transaction of ``current_app.db.session``.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from backend_common import current_app
from sqlalchemy import delete, func, select
from werkzeug.exceptions import NotFound

from treestatus import log, trees
from treestatus.models import Change, ChangedTree, Entry, Text

HAS_TREES = select(ChangedTree.id).where(ChangedTree.change_id == Change.id).exists()
"""The condition that a change is on the stack: its trees may have been deleted since."""

PAGE = 25
"""The most changes of a page."""

PAGE_TREES = trees.MOST
"""The most trees of all changes of a page together; one change is always there."""


def push(states: Sequence[trees.State], entries: Sequence[Entry], who: str) -> Change:
    """Remember a change.

    :param states: the trees before it.
    :param entries: what the log says of it, for each of the trees.
    """
    session = current_app.db.session
    session.flush()  # so that the entries have ids
    first = entries[0]
    change = Change(when=first.when, who=who, status=first.status, reason=first.reason)
    change.trees = [
        ChangedTree(tree=state.tree.tree, before_id=state.latest.id, after_id=entry.id)
        for state, entry in zip(states, entries, strict=True)
    ]
    session.add(change)
    return change


def page(before: int | None = None) -> tuple[Sequence[Change], bool]:
    """Return changes, the latest first, and whether there are older ones.

    :param before: return those alone that are older than the change with this id.
    """
    session = current_app.db.session
    trees_of = select(func.count()).where(ChangedTree.change_id == Change.id).scalar_subquery()
    query = select(Change.id, trees_of).where(HAS_TREES).order_by(Change.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Change.id < before)
    numbers: list[int] = []
    total = 0
    sizes = session.execute(query).all()
    for number, size in sizes[:PAGE]:
        total += size
        if numbers and total > PAGE_TREES:
            break
        numbers.append(number)
    changes = select(Change).where(Change.id.in_(numbers)).order_by(Change.id.desc())
    return session.scalars(changes).all(), len(sizes) > len(numbers)


def correct(number: int, reason: str | None, tags: list[str] | None) -> None:
    """Correct the reason and the tags of a change, also in the log.

    :raises NotFound: there is no change with the id *number*.
    """
    change, _ = _lock(number)
    if reason is not None:
        change.reason = Text(text=reason)
    log.rewrite([each.after for each in change.trees], reason, tags)


def restore(number: int, who: str) -> tuple[list[trees.State], list[Entry]]:
    """Make trees what they were before a change, and take the change off the stack.

    That wins over what happened to them since, which the log has. A tree that was deleted stays
    away.

    :param who: the name of the user who restores them, for the log.
    :returns: the trees, and the new entries of their logs.
    :raises NotFound: there is no change with the id *number*.
    """
    session = current_app.db.session
    change, states = _lock(number)
    befores = {each.tree: each.before for each in change.trees}
    now = datetime.now(UTC)
    entries = []
    for state in states:
        before = befores[state.tree.tree]
        entry = Entry(
            tree=state.tree.tree,
            when=now,
            who=who,
            status=before.status,
            reason=before.reason,
            tags=before.tags,
        )
        entries.append(entry)
    session.add_all(entries)
    session.flush()
    session.execute(delete(Change).where(Change.id == number))
    return states, entries


def discard(number: int) -> None:
    """Take a change off the stack, and leave the trees as they are.

    :raises NotFound: there is no change with the id *number*.
    """
    _lock(number)
    current_app.db.session.execute(delete(Change).where(Change.id == number))


def _lock(number: int) -> tuple[Change, list[trees.State]]:
    """Return a change and those of its trees that exist, and keep others from changing either.

    Trees are locked first here, too, since deleting one deletes its part of a change.
    """
    session = current_app.db.session
    names = session.scalars(select(ChangedTree.tree).where(ChangedTree.change_id == number)).all()
    session.rollback()  # SQLite could not turn a transaction that has read into one that writes
    states = trees.lock(names)
    row = select(Change).where(Change.id == number).with_for_update(of=Change)
    change = session.scalars(row).one_or_none() if states else None
    if change is None:
        raise _not_found(number)
    return change, states


def _not_found(number: int) -> NotFound:
    return NotFound(f"There is no change {number} on the stack. GET /stack lists those there are.")
