"""What happens to trees: they are made, changed together, deleted, and all of it is logged."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from backend_common import current_app
from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy import update as update_rows
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Conflict, NotFound

from treestatus.models import Change, Tree


def every() -> Sequence[Tree]:
    """Return all trees, by name."""
    return current_app.db.session.scalars(select(Tree).order_by(Tree.tree)).all()


def one(name: str) -> Tree:
    """Return the tree *name*.

    :raises NotFound: there is none.
    """
    tree = current_app.db.session.get(Tree, name)
    if tree is None:
        raise _not_found([name])
    return tree


def make(name: str, who: str, **fields: Any) -> Tree:
    """Make the tree *name*.

    :param who: the name of the user who makes it, for the log.
    :param fields: the other fields of :class:`Tree`.
    :raises Conflict: there is such a tree.
    """
    tree = Tree(tree=name, **fields)
    tree.changes.add(_change(tree, who))
    session = current_app.db.session
    session.add(tree)
    try:
        session.commit()
    except IntegrityError as error:  # asking first would let two requests both hear "no"
        session.rollback()
        raise Conflict(f"There is a tree {name} already. PATCH /trees changes it.") from error
    return tree


def update(names: Iterable[str], who: str, **fields: Any) -> None:
    """Set *fields* of the trees *names*; a new status, reason or tags go to the log.

    All trees change, or none.

    :param who: the name of the user who changes them, for the log.
    :raises NotFound: some of them do not exist; the error names them.
    """
    session = current_app.db.session
    absent = []
    # Each row is locked by the statement that changes it, always in the same order: two requests
    # wait for each other, without a deadlock, and none of them changes a tree that is gone.
    for name in sorted(set(names)):
        changing = update_rows(Tree).where(Tree.tree == name).values(**fields).returning(Tree)
        tree = session.scalar(changing)
        if tree is None:
            absent.append(name)
        elif fields.keys() & {"status", "reason", "tags"}:
            tree.changes.add(_change(tree, who))
    if absent:
        session.rollback()
        raise _not_found(absent)
    session.commit()


def delete(name: str) -> None:
    """Delete the tree *name*; the database deletes its log with it.

    :raises NotFound: there is none.
    """
    session = current_app.db.session
    deleting = delete_rows(Tree).where(Tree.tree == name).returning(Tree.tree)
    if session.scalar(deleting) is None:
        session.rollback()
        raise _not_found([name])
    session.commit()


def log(name: str, limit: int | None) -> Sequence[Change]:
    """Return the changes of the tree *name*, the latest first.

    :param limit: the most to return; None for all.
    :raises NotFound: there is no such tree.
    """
    query = select(Change).where(Change.tree == one(name).tree).order_by(Change.id.desc())
    return current_app.db.session.scalars(query.limit(limit)).all()


def _change(tree: Tree, who: str) -> Change:
    return Change(
        when=datetime.now(UTC),
        who=who,
        status=tree.status,
        reason=tree.reason,
        tags=tree.tags,
    )


def _not_found(names: Iterable[str]) -> NotFound:
    return NotFound(f"There is no tree {', '.join(names)}. GET /trees lists the trees.")
