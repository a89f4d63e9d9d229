"""What happens to trees: they are made, changed together, deleted, and all of it is logged."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from backend_common import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Conflict, NotFound

from treestatus.models import Change, Tree

ANYONE = "anonymous"  # until requests are authenticated


def every() -> Sequence[Tree]:
    """Return all trees, by name."""
    return current_app.db.session.scalars(select(Tree).order_by(Tree.tree)).all()


def one(name: str) -> Tree:
    """Return the tree *name*.

    :raises NotFound: there is none.
    """
    return some([name])[0]


def some(names: Iterable[str]) -> list[Tree]:
    """Return the trees *names*, by name.

    :raises NotFound: some of them do not exist; the error names them.
    """
    names = set(names)
    query = select(Tree).where(Tree.tree.in_(names)).order_by(Tree.tree)
    found = list(current_app.db.session.scalars(query))
    if absent := sorted(names - {tree.tree for tree in found}):
        raise NotFound(f"There is no tree {', '.join(absent)}. GET /trees lists the trees.")
    return found


def make(name: str, **fields: Any) -> Tree:
    """Make the tree *name*; *fields* are the others of :class:`Tree`.

    :raises Conflict: there is such a tree.
    """
    tree = Tree(tree=name, **fields)
    tree.changes.append(_change(tree))
    session = current_app.db.session
    session.add(tree)
    try:
        session.commit()
    except IntegrityError as error:  # asking first would let two requests both hear "no"
        session.rollback()
        raise Conflict(f"There is a tree {name} already. PATCH /trees changes it.") from error
    return tree


def update(names: Iterable[str], **fields: Any) -> None:
    """Set *fields* of the trees *names*; a new status, reason or tags go to the log.

    All trees change, or none.

    :raises NotFound: some of them do not exist.
    """
    for tree in some(names):
        for field, value in fields.items():
            setattr(tree, field, value)
        if fields.keys() & {"status", "reason", "tags"}:
            tree.changes.append(_change(tree))
    current_app.db.session.commit()


def delete(name: str) -> None:
    """Delete the tree *name* and its log.

    :raises NotFound: there is none.
    """
    session = current_app.db.session
    session.delete(one(name))
    session.commit()


def log(name: str, limit: int | None) -> Sequence[Change]:
    """Return the changes of the tree *name*, the latest first.

    :param limit: the most to return; None for all.
    :raises NotFound: there is no such tree.
    """
    query = select(Change).where(Change.tree == one(name).tree).order_by(Change.id.desc())
    return current_app.db.session.scalars(query.limit(limit)).all()


def _change(tree: Tree) -> Change:
    return Change(
        when=datetime.now(UTC),
        who=ANYONE,
        status=tree.status,
        reason=tree.reason,
        tags=tree.tags,
    )
