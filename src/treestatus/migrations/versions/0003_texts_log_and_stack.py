"""Texts and tags in rows of their own, which trees and the log share; the stack of changes.

Revision ID: 0003
Revises: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATUS = sa.String(32)
INSTANT = sa.DateTime(timezone=True)


def _table(name: str, columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns.split()))


TEXTS = _table("texts", "id text")
TAGS = _table("tags", "id tags")
TREES = _table("trees", "tree status reason tags message_of_the_day message_id")
CHANGES = _table("changes", "id tree when who status reason tags")
LOG = _table("log", "id tree when who status reason_id tags_id")
SAME = ("id", "tree", "when", "who", "status")
"""The columns that an entry has in both tables."""


def upgrade() -> None:
    """Apply."""
    op.create_table("texts", _id(), sa.Column("text", sa.Text, nullable=False))
    op.create_table("tags", _id(), sa.Column("tags", sa.JSON, nullable=False))
    texts = sa.union(sa.select(TREES.c.message_of_the_day), sa.select(CHANGES.c.reason))
    op.execute(TEXTS.insert().from_select(["text"], texts))
    tags = sa.select(_text(CHANGES.c.tags)).distinct().subquery()
    op.execute(TAGS.insert().from_select(["tags"], sa.select(_json(tags.c[0]))))
    op.create_table(
        "log",
        *_entry(),
        _reference("reason_id", "texts"),
        _reference("tags_id", "tags"),
    )
    entries = (
        sa.select(*(CHANGES.c[name] for name in SAME), TEXTS.c.id, TAGS.c.id)
        .join_from(CHANGES, TEXTS, TEXTS.c.text == CHANGES.c.reason)
        .join(TAGS, _text(TAGS.c.tags) == _text(CHANGES.c.tags))
    )
    op.execute(LOG.insert().from_select([*SAME, "reason_id", "tags_id"], entries))
    _go_on_counting("log")
    op.create_index("ix_log_tree_id", "log", ["tree", "id"])
    _index("log", "when", "reason_id", "tags_id")
    op.drop_table("changes")
    _change_trees()
    op.create_table(
        "stack",
        _id(),
        sa.Column("when", INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("status", STATUS, nullable=False),
        _reference("reason_id", "texts"),
    )
    _index("stack", "when", "reason_id")
    op.create_table(
        "stack_trees",
        _id(),
        _reference("change_id", "stack", ondelete="CASCADE"),
        _tree(),
        _reference("before_id", "log", ondelete="CASCADE"),
        _reference("after_id", "log", ondelete="CASCADE"),
    )
    _index("stack_trees", "change_id", "tree", "before_id", "after_id")


def _change_trees() -> None:
    # The latest entry of each tree has its status, reason and tags: every change is in the log.
    with op.batch_alter_table("trees") as table:
        table.add_column(sa.Column("message_id", sa.Integer))
    message = sa.select(TEXTS.c.id).where(TEXTS.c.text == TREES.c.message_of_the_day)
    op.execute(TREES.update().values(message_id=message.scalar_subquery()))
    with op.batch_alter_table("trees") as table:
        for name in ("status", "reason", "tags", "message_of_the_day"):
            table.drop_column(name)
        table.alter_column("message_id", existing_type=sa.Integer, nullable=False)
        table.create_foreign_key("trees_message_id_fkey", "texts", ["message_id"], ["id"])
    _index("trees", "message_id")


def downgrade() -> None:
    """Take back; the stack of changes is lost."""
    op.drop_table("stack_trees")
    op.drop_table("stack")
    op.create_table(
        "changes",
        *_entry(),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
    )
    entries = (
        sa.select(*(LOG.c[name] for name in SAME), TEXTS.c.text, TAGS.c.tags)
        .join_from(LOG, TEXTS, TEXTS.c.id == LOG.c.reason_id)
        .join(TAGS, TAGS.c.id == LOG.c.tags_id)
    )
    op.execute(CHANGES.insert().from_select([*SAME, "reason", "tags"], entries))
    _go_on_counting("changes")
    op.create_index("ix_changes_tree", "changes", ["tree"])
    op.drop_table("log")
    with op.batch_alter_table("trees") as table:
        table.add_column(sa.Column("status", STATUS))
        table.add_column(sa.Column("reason", sa.Text))
        table.add_column(sa.Column("tags", sa.JSON))
        table.add_column(sa.Column("message_of_the_day", sa.Text))
    values = {
        name: sa.select(CHANGES.c[name])
        .where(CHANGES.c.tree == TREES.c.tree)
        .order_by(CHANGES.c.id.desc())
        .limit(1)
        .scalar_subquery()
        for name in ("status", "reason", "tags")
    }
    message = sa.select(TEXTS.c.text).where(TEXTS.c.id == TREES.c.message_id)
    values["message_of_the_day"] = message.scalar_subquery()
    op.execute(TREES.update().values(values))
    op.drop_index("ix_trees_message_id", "trees")
    with op.batch_alter_table("trees") as table:
        table.drop_constraint("trees_message_id_fkey", type_="foreignkey")
        table.drop_column("message_id")
        for name, kind in (("status", STATUS), ("tags", sa.JSON)):
            table.alter_column(name, existing_type=kind, nullable=False)
        for name in ("reason", "message_of_the_day"):
            table.alter_column(name, existing_type=sa.Text, nullable=False)
    op.drop_table("tags")
    op.drop_table("texts")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _tree() -> sa.Column[str]:
    key = sa.ForeignKey("trees.tree", ondelete="CASCADE")
    return sa.Column("tree", sa.String(64), key, nullable=False)


def _reference(name: str, table: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id", **options), nullable=False)


def _entry() -> tuple[sa.Column[Any], ...]:
    return (
        _id(),
        _tree(),
        sa.Column("when", INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("status", STATUS, nullable=False),
    )


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _text(column: Any) -> Any:
    """Return what JSON is as text: PostgreSQL does not compare JSON."""
    return sa.cast(column, sa.Text)


def _json(column: Any) -> Any:
    return sa.cast(column, sa.JSON) if _is_postgresql() else column


def _go_on_counting(table: str) -> None:
    """Let new rows have ids after those that were copied, which SQLite does by itself."""
    if _is_postgresql():
        last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last}, false)")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
